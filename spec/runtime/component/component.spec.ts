import { expect } from 'chai';
import { createActor } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { type Enqueue, Received } from '../../../runtime/component/effect.js';
import { type ComponentSnapshot, PropsChanged, Restored } from '../../../runtime/component/step.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { html } from '../../../runtime/template/html.js';

// COMPONENTS ------------------------------------------------------------------

interface Model {
  readonly count: number;
  readonly log: readonly string[];
}

type Message =
  | { readonly type: 'incremented' }
  | { readonly type: 'raisedTwo' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'stamped' };

function update(model: Model, message: Message, enqueue: Enqueue<Message>): Model {
  const log = [...model.log, message.type];
  switch (message.type) {
    case 'incremented':
      return { count: model.count + 1, log };
    case 'raisedTwo':
      enqueue.raise({ type: 'incremented' });
      enqueue.raise({ type: 'incremented' });
      return { ...model, log };
    case 'failed':
      enqueue.raise({ type: 'incremented' });
      throw message.error;
    case 'stamped':
      return { ...model, log: [`${enqueue.at} ${enqueue.id}`] };
  }
}

const init = ({ count = 0 }: { readonly count?: number } = {}): Model => ({ count, log: [] });
const view = ({ count }: Model) => html<Message>`<p>${count}</p>`;
const Counter = component({ name: 'counter', init, update, view });

/** A component of parts that no type checker has seen. */
const loose = (parts: object) =>
  component({ name: 'loose', init, update, view, ...parts } as Parameters<typeof component>[0]);

/** What an event makes of a state, with an actor scope that is never asked for anything. */
function transition(logic: { transition: unknown }, snapshot: unknown, event: unknown): ComponentSnapshot<Model> {
  return (logic.transition as (...values: unknown[]) => ComponentSnapshot<Model>)(snapshot, event, undefined);
}

const received = (message: Message): Received => new Received(message, 5);
const start = Counter.initialSnapshot({}) as ComponentSnapshot<Model>;

/** How many rejections were not handled. */
async function unhandled(run: () => unknown): Promise<number> {
  let count = 0;
  const listener = (): void => void count++;
  process.on('unhandledRejection', listener);
  run();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);

  return count;
}

/** An object that holds itself. */
function ring(): object {
  const model: { self?: object } = {};
  model.self = model;

  return model;
}

