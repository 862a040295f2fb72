import { expect } from 'chai';
import { fromCallback } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import { TestServer } from '../../../runtime/testing/test-server.js';

const Page = component({
  name: 'page',
  init: () => ({}),
  update: (model, _message: AnyMessage) => model,
  view: () => html`<p>here</p>`,
});

const routes = { '/': Page };

describe('testing/test-server', () => {
  it('answers pages and remembers the browser', async () => {
    const server = new TestServer({ routes });
    const browser = { cookie: undefined };
    const first = await server.get('/', browser);
    expect(first?.status).to.equal(200);
    expect(browser.cookie).to.match(/^troupe=[\w-]{22}$/);
    const again = await server.get('/', browser);
    expect(again?.headers).to.not.include('Set-Cookie');
    expect(await server.get('/nowhere', browser)).to.equal(undefined);
  });

  it('lets time pass from timer to timer, so that promises come along', async () => {
    const server = new TestServer({ routes });
    const times: number[] = [];
    const start = server.clock.now();
    const wait = (): Promise<void> => new Promise((resolve) => void server.clock.setTimeout(resolve, 10));
    const run = async (): Promise<void> => {
      for (let round = 0; round < 3; round++) {
        await wait();
        times.push(server.clock.now() - start);
      }
    };
    const running = run();
    await server.advance(100);
    await running;
    expect(times).to.deep.equal([10, 20, 30]);
    expect(server.clock.now() - start).to.equal(100);
  });

  it('starts shared actors with their input, and stops them with its last page', async () => {
    const log: unknown[] = [];
    const logic = fromCallback<AnyMessage, { text: string }>(({ input }) => {
      log.push(input.text);
      return () => log.push('stopped');
    });
    const server = new TestServer({ routes, actors: { room: { logic, input: { text: 'started' } } } });
    server.visit();
    server.visit();
    await server.leave();
    expect(log).to.deep.equal(['started']);
    await server.leave();
    expect(log).to.deep.equal(['started', 'stopped']);
    expect(server.clock.pending).to.equal(0);
  });
});
