/**
 * The promises of the types: what is wrong in a view, a handler or a subscription is an error of the
 * compiler, at that value, and what is right needs no cast. Nothing runs here but the compiler; each
 * wrong value stands in a template of its own, because only the first of one call is reported.
 */

import { createActor, createMachine, fromPromise, fromTransition, type SnapshotFrom, setup } from 'xstate';
import {
  actor,
  type CallbackContext,
  type Component,
  callback,
  component,
  type Enqueue,
  type EventData,
  type EventFile,
  every,
  type GeneratorContext,
  generator,
  html,
  observable,
  type PageProps,
  presence,
  repeat,
  type Subscription,
  shared,
  spread,
  type TaskContext,
  type Template,
  task,
  topic,
  unsafeHtml,
} from '../runtime/index.js';
import {
  createServer,
  type DocumentPage,
  type DocumentTemplate,
  type ErrorReport,
  type HttpRequest,
  type Identify,
  type Listening,
  type PageProps as PagePropsOfServer,
  type Server,
  type ServerOptions,
} from '../runtime/server.js';

// A PAGE ----------------------------------------------------------------------

interface Todo {
  readonly id: number;
  readonly title: string;
  readonly done: boolean;
}

interface Model {
  readonly todos: readonly Todo[];
  readonly filter?: string;
  readonly running: boolean;
}

type Message =
  | { readonly type: 'added'; readonly title: string }
  | { readonly type: 'toggled'; readonly id: number; readonly done?: boolean }
  | { readonly type: 'cleared' };

type Other = { readonly type: 'somethingElse' };

declare const model: Model;
declare const todo: Todo;
declare const isShown: boolean;

/** Whether two types are one and the same. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles for `true` alone. */
const holds = <_T extends true>(): void => {};

/** Never called: what stands in it is compiled. */
const compiled = (_run: () => unknown): void => {};

const otherView = html<Other>`<button @click=${{ type: 'somethingElse' }}></button>`;
const otherRow = (_todo: Todo): Template<Other> => otherView;
const row = ({ id, title }: Todo) => html<Message>`<li @click=${{ type: 'toggled', id }}>${title}</li>`;

// RIGHT -----------------------------------------------------------------------

