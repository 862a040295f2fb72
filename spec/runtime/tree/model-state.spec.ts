import { expect } from 'chai';
import { type AnyActorRef, createActor, createMachine } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import { html } from '../../../runtime/template/html.js';
import type { StateOwner } from '../../../runtime/tree/instance-state.js';
import { ModelState } from '../../../runtime/tree/model-state.js';
import { FakeClock } from '../../fixtures/fake-clock.js';

type Message = { type: 'added'; text: string };

const Texts = component({
  name: 'texts',
  init: ({ first }: { first: string }): readonly string[] => [first],
  update: (model, { text }: Message, enqueue: Enqueue<Message>) => {
    if (text === '!') throw new Error('cannot take !');
    enqueue.publish('added', { type: text });
    return [...model, text];
  },
  received: (model, { first }) => [first, ...model.slice(1)],
  view: (model) => html`<p>${model.join()}</p>`,
});

describe('model state', () => {
  let reports: string[];
  let state: ModelState;
  let shown: string[];

  /** Shows the model; cannot show `?`. */
  const show = (): void => {
    const text = (state.shown as readonly string[]).join();
    if (text.includes('?')) throw new Error('cannot show ?');
    shown.push(text);
  };
  /** Shows the state if there is news, and drops the messages that cannot be shown. */
  const render = (): void => {
    if (!state.hasNews) return;
    try {
      show();
    } catch {
      for (const _ of state.retakes()) showOrUndo();
    }
  };
  const showOrUndo = (): void => {
    try {
      show();
    } catch (error) {
      reports.push(`view ${(error as Error).message}`);
      state.undo();
    }
  };
  const take = (...texts: readonly string[]): void => {
    for (const text of texts) state.take({ type: 'added', text } as never, 1);
  };

  beforeEach(() => {
    reports = [];
    shown = [];
    const root = createActor(createMachine({})) as AnyActorRef;
    root.subscribe({ error: () => undefined });
    root.start();
    const host: StateOwner = {
      tree: { clock: new FakeClock(), env: { development: true }, system: () => root },
      report: (code, error) => void reports.push(`${code} ${(error as Error).message}`),
      changed: () => undefined,
      toParent: () => undefined,
    };
    state = new ModelState(Texts, host);
    state.initNow({ first: 'a' });
    state.start(root);
  });

  it('has a state before and after its actor is started', () => {
    expect(state.shown).to.deep.equal(['a']);
    expect(state.actor?.getSnapshot().context).to.deep.equal(['a']);
  });

  it('gives what was asked for when the turn is committed, in order, and is then clean', () => {
    take('b', 'c');
    expect(state.isDirty).to.equal(true);
    render();
    expect(state.commit().map(({ message }) => message.type)).to.deep.equal(['b', 'c']);
    expect(state.isDirty).to.equal(false);
    expect(state.commit()).to.deep.equal([]);
    expect(shown).to.deep.equal(['a,b,c']);
  });

  it('drops what update refuses, with its effects', () => {
    take('b', '!', 'c');
    render();
    expect(state.commit().map(({ message }) => message.type)).to.deep.equal(['b', 'c']);
    expect(reports).to.deep.equal(['update cannot take !']);
  });

  it('drops what view refuses, with its effects, and shows after each of the others', () => {
    take('b', '?', 'c');
    render();
    expect(state.commit().map(({ message }) => message.type)).to.deep.equal(['b', 'c']);
    expect(reports).to.deep.equal(['view cannot show ?']);
    expect(shown).to.deep.equal(['a,b', 'a,b,c']);
  });

  it('does not show what is as it was', () => {
    take('!');
    render();
    expect(shown).to.deep.equal([]);
  });

  it('takes changed props as a step, which can be undone like any', () => {
    state.receive({ first: '?' });
    take('b');
    render();
    expect(state.shown).to.deep.equal(['a', 'b']);
    expect(reports).to.deep.equal(['view cannot show ?']);
    state.commit();
    state.receive({ first: 'z' });
    render();
    expect(state.shown).to.deep.equal(['z', 'b']);
  });

  it('takes nothing again if nothing has happened', () => {
    expect([state.hasNews, [...state.retakes()]]).to.deep.equal([true, []]);
    state.undo();
    expect(state.shown).to.deep.equal(['a']);
  });

  it('waits for init only where it is asked to', async () => {
    const Late = component({ ...parts, init: async () => 1 });
    const late = new ModelState(Late, {} as StateOwner);
    await late.init(undefined);
    expect(late.shown).to.equal(1);
    expect(() => new ModelState(Late, {} as StateOwner).initNow(undefined)).to.throw(
      'init of late is async, which only the first page waits for. Start with what there is and declare a task.'
    );
  });

  it('is stored as its model, and goes on with one', () => {
    take('b', 'c');
    state.commit();
    const model = state.save();
    expect(model).to.deep.equal(['a', 'b', 'c']);
    const host = { tree: { clock: new FakeClock(), env: { development: true } } } as unknown as StateOwner;
    const restored = new ModelState(Texts, host);
    restored.restore(structuredClone(model));
    expect([restored.shown, restored.isDirty]).to.deep.equal([model, false]);
    restored.take({ type: 'added', text: 'd' } as never, 1, 7);
    expect(restored.commit()).to.deep.equal([
      { kind: 'publish', topic: 'added', message: { type: 'd' }, cause: 7, index: 0 },
    ]);
    expect(restored.save()).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});

const parts = { name: 'late', update: (model: number, _message: Message) => model, view: () => html`<p></p>` };
