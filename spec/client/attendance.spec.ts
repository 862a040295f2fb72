import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';
import { evilProxy } from '../browser/evil-proxy.js';

const Page = component({
  name: 'page',
  init: () => 0,
  update: (model: number) => model,
  view: () => html`<p>text</p>`,
});

describe('client/attendance', () => {
  it('loads the fallback when the connection fails, and not before', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'what a page loads in need' });
    const { close, port } = await server.listen(0, '127.0.0.1');
    const proxy = await evilProxy(port);
    const { page } = await newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const isAsked = (): boolean => asked.some((path) => /\/_troupe\/fallback-[\w-]{12}\.js$/.test(path));
    await page.goto(proxy.origin, { waitUntil: 'networkidle' });
    await page.waitForSelector('[data-troupe=live]');
    expect(isAsked()).to.equal(false);
    proxy.nature = { upgrade: 'is refused' };
    proxy.cut();
    await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
    await page.waitForSelector('[data-troupe=live]');
    expect(isAsked()).to.equal(true);
    await page.context().close();
    await proxy.close();
    await close();
  }).timeout(20_000);
});
