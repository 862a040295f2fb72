import { expect } from 'chai';
import { assign, fromPromise, setup } from 'xstate';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { redact } from '../../../runtime/platform/redact.js';
import { withPages } from '../../../runtime/recording/recorded-pages.js';
import type { Recording } from '../../../runtime/recording/recording.js';
import { decodeRecording, encodeRecording } from '../../../runtime/recording/recording-file.js';
import { type Difference, replay } from '../../../runtime/recording/replay.js';
import { type AnyMessage, html, type Placement } from '../../../runtime/template/html.js';
import type { InstanceImage } from '../../../runtime/tree/tree-image.js';
import { Recorded } from '../../fixtures/recorded.js';

/** Records what a session goes through; each batch of messages rests before the next. */
async function record(
  kind: AnyComponent,
  ...batches: readonly (readonly [path: readonly string[], ...messages: readonly AnyMessage[]])[]
): Promise<Recording> {
  const recorded = new Recorded(kind);
  for (const [path, ...messages] of batches) {
    recorded.tell(path, ...messages);
    await recorded.rest();
  }

  return recorded.end();
}

/** What differs, without what says where. */
const places = (differences: readonly Difference[]): unknown[] =>
  differences.map(({ step, component: name, at, recorded, replayed }) => [step, name, at, recorded, replayed]);

/** The state of the root after a step. */
const stateAt = ({ steps }: Recording, at: number): unknown => steps.at(at)?.after.root.state;

/** A text message. */
interface Said extends AnyMessage {
  readonly text: string;
}

const say = (text: string, type = 'said'): Said => ({ type, text });