describe('component', () => {
  describe('definition', () => {
    it('throws an error if something is missing, of the wrong kind or not known', () => {
      const wrong: readonly (readonly [object, RegExp])[] = [
        [{ name: '' }, /takes a name/],
        [{ name: undefined }, /takes a name/],
        [{ name: 7 }, /takes a name/],
        [
          { init: undefined },
          /^component\(\{ name: 'loose' \}\) has no function `init`; it takes init, update and view\.$/,
        ],
        [{ update: {} }, /has no function `update`/],
        [{ secret: 'apiKey' }, /`secret` is an array of names of fields/],
        [{ secret: ['apiKey', ''] }, /`secret` is an array of names of fields/],
        [{ view: html`<p></p>` }, /has no function `view`/],
        [
          { recieved: () => null },
          /does not know `recieved`; it takes name, version, secret, fallback, onArrival, onError, received, subscriptions, init, update, view\.$/,
        ],
      ];
      for (const [parts, message] of wrong) {
        expect(() => loose(parts), String(message))
          .to.throw(TroupeError, message)
          .with.property('code', ErrorCode.Component);
      }
    });

    it('declares which fields hold secrets, of any kind of component', () => {
      const OfLogic = component({ name: 'loose', logic: Counter, view: () => html`<p></p>`, secret: ['ofLogic'] });
      expect(OfLogic.secret).to.deep.equal(['ofLogic']);
      expect(Counter.secret).to.deep.equal([]);
    });

    it('throws an error if there is none', () => {
      for (const nothing of [undefined, null, 7, 'counter']) {
        expect(() => component(nothing as never)).to.throw(TroupeError, /takes a name/);
      }
    });

    it('throws an error if what may be left out is not a function', () => {
      for (const name of ['fallback', 'onArrival', 'onError', 'received', 'subscriptions']) {
        expect(() => loose({ [name]: [] })).to.throw(TroupeError, new RegExp(`\`${name}\``));
        expect(() => loose({ [name]: undefined })).to.not.throw();
      }
    });

    it('has a version, 1 unless it is given, and hears of arrivals if it wants to', () => {
      const onArrival = (): Message => ({ type: 'incremented' });
      expect([Counter.version, Counter.onArrival]).to.deep.equal([1, undefined]);
      expect([loose({ version: '2b' }).version, loose({ version: 0 }).version]).to.deep.equal(['2b', 0]);
      expect(loose({ onArrival }).onArrival).to.equal(onArrival);
      for (const version of [null, {}, true]) {
        expect(() => loose({ version: version as never })).to.throw(TroupeError, /`version` is a number or a string/);
      }
    });

    it('has no subscriptions unless they are declared', () => {
      expect(Counter.subscriptions({ count: 0, log: [] })).to.deep.equal([]);
    });
  });

  describe('the first state', () => {
    it('is what init makes of the props', () => {
      expect(Counter.initialSnapshot({ count: 7 })).to.deep.include({
        status: 'active',
        context: { count: 7, log: [] },
        effects: [],
      });
    });

    it('is waited for if init is async', async () => {
      const Async = loose({ init: async () => ({ count: 1, log: [] }) });
      const first = await Async.initialSnapshot({});

      expect(first.context).to.deep.equal({ count: 1, log: [] });
    });

    it('is waited for if what init returns has a then of its own', async () => {
      const thenable = (model: object) =>
        Object.fromEntries([['then', (resolve: (value: object) => void) => void resolve(model)]]);
      const first = loose({ init: (() => thenable({ count: 1, log: [] })) as never }).initialSnapshot({});

      expect(first).to.be.instanceOf(Promise);
      expect((await first).context).to.deep.equal({ count: 1, log: [] });
    });

    it('is not there if init throws or rejects', async () => {
      const error = new Error('init');
      const throws = (): never => {
        throw error;
      };
      expect(() => loose({ init: throws }).initialSnapshot({})).to.throw(error);
      const reason = await Promise.resolve(loose({ init: async () => throws() }).initialSnapshot({})).catch(
        (reason) => reason
      );
      expect(reason).to.equal(error);
    });
  });

  describe('a step', () => {
    it('gives the next model and what was asked for, and touches nothing', () => {
      const next = transition(Counter, start, received({ type: 'raisedTwo' }));

      expect(next.context.log).to.deep.equal(['raisedTwo']);
      expect(next.effects).to.have.lengthOf(2);
      expect(next.fault).to.equal(undefined);
      expect(start.context).to.deep.equal({ count: 0, log: [] });
      expect(transition(Counter, next, received({ type: 'incremented' })).effects).to.deep.equal([]);
    });

    it('that throws keeps the model, discards what was asked for and says what was thrown', () => {
      for (const error of [new Error('update'), 'text', 0, false, null, undefined]) {
        const next = transition(Counter, start, received({ type: 'failed', error }));
        expect(next.context).to.equal(start.context);
        expect(next.effects).to.deep.equal([]);
        if (error === undefined || error === null) expect(next.fault).to.be.instanceOf(Error);
        else expect(next.fault).to.equal(error);
        expect(next.status).to.equal('active');
      }
    });

    it('that returns nothing is a fault with the fix, unless there was nothing', () => {
      const Forgetful = loose({ update: () => undefined, received: () => undefined });
      const error = transition(Forgetful, start, received({ type: 'incremented' })).fault as TroupeError;

      expect(error.code).to.equal(ErrorCode.Update);
      expect(error.message).to.equal(
        'update of loose returned nothing after incremented. It returns the next model: the one it was given if nothing changes, null if there is none.'
      );
      expect(transition(Forgetful, start, new PropsChanged({})).fault)
        .to.have.property('message')
        .that.includes('received of loose returned nothing after the props have changed.');
      const nothing = { ...start, context: undefined };
      expect(transition(Forgetful, nothing, received({ type: 'incremented' })).fault).to.equal(undefined);
    });

    it('after one that threw has no fault', () => {
      const failed = transition(Counter, start, received({ type: 'failed', error: 1 }));

      expect(transition(Counter, failed, received({ type: 'incremented' })).fault).to.equal(undefined);
    });

    it('gives the same again for the same message', () => {
      const message = received({ type: 'stamped' });
      const [first, second] = [1, 2].map(() => transition(Counter, start, message));

      expect(first?.context.log[0]).to.match(/^5 /);
      expect(first?.context).to.deep.equal(second?.context);
    });

    it('that returns a promise is a fault with the fix, and its rejection is ignored', async () => {
      const Async = loose({ update: async () => Promise.reject(new Error('late')) });
      let next: ComponentSnapshot<Model> | undefined;

      expect(await unhandled(() => (next = transition(Async, start, received({ type: 'incremented' }))))).to.equal(0);
      expect(next?.fault).to.be.instanceOf(TroupeError);
      expect(next?.fault).to.have.property(
        'message',
        'update of loose returned a promise. It must return the next model at once; declare work that takes time as a subscription.'
      );
      expect(next?.context).to.equal(start.context);
    });

    it('can be undone', () => {
      const next = transition(Counter, start, received({ type: 'incremented' }));

      expect(transition(Counter, next, new Restored(start))).to.equal(start);
    });
  });

  describe('changed props', () => {
    it('go through received', () => {
      const Page = loose({ received: (model: Model, { count }: { count: number }) => ({ ...model, count }) });

      expect(transition(Page, start, new PropsChanged({ count: 9 })).context.count).to.equal(9);
    });

    it('are a fault in development if there is no received', () => {
      const next = transition(Counter, start, new PropsChanged({}));

      expect(next.context).to.equal(start.context);
      expect(next.fault)
        .to.be.instanceOf(TroupeError)
        .with.property('message')
        .that.contains('no `received(model, props)`');
    });

    it('are a fault if received throws or returns a promise', async () => {
      const throws = loose({
        received: () => {
          throw new Error('received');
        },
      });
      const async = loose({
        received: async () => {
          throw new Error('late');
        },
      });

      expect(transition(throws, start, new PropsChanged({})).fault).to.have.property('message', 'received');
      let next: ComponentSnapshot<Model> | undefined;
      expect(await unhandled(() => (next = transition(async, start, new PropsChanged({}))))).to.equal(0);
      expect(next?.fault)
        .to.have.property('message')
        .that.matches(/^received of loose returned a promise/);
      expect(next?.context).to.equal(start.context);
    });
  });

  describe('models', () => {
    it('cannot be changed in place', () => {
      const model = { list: [{ deep: { n: 1 } }], bare: Object.assign(Object.create(null), { n: 1 }) };
      const { context } = loose({ init: () => model }).initialSnapshot({}) as unknown as ComponentSnapshot<
        typeof model
      >;

      expect(() => context.list.push({ deep: { n: 2 } })).to.throw(TypeError);
      expect(() => Object.assign(context.list[0]?.deep as object, { n: 2 })).to.throw(TypeError);
      expect(() => Object.assign(context.bare, { n: 2 })).to.throw(TypeError);
      expect(() => Object.assign(context, { other: 1 })).to.throw(TypeError);
    });

    it('that are changed in place make the step a fault and stay as they were', () => {
      const Sloppy = loose({
        update: (model: { count: number }) => {
          model.count++;
          return model;
        },
      });
      const next = transition(Sloppy, Sloppy.initialSnapshot({}), received({ type: 'incremented' }));

      expect(next.fault).to.be.instanceOf(TypeError);
      expect(next.context.count).to.equal(0);
    });

    it('may hold dates and bytes, which are left alone', () => {
      const model = { date: new Date(0), bytes: new Uint8Array(2) };
      loose({ init: () => model }).initialSnapshot({});

      model.bytes[0] = 1;
      expect(Object.isFrozen(model)).to.equal(true);
      expect(Object.isFrozen(model.date)).to.equal(false);
    });

    it('may be a text, a number or nothing', () => {
      for (const model of ['text', 7, null, undefined]) {
        expect((loose({ init: () => model }).initialSnapshot({}) as ComponentSnapshot<unknown>).context).to.equal(
          model
        );
      }
    });

    it('may not hold what cannot be stored: the first step that makes it is refused, with the place', async () => {
      const wrong: readonly (readonly [model: unknown, RegExp])[] = [
        [
          { rows: [{ seen: new Map() }] },
          /^The state of loose cannot be stored: state\.rows\[0\]\.seen is an instance of Map\./,
        ],
        [{ now: () => 1 }, /state\.now is a function/],
        [ring(), /state(\.self){8}\.\.\. is nested more than 500 deep/],
      ];
      for (const [model, message] of wrong) {
        const faults = [
          await new Promise((resolve) => resolve(loose({ init: () => model }).initialSnapshot({}))).catch((e) => e),
          await Promise.resolve(loose({ init: async () => model }).initialSnapshot({})).catch((e) => e),
          transition(loose({ update: () => model }), start, received({ type: 'incremented' })).fault,
          transition(loose({ received: () => model }), start, new PropsChanged({})).fault,
        ];
        for (const fault of faults) expect(fault).to.be.instanceOf(TroupeError).with.property('message').match(message);
      }
    });
  });

  describe('headless, as an actor of XState', () => {
    it('starts with its input, takes messages and stops', () => {
      const actor = createActor(Counter, { input: { count: 2 } }).start();
      actor.send({ type: 'incremented' });

      expect(actor.getSnapshot().context.count).to.equal(3);
      actor.stop();
      expect(actor.getSnapshot().status).to.equal('stopped');
    });

    it('takes raised messages after the one that raised them', () => {
      const actor = createActor(Counter).start();
      actor.send({ type: 'raisedTwo' });

      expect(actor.getSnapshot().context).to.deep.equal({ count: 2, log: ['raisedTwo', 'incremented', 'incremented'] });
    });

    it('sends each state to its observers', () => {
      const actor = createActor(Counter);
      const counts: number[] = [];
      actor.subscribe(({ context }) => counts.push(context.count));
      actor.start();
      actor.send({ type: 'raisedTwo' });

      expect(counts.at(-1)).to.equal(2);
    });

    it('goes to error if update throws', () => {
      const actor = createActor(Counter).start();
      const errors: unknown[] = [];
      actor.subscribe({ error: (error) => errors.push(error) });
      actor.send({ type: 'failed', error: 'thrown' });

      expect(actor.getSnapshot().status).to.equal('error');
      expect(errors).to.deep.equal(['thrown']);
    });

    it('cannot wait for an async init and says the fix, which works', async () => {
      const Async = component({ name: 'async', init: async () => ({ count: 1, log: [] }) as Model, update, view });
      const errors: unknown[] = [];
      const actor = createActor(Async);
      actor.subscribe({ error: (error) => errors.push(error) });
      actor.start();
      expect(errors).to.have.lengthOf(1);
      expect((errors[0] as TroupeError).message).to.contain(
        'createActor(component, { snapshot: await component.initialSnapshot(props) })'
      );

      const restored = createActor(Async, { snapshot: await Async.initialSnapshot({}) }).start();
      restored.send({ type: 'incremented' });
      expect(restored.getSnapshot().context.count).to.equal(2);
    });

    it('leaves no rejection behind if such an init fails', async () => {
      const Async = loose({
        init: async () => {
          throw new Error('late');
        },
      });

      expect(await unhandled(() => createActor(Async as typeof Counter).subscribe({ error: () => {} }))).to.equal(0);
    });

    it('can be persisted and restored, its model frozen again', () => {
      const actor = createActor(Counter).start();
      actor.send({ type: 'raisedTwo' });
      const persisted = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()));
      expect(persisted).to.deep.equal({
        status: 'active',
        context: { count: 2, log: ['raisedTwo', 'incremented', 'incremented'] },
      });

      const restored = createActor(Counter, { snapshot: persisted }).start();
      restored.send({ type: 'incremented' });
      expect(restored.getSnapshot().context.count).to.equal(3);
      expect(Object.isFrozen(restored.getSnapshot().context)).to.equal(true);
    });

    it('ignores the words of XState', () => {
      const actor = createActor(Counter).start();
      const before = actor.getSnapshot().context;
      actor.send({ type: 'xstate.done.actor.x' } as never);

      expect(actor.getSnapshot().context).to.equal(before);
    });
  });
});
