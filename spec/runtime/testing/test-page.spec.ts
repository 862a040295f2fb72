import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { html } from '../../../runtime/template/html.js';
import { type TestPage, visit } from '../../../runtime/testing/test-page.js';
import { TestServer } from '../../../runtime/testing/test-server.js';
import type { EventData } from '../../../runtime/wire/event-data.js';

type Message = { type: 'moved'; x: number } | { type: 'keyed'; key: string };

const Page = component({
  name: 'page',
  init: () => ({ text: 'nothing' }),
  update: (_model, message: Message) => ({ text: message.type === 'moved' ? `x ${message.x}` : `key ${message.key}` }),
  view: ({ text }) => html<Message>`
    <div @pointermove=${({ x }: EventData) => ({ type: 'moved' as const, x })}>${text}</div>
    <input aria-label="Keys" style=${{ color: 'red' }} @keydown=${({ key }: EventData) => ({ type: 'keyed' as const, key })}>`,
});

type OpenMessage = { type: 'switched' } | { type: 'told'; isOpen: boolean };

const Openings = component({
  name: 'openings',
  init: () => ({ isOpen: false }),
  update: ({ isOpen }, message: OpenMessage) => ({ isOpen: message.type === 'told' ? message.isOpen : !isOpen }),
  view: ({ isOpen }) => html<OpenMessage>`
    <button @click=${{ type: 'switched' }}>Switch</button>
    <dialog .open=${isOpen} @close=${({ open }: EventData) => ({ type: 'told' as const, isOpen: open })}>one</dialog>
    <details .open=${isOpen}><summary>two</summary></details>
    <div popover .open=${isOpen}>three</div>`,
});

describe('testing/test-page', () => {
  let page: TestPage;

  beforeEach(async () => {
    const server = new TestServer({ routes: { '/': Page } });
    page = await visit({ server, browser: { cookie: undefined }, url: '/', start: true });
  });

  afterEach(() => page.abandon());

  it('dispatches any event with any fields', async () => {
    await page.fire(page.getByText('nothing'), 'pointermove', { clientX: 7 });
    expect(page.getByText('x 7')).to.be.an.instanceof(page.window.HTMLElement);
  });

  it('paints a frame of the screen after each action, for events that wait for it', async () => {
    const element = page.getByText('nothing');
    for (const clientX of [1, 2]) await page.fire(element, 'pointermove', { clientX });
    expect(page.text()).to.equal('x 2');
  });

  it('opens dialogs, details and popovers, as far as jsdom has them', async () => {
    const server = new TestServer({ routes: { '/': Openings } });
    const opening = await visit({ server, browser: { cookie: undefined }, url: '/', start: true });
    const find = (at: string) => opening.root.querySelector(at) as HTMLElement;
    const open = () => ['dialog', 'details', '[popover]'].map((at) => Reflect.get(find(at), 'open'));
    await opening.click(opening.getByText('Switch'));
    expect(open()).to.deep.equal([true, true, true]);
    await opening.fire(find('dialog'), 'close', { newState: 'closed' });
    expect(open()).to.deep.equal([false, false, false]);
    await opening.abandon();
  });

  it('presses keys with what has the focus', async () => {
    await page.click(page.getByLabelText('Keys'));
    await page.press('{Escape}');
    expect(page.text()).to.equal('key Escape');
  });

  it('presses one key after the other, each answered before the next', async () => {
    await page.click(page.getByLabelText('Keys'));
    const seen: string[] = [];
    const watching = new page.window.MutationObserver(() => seen.push(page.text()));
    watching.observe(page.root, { subtree: true, characterData: true });
    await page.press('a{{{Shift>}b{/Shift}[KeyC]{Enter}');
    expect(seen).to.deep.equal(['key a', 'key {', 'key Shift', 'key b', 'key c', 'key Enter']);
  });

  it('finds at once what others wait for', async () => {
    void page.fire(page.getByText('nothing'), 'pointermove', { clientX: 3 });
    expect((await page.findByText('x 3')).tagName).to.equal('DIV');
    expect(await page.findByText('never').catch((error: Error) => error.name)).to.equal('TestingLibraryElementError');
  });

  it('shows its HTML without marks, with styles', () => {
    expect(page.html()).to.match(/^<div>nothing<\/div>\s+<input aria-label="Keys" style="color: red;">$/);
  });

  it('is closed once, and cannot be used any more', async () => {
    await page.close();
    await page.close();
    expect(() => page.document).to.throw('This page is closed.');
  });
});
