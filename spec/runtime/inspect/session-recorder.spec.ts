import { expect } from 'chai';
import { component, html } from 'troupe';
import { SessionRecorder } from '../../../runtime/inspect/session-recorder.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { unwatched } from '../../../runtime/tree/probe.js';
import type { TreeImage } from '../../../runtime/tree/tree-image.js';
import { type LookedAt, lookAt } from '../../fixtures/looked-at.js';

type Message = { type: 'incremented' } | { type: 'stamped' };

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0, id: '' }),
  update: (model, { type }: Message, enqueue) =>
    type === 'stamped' ? { ...model, id: enqueue.id } : { ...model, count: model.count + 1 },
  view: ({ count }) => html<Message>`<output>${count}</output>
    <button @click=${{ type: 'incremented' }}>add</button><button @click=${{ type: 'stamped' }}>stamp</button>`,
});

type ItemMessage = { type: 'pressed' };
const Item = component({
  name: 'item',
  init: ({ key }: { key: number }) => ({ key, presses: 0 }),
  update: (model, _message: ItemMessage) => ({ ...model, presses: model.presses + 1 }),
  view: ({ key, presses }) => html<ItemMessage>`<button @click=${{ type: 'pressed' }}>${key}: ${presses}</button>`,
});

const Items = component({
  name: 'items',
  init: () => ({ keys: [1, 2, 3] }),
  update: (model) => model,
  view: ({ keys }) => html`<ul>${keys.map((key) => html`<li>${Item({ key })}</li>`)}</ul>`,
});

const stateOf = <State>(image: TreeImage | undefined): State => image?.root.state as State;

describe('session recorder', () => {
  let looked: LookedAt;
  let live: LiveSession;

  const start = async (url = '/'): Promise<SessionRecorder> => {
    looked = await lookAt({ routes: { '/': Counter, '/items': Items } }, url);
    live = [...looked.server.site.sessions.entries()][0]?.session as LiveSession;

    const recorder = new SessionRecorder({
      ...{ application: '', channels: unwatched.channels, session: live.id },
      ...{ changed: () => undefined, failed: (error) => expect.fail(String(error)) },
    });
    recorder.attach(live);

    return recorder;
  };
  const press = (name: string): Promise<void> => looked.page.click(looked.page.getByRole('button', { name }));
  /** Sends messages of the host program, so many that each has a turn of its own. */
  const send = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent++) {
      live.tree.put(live.tree.root, { type: 'incremented' });
      await looked.server.rest();
    }
  };

  afterEach(() => looked.close());

  it('keeps a step for each round, with what was taken and all states after it', async () => {
    const recorder = await start();
    await press('add');
    await press('add');
    const recording = recorder.recording;
    expect(recording?.first.root.state).to.deep.equal({ count: 0, id: '' });
    expect(recording?.steps.map(({ number, after }) => [number, after.root.state])).to.deep.equal([
      [1, { count: 1, id: '' }],
      [2, { count: 2, id: '' }],
    ]);
    const [taken] = recording?.steps[0]?.messages ?? [];
    expect(taken).to.deep.equal({
      path: [],
      message: { type: 'incremented' },
      at: looked.server.clock.now(),
      id: undefined,
    });
  });

  it('keeps the id that was stamped on a message, if one was', async () => {
    const recorder = await start();
    await press('stamp');
    const step = recorder.step(1);
    expect(step?.messages[0]?.id).to.be.a('string').and.equal(stateOf<{ id: string }>(step?.after).id);
  });

  it('shares with the step before what is the same', async () => {
    const recorder = await start('/items');
    await press('2: 0');
    const before = recorder.before(1)?.root;
    const after = recorder.step(1)?.after.root;
    expect(after).to.not.equal(before);
    expect(after?.children[0]).to.equal(before?.children[0]);
    expect(after?.children[1]).to.not.equal(before?.children[1]);
  });

  it('keeps the last five hundred steps and where they began', async () => {
    const recorder = await start();
    await send(700);
    const { first, steps } = recorder.recording ?? {};
    expect(steps?.length).to.be.within(500, 625);
    const counts = [first, ...(steps ?? []).map(({ after }) => after)].map(
      (image) => stateOf<{ count: number }>(image).count
    );
    expect(counts).to.deep.equal(counts.map((_, index) => 700 - (counts.length - 1) + index));
    expect(recorder.log.length).to.equal(700);
  }).timeout(20_000);

  it('keeps nothing of a recording that goes on in one that was given away', async () => {
    const recorder = await start();
    await press('add');
    const { steps } = recorder.recording ?? {};
    await press('add');
    expect(steps).to.have.length(1);
  });

  it('begins anew when the session has come back, and keeps the log', async () => {
    const recorder = await start();
    await press('add');
    recorder.attach(live);
    await press('add');
    expect(recorder.recording?.first.root.state).to.include({ count: 1 });
    expect(recorder.recording?.steps).to.have.length(1);
    expect(recorder.log).to.have.length(2);
  });

  it('hears nothing more once it is detached, and can still be read', async () => {
    const recorder = await start();
    await press('add');
    recorder.detach();
    expect(live.observer).to.equal(undefined);
    await press('add');
    expect(recorder.log).to.have.length(1);
    expect(recorder.recording?.steps).to.have.length(1);
  });

  it('has no recording of a session that was never there', async () => {
    await start();
    const recorder = new SessionRecorder({
      ...{ application: '', channels: unwatched.channels, session: 'absent' },
      ...{ changed: () => undefined, failed: () => undefined },
    });
    expect([recorder.recording, recorder.latest]).to.deep.equal([undefined, undefined]);
  });
});