describe('replay', () => {
  // COUNTER -------------------------------------------------------------------

  const counter = (by: number, view = (count: number): string => `${count}`): AnyComponent =>
    component({
      name: 'counter',
      init: () => ({ count: 0 }),
      update: (model, { type }: AnyMessage) => {
        if (type === 'broke') throw new Error('cannot');
        return { count: model.count + (type === 'doubled' ? model.count : by) };
      },
      view: ({ count }) => html<AnyMessage>`<b>${view(count)}</b>`,
    }) as AnyComponent;
  const one = { type: 'added' };

  it('finds no difference with the same component, from memory or from a file', async () => {
    const recording = await record(counter(1), [[], one, one], [[], one, { type: 'doubled' }]);
    const read = decodeRecording(encodeRecording(recording));
    expect(recording.steps.at(-1)?.after.root.state).to.deep.equal({ count: 6 });
    for (const each of [recording, read]) {
      expect(replay(each, counter(1))).to.deep.equal({ steps: 2, differences: [], notes: [] });
    }
  });

  it('reports step, component, messages, place and values, and continues from the recorded state', async () => {
    const recording = await record(counter(1), [[], one], [[], { type: 'doubled' }], [[], one, one]);
    const { differences } = replay(recording, counter(2));
    expect(differences).to.deep.equal([
      {
        step: 1,
        path: [],
        component: 'counter',
        took: ['added'],
        kind: 'state',
        at: '.count',
        recorded: '1',
        replayed: '2',
        secret: 'no',
      },
      {
        step: 3,
        path: [],
        component: 'counter',
        took: ['added', 'added'],
        kind: 'state',
        at: '.count',
        recorded: '4',
        replayed: '6',
        secret: 'no',
      },
    ]);
  });

  it('reports an error of update once, and only notes one that was thrown in the recorded session', async () => {
    const recording = await record(counter(1), [[], one], [[], { type: 'broke' }, one], [[], { type: 'broke' }]);
    const same = replay(recording, counter(1));
    expect(same.differences).to.deep.equal([]);
    expect(same.notes).to.deep.equal([
      'step 2: counter threw (update: cannot), and its state is the recorded one',
      'step 3: counter threw (update: cannot), and its state is the recorded one',
    ]);
    const Strict = component({
      name: 'counter',
      init: () => ({ count: 0 }),
      update: (): { count: number } => {
        throw new Error('never');
      },
      view: () => html`<b></b>`,
    }) as AnyComponent;
    expect(places(replay(recording, Strict).differences)).to.deep.equal([
      [1, 'counter', '', 'no error', 'update: never'],
      [2, 'counter', '', 'no error', 'update: never'],
    ]);
  });

  it('reports an error of a view, and continues where the page can be shown again', async () => {
    const recording = await record(counter(1), [[], one], [[], one], [[], one], [[], { type: 'doubled' }]);
    const wary = counter(1, (count) => {
      if (count === 2 || count === 3) throw new Error(`no ${count}`);
      return `${count}`;
    });
    const { differences, notes, steps } = replay(recording, wary);
    expect(places(differences)).to.deep.equal([[2, 'counter', '', 'no error', 'view: no 2']]);
    expect(notes).to.deep.equal([
      'step 2: the recorded page cannot be shown: view of counter threw: no 2',
      '2 steps were skipped, because the recorded page cannot be shown now',
    ]);
    expect(steps).to.equal(4);
    const never = counter(1, () => {
      throw new Error('no');
    });
    expect(places(replay(recording, never).differences)).to.deep.equal([
      [0, 'counter', '', 'no error', 'view of counter threw: no'],
    ]);
  });

  it('notes pages that have changed', async () => {
    const recording = await record(counter(1), [[], one]);
    const paged = decodeRecording(encodeRecording(withPages(recording, counter(1))));
    expect(replay(paged, counter(1)).notes).to.deep.equal([]);
    const { differences, notes } = replay(
      paged,
      counter(1, (count) => (count === 0 ? 'none' : `${count}`))
    );
    expect(differences).to.deep.equal([]);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(/^the first page has changed: recorded ".*0.*", now ".*none.*"$/);
  });

  it('notes components whose state is not recorded, because it could not be stored', async () => {
    const recording = await record(counter(1), [[], one]);
    const lost = (root: InstanceImage): InstanceImage => ({ ...root, state: undefined });
    const steps = recording.steps.map((step) => ({ ...step, after: { ...step.after, root: lost(step.after.root) } }));
    const first = { ...recording.first, root: lost(recording.first.root) };
    expect(replay({ ...recording, first, steps }, counter(1)).notes[0]).to.equal(
      'the state of counter is not in every step, and is not compared where it is missing'
    );
  });

  it('refuses another component, or another version of it', async () => {
    const recording = await record(counter(1), [[], one]);
    for (const other of [{ name: 'clock' }, { version: 2 }]) {
      const { version = 1, name = 'counter' } = other as { version?: number; name?: string };
      expect(() => replay(recording, { ...counter(1), name, version } as AnyComponent))
        .to.throw(TroupeError, `The recording is of counter, version 1; the component is ${name}, version ${version}`)
        .with.property('code', ErrorCode.Recording);
    }
  });

  // LIST ----------------------------------------------------------------------

  interface Todo {
    readonly id: string;
    readonly at: number;
    readonly title: string;
  }

  /** What can be another about the list. */
  interface Ways {
    readonly told?: string;
    readonly title?: (title: string) => string;
    readonly shows?: (title: string) => boolean;
    readonly topic?: string;
    readonly version?: number;
  }

  function list({
    told = 'told',
    title = (given) => given,
    shows = () => true,
    topic = 'all',
    version = 1,
  }: Ways = {}): AnyComponent {
    const Item = component({
      name: 'item',
      version,
      init: ({ title: given }: { readonly key: string; readonly title: string }) => ({ title: given, done: false }),
      update: (model, message: AnyMessage, enqueue: Enqueue<AnyMessage, AnyMessage>) => {
        enqueue.parent({ type: told });
        return { ...model, done: message.type === 'done' };
      },
      received: (model, { title: given }) => ({ ...model, title: given }),
      view: ({ title: given, done }) => html<AnyMessage>`<li ?hidden=${done}>${given}</li>`,
    });

    return component({
      name: 'list',
      init: () => ({ todos: [] as readonly Todo[], told: 0, sorted: 0 }),
      update: (model, message: AnyMessage & { readonly text?: string }, enqueue: Enqueue<AnyMessage>) => {
        const { todos } = model;
        switch (message.type) {
          case 'said': {
            enqueue.raise({ type: 'sorted' });
            enqueue.publish(topic, { type: 'heard', text: message.text } as AnyMessage);
            enqueue.send('room', { type: 'heard' });
            const todo = { id: enqueue.id, at: enqueue.at, title: title(message.text ?? '') };
            return { ...model, todos: [...todos, todo] };
          }
          case 'sorted':
            return { ...model, sorted: model.sorted + 1 };
          case 'cleared':
            return { ...model, todos: [] };
          case 'renamed':
            return { ...model, todos: todos.map((todo) => ({ ...todo, title: message.text ?? '' })) };
          default:
            return { ...model, told: model.told + 1 };
        }
      },
      view: ({ todos }) =>
        html<AnyMessage>`<ul>${todos
          .filter((todo) => shows(todo.title))
          .map((todo) => Item({ key: todo.title.slice(0, 1), title: todo.title }) as Placement<AnyMessage>)}</ul>`,
    }) as unknown as AnyComponent;
  }

  const listed = (): Promise<Recording> =>
    record(
      list(),
      [[], say('a'), say('b')],
      [['item string a'], { type: 'done' }],
      [[], say('ax', 'renamed'), say('', 'cleared'), say('c')]
    );

  it('uses recorded ids and times, and performs no effect again', async () => {
    const recording = await listed();
    const { steps } = recording;
    expect(steps.flatMap(({ messages }) => messages.map(({ message }) => message.type))).to.deep.equal([
      'said',
      'said',
      'sorted',
      'sorted',
      'done',
      'told',
      'renamed',
      'cleared',
      'said',
      'sorted',
    ]);
    expect(steps.flatMap(({ effects }) => effects)).to.have.length(10);
    expect(replay(decodeRecording(encodeRecording(recording)), list())).to.deep.equal({
      steps: 6,
      differences: [],
      notes: [],
    });
  });

  it('names children by their path', async () => {
    const { differences } = replay(await listed(), list({ title: (given) => (given === 'b' ? 'bb' : given) }));
    expect(
      differences.map(({ path, kind, at, recorded, replayed }) => [path, kind, at, recorded, replayed])
    ).to.deep.equal([
      [[], 'state', '.todos[1].title', '"b"', '"bb"'],
      [['item string b'], 'state', '.title', '"b"', '"bb"'],
    ]);
  });

  it('compares effects', async () => {
    const recording = await listed();
    expect(places(replay(recording, list({ told: 'called' })).differences)).to.deep.equal([
      [3, 'item', '.type', 'parent {type: "told"}', 'parent {type: "called"}'],
    ]);
    const topics = replay(recording, list({ topic: 'some' })).differences;
    expect(topics.map(({ step, kind, recorded, replayed }) => [step, kind, recorded, replayed])).to.deep.equal([
      [1, 'effect', 'publish "all" {type: "heard", text: "a"}', 'publish "some" {type: "heard", text: "a"}'],
      [5, 'effect', 'publish "all" {type: "heard", text: "c"}', 'publish "some" {type: "heard", text: "c"}'],
    ]);
  });

  it('reports a missing and an additional component once', async () => {
    const shows = (title: string): boolean => title !== 'b';
    const gone = replay(await listed(), list({ shows })).differences;
    expect(gone.map(({ step, path, recorded, replayed }) => [step, path, recorded, replayed])).to.deep.equal([
      [1, ['item string b'], 'it is in the page', 'it is not in the page'],
    ]);
    const recording = await record(list({ shows }), [[], say('a'), say('b')], [['item string a'], { type: 'done' }]);
    const come = replay(recording, list()).differences;
    expect(come.map(({ step, path, recorded, replayed }) => [step, path, recorded, replayed])).to.deep.equal([
      [1, ['item string b'], 'it is not in the page', 'it is in the page'],
    ]);
  });

  it('reports messages for a component that is not there', async () => {
    const recording = await listed();
    const [first, ...steps] = recording.steps;
    const lost = { path: ['item string z'], message: { type: 'done' }, at: 0, id: undefined };
    const messages = [...(first?.messages ?? []), lost];
    const { differences } = replay({ ...recording, steps: [{ ...first, messages } as never, ...steps] }, list());
    expect(places(differences)).to.deep.equal([[1, 'item', '', 'it takes done', 'it is not there']]);
  });

  it('reports a component of another version', async () => {
    const recording = await listed();
    const { steps } = recording;
    const late: Recording = { ...recording, first: steps[0]?.after as never, steps: steps.slice(1) };
    expect(replay(late, list({ version: 2 })).differences[0]).to.include({
      step: 0,
      kind: 'fault',
      replayed: 'What is stored is of item, version 1; the component is item, version 2.',
    });
  });

  // LIGHT ---------------------------------------------------------------------

  const light = (guarded = false): AnyComponent =>
    component({
      name: 'light',
      logic: setup({
        types: {} as { context: { rounds: number; got: unknown }; events: AnyMessage },
        actors: { load: fromPromise(async () => 7) },
        delays: { short: 30 },
        guards: { may: () => !guarded },
      }).createMachine({
        id: 'light',
        context: { rounds: 0, got: null },
        initial: 'red',
        states: {
          red: { after: { short: { target: 'green', guard: 'may' } } },
          green: {
            entry: assign({ rounds: ({ context }) => context.rounds + 1 }),
            invoke: { src: 'load', onDone: { actions: assign({ got: ({ event }) => event.output }) } },
            on: { pressed: 'red' },
          },
        },
      }),
      view: ({ value, context }) => html<AnyMessage>`<p>${value} ${context.rounds} ${String(context.got)}</p>`,
    }) as unknown as AnyComponent;

  it('gives machines their recorded events, including those of timers and child actors', async () => {
    const recorded = new Recorded(light());
    await recorded.pass(40);
    recorded.tell([], { type: 'pressed' });
    await recorded.pass(40);
    const recording = recorded.end();
    const types = recording.steps.flatMap(({ events }) => events.map(({ event }) => event.type));
    expect(types).to.deep.equal([
      'xstate.after.short.light.red',
      'xstate.done.actor.0.light.green',
      'pressed',
      'xstate.after.short.light.red',
      'xstate.done.actor.0.light.green',
    ]);
    const read = decodeRecording(encodeRecording(recording));
    expect(replay(read, light())).to.deep.include({ differences: [], notes: [] });
    const { differences } = replay(read, light(true));
    expect(places(differences.filter(({ step }) => step === 1))).to.deep.equal([
      [1, 'light', '.value', '"green"', '"red"'],
      [1, 'light', '.context.rounds', '1', '0'],
      [1, 'light', '.context.got', '7', 'null'],
      [1, 'light', '.children["0.light.green"]', '"load"', 'nothing'],
    ]);
    expect(differences.map(({ at, step }) => [step, at]).filter(([step]) => step !== 1)[0]?.[1]).to.equal('.value');
  });

  it('gives machines the recorded states of their child actors', async () => {
    const child = setup({ types: {} as { context: { at: number } } }).createMachine({
      context: { at: 0 },
      after: { 10: { actions: assign({ at: 5 }) } },
    });
    const Reader = component({
      name: 'reader',
      logic: setup({ types: {} as { context: { read: number }; events: AnyMessage }, actors: { child } }).createMachine(
        {
          context: { read: -1 },
          invoke: { src: 'child', id: 'child' },
          on: {
            read: {
              actions: assign({
                read: ({ self }) =>
                  (
                    self.getSnapshot() as never as {
                      children: { child: { getSnapshot(): { context: { at: number } } } };
                    }
                  ).children.child.getSnapshot().context.at,
              }),
            },
            went: { actions: assign({ read: -2 }) },
          },
        }
      ),
      view: ({ context }) => html<AnyMessage>`<p>${context.read}</p>`,
    }) as unknown as AnyComponent;
    const recorded = new Recorded(Reader);
    await recorded.pass(20);
    for (const type of ['went', 'read']) {
      recorded.tell([], { type });
      await recorded.rest();
    }
    const recording = recorded.end();
    expect((stateAt(recording, -1) as { snapshot: { context: unknown } }).snapshot.context).to.deep.equal({ read: 5 });
    expect(replay(recording, Reader).differences).to.deep.equal([]);
  });

  it('takes a recorded event of changed props once, and takes a new one', async () => {
    const page = (hands: boolean): AnyComponent => {
      const Shown = component({
        name: 'shown',
        logic: setup({
          types: {} as {
            context: { title: string; times: number };
            events: Said;
            input: { key: number; title: string };
          },
        }).createMachine({
          context: ({ input }) => ({ title: input.title, times: 0 }),
          on: {
            said: { actions: assign({ title: ({ event }) => event.text, times: ({ context }) => context.times + 1 }) },
          },
        }),
        received: (_snapshot, { title }) => say(title),
        view: ({ context }) => html`<b>${context.title}</b>`,
      });

      return component({
        name: 'page',
        init: () => 'a',
        update: (_model, { text }: Said) => text,
        view: (title) =>
          html<never>`<div>${Shown({ key: 1, title: hands ? title : 'a' } as never) as Placement<never>}</div>`,
      }) as unknown as AnyComponent;
    };
    const recording = await record(page(true), [[], say('b')], [[], say('c')]);
    expect(replay(recording, page(true)).differences).to.deep.equal([]);
    const mute = await record(page(false), [[], say('b')]);
    expect(places(replay(mute, page(true)).differences)).to.deep.equal([
      [1, 'shown', '.context.title', '"a"', '"b"'],
      [1, 'shown', '.context.times', '0', '1'],
    ]);
  });

  // INIT ----------------------------------------------------------------------

  it('runs the init of new components, and reports one that is async', async () => {
    const page = (begin: (key: number) => unknown): AnyComponent => {
      const Part = component({
        name: 'part',
        init: ({ key }: { readonly key: number }) => begin(key) as { readonly key: number },
        update: (model, _message: AnyMessage) => model,
        view: ({ key }) => html`<b>${key}</b>`,
      });

      return component({
        name: 'page',
        init: () => [] as readonly number[],
        update: (model, _message: AnyMessage) => [...model, model.length],
        view: (keys) => html<AnyMessage>`<div>${keys.map((key) => Part({ key }) as never)}</div>`,
      }) as AnyComponent;
    };
    const recording = await record(
      page((key) => ({ key })),
      [[], one]
    );
    const other = replay(
      recording,
      page((key) => ({ key: key + 7 }))
    );
    expect(places(other.differences)).to.deep.equal([[1, 'part', '.key', '0', '7']]);
    const late = replay(
      recording,
      page(async (key) => ({ key }))
    );
    expect(late.differences).to.have.length(1);
    expect(late.differences[0]?.replayed).to.contain('init of part is async');
  });

  // SECRETS -------------------------------------------------------------------

  it('does not compare secrets, and marks differences that depend on them', async () => {
    const form = (least: number): AnyComponent =>
      component({
        name: 'form',
        init: () => ({ password: '', length: 0, isLong: false, count: 0 }),
        update: (model, { type, password }: AnyMessage & { readonly password: string }) =>
          type === 'typed'
            ? { ...model, password, isLong: password.length > least }
            : { ...model, password: '', length: model.password.length, count: model.count + least },
        view: () => html`<p></p>`,
      }) as AnyComponent;
    const typed = { type: 'typed', password: 'keep quiet' } as AnyMessage;
    const recording = await record(form(3), [[], typed], [[], { type: 'sent' }]);
    const hidden: Recording = redact(recording);
    expect(JSON.stringify(hidden)).to.not.contain('quiet');
    expect(replay(hidden, form(3)).differences.map(({ at, secret }) => [at, secret])).to.deep.equal([
      ['.length', 'perhaps'],
    ]);
    expect(replay(hidden, form(9)).differences.map(({ step, at, secret }) => [step, at, secret])).to.deep.equal([
      [1, '.isLong', 'yes'],
      [2, '.length', 'perhaps'],
      [2, '.count', 'perhaps'],
    ]);
  });
});