describe('types', () => {
  it('let ordinary views be written without a cast', () => {
    compiled(() => html`<p>static</p>`);
    compiled(() => html`<p title=${'t'} lang="a ${1} b">${'text'} ${1} ${2n} ${null} ${undefined} ${false}</p>`);
    compiled(() => html<Message>`<button @click=${{ type: 'cleared' }}>x</button>`);
    compiled(() => html<Message>`<button @click=${{ type: 'toggled', id: 1 }}></button>`);
    compiled(() => html<Message>`<button @click=${{ type: 'toggled', id: 1, done: true }}></button>`);
    compiled(() => html<Message>`<input @input=${({ value }) => ({ type: 'added', title: value })}>`);
    compiled(
      () => html<Message>`<input @keydown=${({ key, value }) => key === 'Enter' && { type: 'added', title: value }}>`
    );
    compiled(() => html<Message>`<input @keydown=${(event) => (event.shiftKey ? { type: 'cleared' } : null)}>`);
    compiled(
      () => html<Message>`<form @submit=${({ entries }) => ({ type: 'added', title: entries[0]?.[1] ?? '' })}></form>`
    );
    compiled(() => html<Message>`<button @click=${isShown ? { type: 'cleared' } : null}></button>`);
    compiled(() => html<Message>`<button @click=${isShown && { type: 'cleared' }} ?disabled=${!isShown}></button>`);
    compiled(
      () =>
        html<Message>`<i style=${{ color: isShown && 'red', fontSize: null, '--x': 1 }} .value=${'v'} class="a ${isShown && 'b'}"></i>`
    );
    compiled(() => html<Message>`<p>${isShown ? html<Message>`<b @click=${{ type: 'cleared' }}></b>` : null}</p>`);
    compiled(() => html<Message>`<p>${isShown && html`<b>no message in here</b>`}</p>`);
    compiled(() => html<Message>`<p>${html`<b @click=${{ type: 'cleared' }}>sends what the outer one sends</b>`}</p>`);
    compiled(() => html<Message>`<p>${unsafeHtml('<b>')}</p>`);
    compiled(() => html<Message>`<p ${spread({ title: 'x', '?hidden': isShown, style: { color: 'red' } })}></p>`);
    compiled(() => html<Message>`<p ${spread<Message>({ '@click': { type: 'cleared' }, '@blur': () => null })}></p>`);
    // @ts-expect-error a spread that sends other messages
    compiled(() => html<Message>`<p ${spread<{ type: 'other' }>({ '@click': { type: 'other' } })}></p>`);
    // @ts-expect-error a message that is not among those of the spread
    compiled(() => spread<Message>({ '@click': { type: 'other' } }));
    // @ts-expect-error a spread in place of content is not refused by its type, but attributes that are no spread are
    compiled(() => html<Message>`<p ${{ title: { x: 1 } }}></p>`);
    compiled(() => html<Message>`<p>${model.filter}${model.todos.length}</p>`);
    compiled(() => html<Message>`<p>${model.todos.length > 0 || 'nothing to do'}</p>`);
  });

  it('let lists be written without a cast', () => {
    compiled(() => html<Message>`<ul>${model.todos.map(row)}</ul>`);
    compiled(() => html<Message>`<ul>${model.todos.map(({ title }) => html`<li>${title}</li>`)}</ul>`);
    compiled(
      () =>
        html<Message>`<ul>${model.todos.map(({ id }) => html<Message>`<li @click=${{ type: 'toggled', id }}></li>`)}</ul>`
    );
    compiled(() => html<Message>`<ul>${model.todos.map(({ done, title }) => done && title)}</ul>`);
    compiled(() => html<Message>`<ul>${repeat(model.todos, ({ id }) => id, row)}</ul>`);
    compiled(
      () =>
        html<Message>`<ul>${repeat(
          model.todos,
          ({ id }) => id,
          ({ id }) => html<Message>`<li @click=${{ type: 'toggled', id }}></li>`
        )}</ul>`
    );
    compiled(
      () =>
        html<Message>`<ul>${repeat(
          model.todos,
          ({ id }) => `${id}`,
          ({ title }) => title
        )}</ul>`
    );
    compiled(
      () =>
        html<Message>`<ul>${repeat(
          ['a', 'b'],
          (text) => text,
          (text) => html`<li>${text}</li>`
        )}</ul>`
    );
    compiled(() => html<Message>`<div>${[row(todo), 'text', null, [row(todo)]]}</div>`);
  });

  it('let helpers say what they send by themselves', () => {
    const button = <M extends { type: string }>(label: string, message: M) =>
      html<M>`<button @click=${message}>${label}</button>`;

    compiled(() => html<Message>`<p>${button<Message>('clear', { type: 'cleared' })}</p>`);
    compiled(() => html<Message>`<p>${button('clear', { type: 'cleared' } as const)}</p>`);
    compiled(() => html<Message>`<p>${html<{ type: 'cleared' }>`<b @click=${{ type: 'cleared' }}></b>`}</p>`);
  });

  it('know what an event holds', () => {
    compiled(
      () =>
        html<Message>`<p @click=${(event) => {
          holds<Equal<typeof event, EventData>>();
          return null;
        }}></p>`
    );
    holds<Equal<EventData['entries'], readonly (readonly [name: string, value: string])[]>>();
    holds<Equal<EventData['files'], readonly EventFile[]>>();
    compiled(
      () => html<Message>`<p @drop=${({ files: [file] }) => (file ? { type: 'added', title: file.name } : null)}></p>`
    );
    compiled(() => html<Message>`<p @picked=${({ detail }) => ({ type: 'added', title: `${detail}` })}></p>`);
    // @ts-expect-error a detail may be anything
    compiled(() => html<Message>`<p @picked=${({ detail }) => ({ type: 'added', title: detail })}></p>`);
  });

  // WRONG ---------------------------------------------------------------------

  it('refuse a message that is none', () => {
    // @ts-expect-error a misspelt type
    compiled(() => html<Message>`<b @click=${{ type: 'claered' }}></b>`);
    // @ts-expect-error a missing payload
    compiled(() => html<Message>`<b @click=${{ type: 'added' }}></b>`);
    // @ts-expect-error a payload of the wrong type
    compiled(() => html<Message>`<b @click=${{ type: 'added', title: 1 }}></b>`);
    // @ts-expect-error a payload of the wrong type, from a value
    compiled(() => html<Message>`<b @click=${{ type: 'added', title: todo.id }}></b>`);
    // @ts-expect-error a payload too many
    compiled(() => html<Message>`<b @click=${{ type: 'cleared', id: 1 }}></b>`);
    // @ts-expect-error the payload of another message
    compiled(() => html<Message>`<b @click=${{ type: 'toggled', id: 1, title: 'x' }}></b>`);
    // @ts-expect-error a wrong one in a condition
    compiled(() => html<Message>`<b @click=${isShown ? { type: 'claered' } : null}></b>`);
    // @ts-expect-error a wrong one behind &&
    compiled(() => html<Message>`<b @click=${isShown && { type: 'claered' }}></b>`);
    // @ts-expect-error a message where none was declared
    compiled(() => html`<b @click=${{ type: 'cleared' }}></b>`);
    // @ts-expect-error a message of another component
    compiled(() => html<Message>`<b @click=${{ type: 'somethingElse' } as Other}></b>`);
    // @ts-expect-error a type that is no string
    compiled(() => html<{ type: number }>`<b></b>`);
  });

  it('refuse it behind good ones too', () => {
    // @ts-expect-error the second of two
    compiled(() => html<Message>`<b @click=${{ type: 'cleared' }} @keyup=${{ type: 'claered' }}></b>`);
  });

  it('refuse a handler that returns none', () => {
    // @ts-expect-error a misspelt type
    compiled(() => html<Message>`<b @click=${() => ({ type: 'claered' })}></b>`);
    // @ts-expect-error a missing payload
    compiled(() => html<Message>`<b @click=${() => ({ type: 'added' })}></b>`);
    // @ts-expect-error a payload of the wrong type
    compiled(() => html<Message>`<b @click=${({ x }) => ({ type: 'added', title: x })}></b>`);
    // Not seen: a payload too many. TypeScript looks for that in values, not in what a function returns.
    compiled(() => html<Message>`<b @click=${() => ({ type: 'cleared', id: 1 })}></b>`);
    // @ts-expect-error a promise of a message
    compiled(() => html<Message>`<b @click=${async () => ({ type: 'cleared' })}></b>`);
    // @ts-expect-error a field that no event has
    compiled(() => html<Message>`<b @click=${({ target }) => ({ type: 'added', title: target })}></b>`);
    // @ts-expect-error an argument that is no event
    compiled(() => html<Message>`<b @click=${(event: string) => ({ type: 'added', title: event })}></b>`);
  });

  it('refuse it in nested templates', () => {
    // @ts-expect-error a template of other messages
    compiled(() => html<Message>`<p>${otherView}</p>`);
    // @ts-expect-error in a condition
    compiled(() => html<Message>`<p>${isShown ? otherView : null}</p>`);
    // @ts-expect-error in an array
    compiled(() => html<Message>`<p>${[row(todo), otherView]}</p>`);
    // @ts-expect-error in a template that is declared rightly
    compiled(() => html<Message>`<p>${html<Message>`<b @click=${{ type: 'claered' }}></b>`}</p>`);
    // @ts-expect-error in a template that sends what the outer one sends
    compiled(() => html<Message>`<p>${html`<b @click=${{ type: 'claered' }}></b>`}</p>`);
    // @ts-expect-error in such a template in a condition, with a payload missing
    compiled(() => html<Message>`<p>${isShown ? html`<b @click=${{ type: 'added' }}></b>` : null}</p>`);
    compiled(() => {
      // @ts-expect-error in a template that was kept aside and declared no message
      const aside = html`<b @click=${{ type: 'cleared' }}></b>`;
      return html<Message>`<p>${aside}</p>`;
    });
    // @ts-expect-error in one that sends more than the outer one
    compiled(() => html<{ type: 'cleared' }>`<p>${row(todo)}</p>`);
  });

  it('refuse it in lists', () => {
    // @ts-expect-error in map
    compiled(() => html<Message>`<ul>${model.todos.map(otherRow)}</ul>`);
    compiled(
      // @ts-expect-error in map, inline
      () => html<Message>`<ul>${model.todos.map(() => html<Message>`<li @click=${{ type: 'toggled' }}></li>`)}</ul>`
    );
    compiled(
      // @ts-expect-error in map, with the messages of others
      () => html<Message>`<ul>${model.todos.map(() => html<Other>`<li @click=${{ type: 'somethingElse' }}></li>`)}</ul>`
    );
    // @ts-expect-error in repeat, hoisted
    compiled(() => html<Message>`<ul>${repeat(model.todos, ({ id }) => id, otherRow)}</ul>`);
    compiled(
      () =>
        html<Message>`<ul>${repeat(
          model.todos,
          ({ id }) => id,
          // @ts-expect-error in repeat, inline
          () => html<Message>`<li @click=${{ type: 'toggled', id: 'x' }}></li>`
        )}</ul>`
    );
    compiled(
      () =>
        // @ts-expect-error in repeat, inline, with the messages of others
        html<Message>`<ul>${repeat(
          model.todos,
          ({ id }) => id,
          () => html<Other>`<li></li>`
        )}</ul>`
    );
    // @ts-expect-error a key that is none
    compiled(() => html<Message>`<ul>${repeat(model.todos, ({ done }) => done, row)}</ul>`);
    // @ts-expect-error a row of other items
    compiled(() => html<Message>`<ul>${repeat(['a'], (text) => text, row)}</ul>`);
    compiled(
      () =>
        html<Message>`<ul>${repeat(
          // @ts-expect-error items that are no array
          new Set([1]),
          (n) => n,
          (n) => n
        )}</ul>`
    );
  });

  it('refuse what can stand in no hole', () => {
    // @ts-expect-error a date
    compiled(() => html<Message>`<p>${new Date()}</p>`);
    // @ts-expect-error an object of the model
    compiled(() => html<Message>`<p>${todo}</p>`);
    // @ts-expect-error an object that holds another
    compiled(() => html<Message>`<p>${{ user: { name: 'Ada' } }}</p>`);
    // @ts-expect-error a map
    compiled(() => html<Message>`<p>${new Map<string, string>()}</p>`);
    // @ts-expect-error objects in an array
    compiled(() => html<Message>`<p>${model.todos}</p>`);
    // @ts-expect-error a promise
    compiled(() => html<Message>`<p>${Promise.resolve('text')}</p>`);
    // @ts-expect-error a symbol
    compiled(() => html<Message>`<p>${Symbol('s')}</p>`);
    // @ts-expect-error a view that was not called
    compiled(() => html<Message>`<p>${row}</p>`);
    // @ts-expect-error a style of objects
    compiled(() => html<Message>`<p style=${{ color: { r: 1 } }}></p>`);
    // @ts-expect-error raw HTML that is no string
    compiled(() => html<Message>`<p>${unsafeHtml(7)}</p>`);
    // @ts-expect-error something a template literal could be mistaken for
    compiled(() => html<Message>`<p>${{ statics: [], values: [] }}</p>`);
  });

  // SUBSCRIPTIONS -------------------------------------------------------------

  it('know what subscriptions send', () => {
    async function* numbers({ sleep, signal }: GeneratorContext): AsyncGenerator<Message> {
      while (!signal.aborted) {
        await sleep(10);
        yield { type: 'toggled', id: 1 };
      }
    }
    function* others(): Generator<Other> {
      yield { type: 'somethingElse' };
    }
    const page = (subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[]) =>
      subscriptions;

    compiled(() => page(() => [every(1_000, { type: 'cleared' })]));
    compiled(() => page((model) => [model.running && generator('numbers', numbers), isShown ? null : undefined]));
    compiled(() =>
      page(() => [
        generator('inline', function* () {
          yield { type: 'cleared' };
        }),
      ])
    );
    compiled(() =>
      page(() => [
        generator('inline', async function* ({ sleep }) {
          await sleep(1);
          yield { type: 'added', title: 'x' };
        }),
      ])
    );
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [every(1_000, { type: 'claered' })]));
    // @ts-expect-error a missing payload
    compiled(() => page(() => [every(1_000, { type: 'added' })]));
    // @ts-expect-error a payload of the wrong type
    compiled(() => page(() => [every(1_000, { type: 'added', title: 1 })]));
    compiled(() => page((model) => [...model.todos.map(({ id }) => every(id, { type: 'toggled', id }))]));
    compiled(() => page((model) => [...(model.running ? [every(1, { type: 'cleared' })] : [])]));
    // @ts-expect-error a payload of the wrong type, where nothing says what is wanted
    compiled(() => page((model) => [...model.todos.map(() => every(1, { type: 'toggled', id: 'x' }))]));
    // @ts-expect-error no message at all
    compiled(() => page(() => [every(1_000)]));
    // @ts-expect-error a generator of other messages
    compiled(() => page(() => [generator('others', others)]));
    compiled(() =>
      page(() => [
        // @ts-expect-error a generator that yields a wrong one
        generator('inline', function* () {
          yield { type: 'added' };
        }),
      ])
    );
    compiled(() =>
      page(() => [
        // @ts-expect-error an async generator that yields a wrong one
        generator('inline', async function* () {
          yield { type: 'claered' };
        }),
      ])
    );
    // @ts-expect-error what is no generator
    compiled(() => page(() => [generator('plain', () => [{ type: 'cleared' }])]));
  });

  it('know what tasks send', () => {
    const page = (subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[]) =>
      subscriptions;
    async function adding({ sleep, signal }: TaskContext): Promise<Message | null> {
      await sleep(10);
      return signal.aborted ? null : { type: 'added', title: 'x' };
    }

    compiled(() => page((model) => [model.running && task('named', adding)]));
    compiled(() => page(() => [task('inline', async () => ({ type: 'toggled', id: 1 }))]));
    compiled(() => page(() => [task('some', async () => isShown && { type: 'cleared' })]));
    compiled(() => page(() => [task('none', async () => {})]));
    compiled(() =>
      page(() => [
        task(
          'handled',
          async ({ signal }) => ({ type: 'added', title: String(signal.aborted) }),
          (error) => ({ type: 'added', title: String(error) })
        ),
      ])
    );
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [task('inline', async () => ({ type: 'claered' }))]));
    // @ts-expect-error a missing payload
    compiled(() => page(() => [task('inline', async () => ({ type: 'added' }))]));
    // @ts-expect-error a payload of the wrong type
    compiled(() => page(() => [task('inline', async () => ({ type: 'added', title: 1 }))]));
    // @ts-expect-error a message that was not promised
    compiled(() => page(() => [task('inline', () => ({ type: 'cleared' }))]));
    compiled(() =>
      page(() => [
        task(
          'handled',
          async () => ({ type: 'cleared' }),
          // @ts-expect-error a misspelt type for an error
          () => ({ type: 'claered' })
        ),
      ])
    );
  });

  it('know what callbacks and observables send', () => {
    const page = (subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[]) =>
      subscriptions;
    interface Lookalike<T> {
      subscribe(observer?: Partial<{ next: (value: T) => void; error: (error: unknown) => void }>): {
        unsubscribe(): void;
      };
      subscribe(next: (value: T) => void): { unsubscribe(): void };
    }
    const all = {} as Lookalike<Message>;
    const some = {} as Lookalike<{ type: 'cleared' }>;
    const more = {} as Lookalike<Message | Other>;
    const marked = {} as { [Symbol.observable]: () => Lookalike<Message> };

    compiled(() => page(() => [callback('inline', ({ send }) => send({ type: 'cleared' }))]));
    compiled(() =>
      page(() => [
        callback(
          'inline',
          ({ send, signal }) =>
            () =>
              signal.aborted && send({ type: 'cleared' })
        ),
      ])
    );
    compiled(() => {
      const listen = ({ send }: CallbackContext<Message>): void => send({ type: 'added', title: 'x' });
      return page(() => [callback('named', listen)]);
    });
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [callback('inline', ({ send }) => send({ type: 'claered' }))]));
    // @ts-expect-error a missing payload
    compiled(() => page(() => [callback('inline', ({ send }) => send({ type: 'added' }))]));
    // @ts-expect-error what is no cleanup
    compiled(() => page(() => [callback('inline', () => 7)]));
    // @ts-expect-error a promise
    compiled(() => page(() => [callback('inline', async ({ send }) => send({ type: 'cleared' }))]));

    compiled(() => page(() => [observable('all', () => all), observable('some', ({ signal }) => signal && some)]));
    compiled(() => page(() => [observable('marked', () => marked)]));
    compiled(() => page(() => [observable('inline', () => ({ subscribe: ({ next }) => next({ type: 'cleared' }) }))]));
    // @ts-expect-error an observable of other messages, too
    compiled(() => page(() => [observable('more', () => more)]));
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [observable('inline', () => ({ subscribe: ({ next }) => next({ type: 'claered' }) }))]));
    // @ts-expect-error without a subscribe
    compiled(() => page(() => [observable('inline', () => [{ type: 'cleared' }])]));
  });

  it('know what actors emit, need and show', () => {
    const page = (subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[]) =>
      subscriptions;
    const quiet = createMachine({});
    const emitting = setup({ types: {} as { emitted: { type: 'cleared' } } }).createMachine({});
    const others = setup({ types: {} as { emitted: Other } }).createMachine({});
    const loading = fromPromise(async ({ input }: { input: { id: number } }) => input.id);

    compiled(() => page((model) => [model.running && actor('quiet', quiet), actor('emitting', emitting)]));
    compiled(() => page(() => [actor('loading', loading, { input: { id: 1 } })]));
    compiled(() =>
      page(() => [
        actor('loading', loading, {
          input: { id: 1 },
          changed: ({ output, status }) => {
            holds<Equal<typeof output, number | undefined>>();
            return status === 'done' && { type: 'toggled', id: output as number };
          },
        }),
      ])
    );
    // @ts-expect-error a machine that emits what is no message
    compiled(() => page(() => [actor('others', others)]));
    // @ts-expect-error input that is missing
    compiled(() => page(() => [actor('loading', loading)]));
    // @ts-expect-error input of the wrong type
    compiled(() => page(() => [actor('loading', loading, { input: { id: 'x' } })]));
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [actor('quiet', quiet, { changed: () => ({ type: 'claered' }) })]));
    // @ts-expect-error a missing payload
    compiled(() => page(() => [actor('loading', loading, { input: { id: 1 }, changed: () => ({ type: 'added' }) })]));
    // @ts-expect-error what is no logic
    compiled(() => page(() => [actor('none', {})]));
  });

  // COMPONENTS ----------------------------------------------------------------

  const parts = {
    name: 'page',
    init: (): Model => model,
    update: (now: Model, _message: Message): Model => now,
    view: (now: Model) => html<Message>`<p>${now.todos.length}</p>`,
  };

  it('find model, message and props of a component by themselves', () => {
    const Counter = component({
      name: 'counter',
      init: () => ({ count: 0 }),
      update: (model, message: { type: 'added'; n: number } | { type: 'reset' }, enqueue) => {
        if (message.type === 'reset') return { count: 0 };
        enqueue.raise({ type: 'reset' });
        return { count: model.count + message.n };
      },
      view: ({ count }) =>
        html<{ type: 'added'; n: number } | { type: 'reset' }>`<p @click=${{ type: 'added', n: 1 }}>${count}</p>`,
      subscriptions: ({ count }) => [count > 1 && every(10, { type: 'added', n: 1 })],
    });
    type CounterMessage = { type: 'added'; n: number } | { type: 'reset' };

    holds<Equal<typeof Counter, Component<{ count: number }, CounterMessage, unknown>>>();
  });

  it('know what subscriptions a component may have', () => {
    const loading = fromPromise(async () => 1);

    compiled(() =>
      component({
        ...parts,
        subscriptions: ({ running, todos }) => [
          running && task('load', async () => ({ type: 'added', title: 'x' })),
          callback('bell', ({ send }) => send({ type: 'cleared' })),
          observable('all', () => ({ subscribe: ({ next }) => next({ type: 'cleared' }) })),
          actor('loading', loading, { changed: ({ output = 0 }) => ({ type: 'toggled', id: output + todos.length }) }),
        ],
      })
    );
    compiled(() =>
      component({
        ...parts,
        subscriptions: (_model) => [
          every(1_000, { type: 'cleared' }),
          // @ts-expect-error a misspelt type
          task('load', async () => ({ type: 'claered' })),
        ],
      })
    );
  });

  it('know the actor of a component', () => {
    const Counter = component(parts);
    const WithProps = component({ ...parts, init: (_props: { start: number }): Model => model });

    compiled(() => {
      const actor = createActor(Counter);
      const { context } = actor.getSnapshot();
      holds<Equal<typeof context, Model>>();
      actor.send({ type: 'toggled', id: 1 });
      return createActor(WithProps, { input: { start: 1 } });
    });
    // @ts-expect-error a message the component does not take
    compiled(() => createActor(Counter).send({ type: 'claered' }));
    // @ts-expect-error a missing payload
    compiled(() => createActor(Counter).send({ type: 'added' }));
    // @ts-expect-error props of the wrong type
    compiled(() => createActor(WithProps, { input: { start: 'x' } }));
  });

  it('know what topics and shared actors send', () => {
    const room = fromTransition((people: number, _event: { type: 'entered' }) => people + 1, 0);
    type Room = SnapshotFrom<typeof room>;
    const page = (subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[]) =>
      subscriptions;

    compiled(() => page((model) => [topic('room'), model.running && topic(`room ${model.filter}`)]));
    compiled(() => page(() => [topic('room', {}), topic('hall', { missed: { type: 'cleared' } })]));
    compiled(() => page(() => [shared('room', ({ context }: Room) => ({ type: 'toggled', id: context }))]));
    compiled(() =>
      page(() => [shared('room', ({ status }: Room) => (status === 'done' ? { type: 'cleared' } : null))])
    );
    compiled(() => {
      const aside = topic<Message>('room', { missed: { type: 'cleared' } });
      holds<Equal<typeof aside, Subscription<Message>>>();
      return shared<Message, Room>('room', ({ context }) => ({ type: 'added', title: `${context}` }));
    });
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [topic('room', { missed: { type: 'claered' } })]));
    // @ts-expect-error a missing payload
    compiled(() => page(() => [topic('room', { missed: { type: 'added' } })]));
    // @ts-expect-error a topic of other messages
    compiled(() => page(() => [topic<Other>('room')]));
    // @ts-expect-error an option that there is not
    compiled(() => page(() => [topic('room', { lost: { type: 'cleared' } })]));
    // @ts-expect-error a name that is none
    compiled(() => page(() => [topic(7)]));
    // @ts-expect-error a misspelt type, read from a snapshot
    compiled(() => page(() => [shared('room', (_snapshot: Room) => ({ type: 'claered' }))]));
    // @ts-expect-error a payload of the wrong type
    compiled(() => page(() => [shared('room', ({ context }: Room) => ({ type: 'added', title: context }))]));
    // @ts-expect-error a snapshot of which nothing is said
    compiled(() => page(() => [shared('room', ({ context }) => ({ type: 'toggled', id: context }))]));
    // @ts-expect-error no way to read it
    compiled(() => page(() => [shared('room')]));
  });

  it('know who is present', () => {
    const page = (subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[]) =>
      subscriptions;
    const member = { name: 'Ann' };
    const left = () => null;

    compiled(() =>
      page(() => [presence('room', { member, joined: ({ name }, _id) => ({ type: 'added', title: name }), left })])
    );
    compiled(() =>
      page(() => [presence('room', { key: 'a', member: 7, joined: (id) => ({ type: 'toggled', id }), left })])
    );
    // @ts-expect-error a misspelt type
    compiled(() => page(() => [presence('room', { member, joined: () => ({ type: 'claered' }), left })]));
    // @ts-expect-error a payload of the wrong type
    compiled(() => page(() => [presence('room', { member: 7, joined: (title) => ({ type: 'added', title }), left })]));
    // @ts-expect-error nothing said of who leaves
    compiled(() => page(() => [presence('room', { member, joined: () => null })]));
    // @ts-expect-error a key that is none
    compiled(() => page(() => [presence('room', { key: 7, member, joined: () => null, left })]));
  });

  it('let init be async', () => {
    const Async = component({
      name: 'async',
      init: async ({ id }: { id: string }) => ({ id, loaded: true }),
      update: (model, _message: Message) => ({ ...model, loaded: false }),
      view: ({ id, loaded }) => html<Message>`<p ?hidden=${!loaded}>${id}</p>`,
      received: (model, { id }) => ({ ...model, id }),
    });

    holds<Equal<typeof Async, Component<{ id: string; loaded: boolean }, Message, { id: string }>>>();
  });

  it('refuse a component whose parts do not fit each other', () => {
    // @ts-expect-error a view of another model
    compiled(() => component({ ...parts, view: (other: { other: string }) => html<Message>`<p>${other.other}</p>` }));
    // @ts-expect-error a view that sends other messages
    compiled(() => component({ ...parts, view: () => otherView }));
    // @ts-expect-error an update that returns another model
    compiled(() => component({ ...parts, update: (_model: Model, _message: Message) => ({ other: 1 }) }));
    // @ts-expect-error an update that returns nothing
    compiled(() => component({ ...parts, update: (_model: Model, _message: Message) => {} }));
    // @ts-expect-error an async update
    compiled(() => component({ ...parts, update: async (now: Model, _message: Message) => now }));
    // @ts-expect-error an async view
    compiled(() => component({ ...parts, view: async () => html<Message>`<p></p>` }));
    // @ts-expect-error subscriptions that send other messages
    compiled(() => component({ ...parts, subscriptions: () => [every<Other>(1, { type: 'somethingElse' })] }));
    // @ts-expect-error a message misspelt in subscriptions
    compiled(() => component({ ...parts, subscriptions: () => [every(1, { type: 'claered' })] }));
    compiled(() =>
      // @ts-expect-error received for other props
      component({ ...parts, init: (_p: { a: 1 }): Model => model, received: (m: Model, _p: { b: 2 }) => m })
    );
    // @ts-expect-error no view
    compiled(() => component({ name: 'x', init: parts.init, update: parts.update }));
    // @ts-expect-error no name
    compiled(() => component({ init: parts.init, update: parts.update, view: parts.view }));
  });

  it('refuse a wrong message in enqueue', () => {
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue) => {
          enqueue.raise({ type: 'cleared' });
          return now;
        },
      })
    );
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue) => {
          // @ts-expect-error a misspelt type
          enqueue.raise({ type: 'claered' });
          return now;
        },
      })
    );
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue) => {
          // @ts-expect-error a missing payload
          enqueue.raise({ type: 'added' });
          return now;
        },
      })
    );
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue) => {
          // @ts-expect-error a payload of the wrong type
          enqueue.raise({ type: 'added', title: 1 });
          return now;
        },
      })
    );
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue) => {
          // @ts-expect-error a payload too many
          enqueue.raise({ type: 'cleared', id: 1 });
          return now;
        },
      })
    );
  });

  it('know what a component placed in a view needs, and what it sends', () => {
    type Out = { type: 'removed'; id: string };
    const Child = component({
      name: 'child',
      init: ({ title }: { title: string }) => ({ title }),
      update: (now, _message: Message, enqueue: Enqueue<Message, Out>) => {
        enqueue.parent({ type: 'removed', id: now.title });
        return now;
      },
      view: ({ title }) => html<Message>`<p @click=${{ type: 'cleared' }}>${title}</p>`,
    });
    const Alone = component({ ...parts, init: (): Model => model });

    compiled(() => html<Out>`<p>${Child({ key: 1, title: 'x' })}</p>`);
    compiled(() => html<Out>`<p>${isShown && Child({ key: 'a', title: 'x' })}</p>`);
    compiled(() => html<Message | Out>`<ul>${[1, 2].map((key) => Child({ key, title: 'x' }))}</ul>`);
    compiled(
      () =>
        html<Out>`<ul>${repeat(
          ['a'],
          (key) => key,
          (key) => Child({ key, title: key })
        )}</ul>`
    );
    compiled(() => html<Message>`<p>${Alone({ key: 1 })}</p>`);
    // @ts-expect-error a prop is missing
    compiled(() => html<Out>`<p>${Child({ key: 1 })}</p>`);
    // @ts-expect-error a prop of the wrong type
    compiled(() => html<Out>`<p>${Child({ key: 1, title: 1 })}</p>`);
    // @ts-expect-error a key is missing
    compiled(() => html<Out>`<p>${Child({ title: 'x' })}</p>`);
    // @ts-expect-error a parent that does not take what it sends
    compiled(() => html<Message>`<p>${Child({ key: 1, title: 'x' })}</p>`);
    // @ts-expect-error the same in a map
    compiled(() => html<Message>`<ul>${[1, 2].map((key) => Child({ key, title: 'x' }))}</ul>`);
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue) => {
          // @ts-expect-error a message to a parent of which nothing was said
          enqueue.parent({ type: 'removed', id: 'x' });
          return now;
        },
      })
    );
    compiled(() =>
      component({
        ...parts,
        update: (now: Model, _message: Message, enqueue: Enqueue<Message, Out>) => {
          // @ts-expect-error a wrong message to the parent
          enqueue.parent({ type: 'removed', id: 1 });
          return now;
        },
      })
    );
  });

  it('know the events, the state and the input of a statechart', () => {
    const machine = setup({
      types: {} as {
        events: { type: 'pressed' } | { type: 'set'; to: number };
        context: { n: number };
        input: { n: number };
      },
    }).createMachine({ context: ({ input }) => input, initial: 'red', states: { red: {}, green: {} } });
    const Light = component({
      name: 'light',
      logic: machine,
      view: (snapshot) => {
        holds<Equal<typeof snapshot.value, 'red' | 'green'>>();
        return html<{ type: 'pressed' }>`<p @click=${{ type: 'pressed' }}>${snapshot.context.n}</p>`;
      },
      subscriptions: () => [every(1, { type: 'pressed' })],
    });
    const Reducer = component({
      name: 'reducer',
      logic: fromTransition((count: number, _event: { type: 'added' }) => count + 1, 0),
      view: ({ context }) => html<{ type: 'added' }>`<p @click=${{ type: 'added' }}>${context}</p>`,
    });
    const Loader = component({
      name: 'loader',
      logic: fromPromise(async ({ input }: { input: { id: number } }) => `${input.id}`),
      view: ({ output }) => html`<p>${output}</p>`,
    });

    compiled(() => html`<p>${Light({ key: 1, n: 1 })}${Reducer({ key: 1 })}${Loader({ key: 1, id: 2 })}</p>`);
    compiled(() => createActor(Light, { input: { n: 1 } }).send({ type: 'set', to: 1 }));
    // @ts-expect-error input is missing
    compiled(() => html`<p>${Light({ key: 1 })}</p>`);
    // @ts-expect-error input of the wrong type
    compiled(() => html`<p>${Loader({ key: 1, id: 'x' })}</p>`);
    // @ts-expect-error an event the machine does not know
    compiled(() => createActor(Light, { input: { n: 1 } }).send({ type: 'presed' }));
    compiled(() =>
      component({
        name: 'light',
        // @ts-expect-error a view that sends what the machine does not take
        logic: machine,
        view: () => html<{ type: 'presed' }>`<p @click=${{ type: 'presed' }}></p>`,
      })
    );
    compiled(() =>
      component({
        name: 'light',
        logic: machine,
        // @ts-expect-error a state the machine does not have
        view: (snapshot) => html`<p>${snapshot.matches('blue') && 1}</p>`,
      })
    );
  });

  it('let a server take components whose props a page has', () => {
    const User = component({
      ...parts,
      init: ({ params }: { params: Record<string, string> }): Model => ({ ...model, filter: params['id'] ?? '' }),
    });
    const Wrong = component({ ...parts, init: (_props: { start: number }): Model => model });

    compiled(() => createServer({ routes: { '/': component(parts), '/users/:id': User } }));
    // @ts-expect-error props that no page has
    compiled(() => createServer({ routes: { '/': Wrong } }));
  });

  it('name what a server is given and gives', () => {
    holds<Equal<PageProps, PagePropsOfServer>>();
    holds<Equal<DocumentPage['props'], PageProps>>();
    holds<Equal<NonNullable<ServerOptions['identify']>, Identify>>();
    holds<Equal<Parameters<Identify>[0], HttpRequest>>();
    holds<Equal<NonNullable<ServerOptions['document']>, DocumentTemplate>>();
    holds<Equal<Parameters<NonNullable<ServerOptions['onError']>>[0], ErrorReport>>();
    holds<Equal<ReturnType<typeof createServer>, Server>>();
    holds<Equal<Awaited<ReturnType<Server['listen']>>, Listening>>();
  });
});
