/** The server of a hostile run, as a process of its own. It counts what it reads, and tells what it reports. */

import { component, html, repeat } from 'troupe';
import { createServer } from 'troupe/server';
import { systemClock } from '../../runtime/platform/clock.js';
import { SocketConnection } from '../../runtime/socket/connection.js';
import { Counter } from '../bench/pages.js';
import { answer } from '../bench/process.js';

// PAGES -----------------------------------------------------------------------

const Child = component({
  name: 'child',
  init: () => 0,
  update: (count: number, _message: { type: 'clicked' }) => count + 1,
  view: (count) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

type Message = { type: 'rowClicked'; key: string } | { type: 'typed'; text: string } | { type: 'rowAdded' };

interface Model {
  readonly text: string;
  readonly rows: readonly string[];
  readonly added: number;
}

function update(model: Model, message: Message): Model {
  switch (message.type) {
    case 'typed':
      return { ...model, text: message.text };
    case 'rowAdded':
      return { ...model, added: model.added + 1, rows: [...model.rows, `k${model.added}`].slice(-5) };
    case 'rowClicked':
      return { ...model, rows: model.rows.filter((row) => row !== message.key) };
  }
}

/** Something of everything an event can be for: messages, functions, rows that come and go, components. */
const Target = component({
  name: 'target',
  init: (): Model => ({ text: '', rows: ['k1', 'k2'], added: 3 }),
  update,
  view: ({ text, rows }) => html<Message>`
    <input .value=${text} @input=${({ value }) => ({ type: 'typed', text: value.slice(0, 100) })}>
    <button @click=${{ type: 'rowAdded' }}>${text}</button>
    <form @submit=${({ entries }) => entries.length > 3 && { type: 'rowAdded' }}></form>
    <ul>${repeat(
      rows,
      (key) => key,
      (key) => html<Message>`<li @click=${{ type: 'rowClicked', key }}>${key}</li>`
    )}</ul>
    ${Child({ key: 'child' })}`,
});

/** How often the handlers of the page of tricks have been called. */
const fired = { free: 0, disabled: 0, removable: 0 };

type Trick = { type: 'removed' } | { type: 'freed' };

/** Its client is sent one patch, which it does not acknowledge. `free` counts what has had its turn. */
const Locked = component({
  name: 'locked',
  init: () => ({ isRemovable: true }),
  update: (model, message: Trick) => {
    if (message.type === 'removed') return { isRemovable: false };
    fired.free++;
    return model;
  },
  view: ({ isRemovable }) => html<Trick>`
    <button @click=${{ type: 'freed' }}>Free</button>
    <button disabled @click=${() => count('disabled')}>Disabled</button>
    <button @click=${{ type: 'removed' }}>Remove</button>
    <p>${isRemovable && html<Trick>`<button @click=${() => count('removable')}>Removable</button>`}</p>`,
});

function count(which: keyof typeof fired): false {
  fired[which]++;
  return false;
}

// COUNTING --------------------------------------------------------------------

const over = new WeakSet<SocketConnection>();
let frames = 0;
const { close, received } = SocketConnection.prototype;

SocketConnection.prototype.close = function (code, reason) {
  over.add(this);
  close.call(this, code, reason);
};
SocketConnection.prototype.received = function (bytes, isBinary) {
  if (!over.has(this)) frames++;
  received.call(this, bytes, isBinary);
};

// SERVER ----------------------------------------------------------------------

const reports: Record<string, number> = {};

/** Milliseconds by which the clock of limits is ahead. */
let ahead = 0;

/** What would end most attacks early is off: how each is limited is held by other specs. */
const server = createServer({
  clock: { ...systemClock, elapsed: () => performance.now() + ahead },
  dormantSessions: 1_000,
  dormantTime: 2_000,
  framesPerSecond: 1_000_000,
  grace: 500,
  joinDeadline: 5_000,
  onError: ({ code, error }) => {
    const kind = `${code}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200);

    reports[kind] = (reports[kind] ?? 0) + 1;
  },
  routes: { '/': Counter, '/locked': Locked, '/target': Target },
  secret: 'a secret of hostile runs',
  sessionsPerAddress: 1_000_000,
});

answer({
  listen: async () => (await server.listen(0, '127.0.0.1')).port,
  frames: () => frames,
  counts: () => server.counts,
  reports: () => reports,
  fired: () => fired,
  elapse: (by: number) => {
    ahead += by;
  },
});
