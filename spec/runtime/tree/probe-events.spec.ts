import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import { html } from '../../../runtime/template/html.js';
import type { ProbeEvent } from '../../../runtime/tree/probe.js';
import { eventsFrame, FakeConnection, FakeHost, joinFrame, startSession } from '../../fixtures/live-session.js';

type ItemMessage = { type: 'pressed'; pin?: string } | { type: 'failed' };
type ListMessage = { type: 'chosen'; key: string };

const Item = component({
  name: 'item',
  secret: ['pin'],
  init: ({ key }: { readonly key: string }) => ({ key, id: '' }),
  update: (model, { type }: ItemMessage, enqueue: Enqueue<ItemMessage, ListMessage>) => {
    if (type === 'failed') throw new Error('no such item');
    enqueue.parent({ type: 'chosen', key: model.key });
    enqueue.publish('chosen items', { type: 'chosen', key: model.key });
    return { ...model, id: enqueue.id };
  },
  view: ({ id }) => html<ItemMessage>`<b @click=${() => ({ type: 'pressed' })}>${id}</b>`,
});

const List = component({
  name: 'list',
  init: () => ({ chosen: '' }),
  update: (_model, { key }: ListMessage) => ({ chosen: key }),
  view: ({ chosen }) => html<ListMessage>`<p>${chosen}</p>${Item({ key: 'one' })}`,
});

/** Whether a value is plain: of literals, arrays and object literals alone. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  const prototype: unknown = Object.getPrototypeOf(value);

  return (Array.isArray(value) || prototype === Object.prototype) && Object.values(value).every(isPlain);
}

describe('probe events', () => {
  /** What happens when the item is clicked, and then fails. */
  function happened(): readonly ProbeEvent[] {
    const host = new FakeHost();
    const connection = new FakeConnection();
    const session = startSession(List, host);
    const events: ProbeEvent[] = [];
    session.observer = (event) => void events.push(event);
    session.join(connection, joinFrame());
    host.turn();
    const [item] = [...session.tree.root.children];
    if (item === undefined) throw new Error('there is no item');
    const { number } = item.rendered as { readonly number: number };
    session.client.receive(connection, eventsFrame([[number, 0]]), 7);
    host.turn();
    session.tree.put(item, { type: 'failed' });
    host.turn();
    session.stop();

    return events;
  }

  const ofKind = <Kind extends ProbeEvent['kind']>(kind: Kind) =>
    happened().filter((event): event is Extract<ProbeEvent, { kind: Kind }> => event.kind === kind);

  it('are of every kind, and plain values', () => {
    const events = happened();
    expect(new Set(events.map(({ kind }) => kind))).to.deep.equal(
      new Set([
        ...['received', 'happened', 'queued', 'updated', 'viewed', 'stepped', 'performed', 'turned', 'diffed'],
        ...['sent', 'failed'],
      ])
    );
    expect(events.filter((event) => !isPlain(event))).to.deep.equal([]);
  });

  it('name the message that waits and then is taken by one number, the receiver by names and ids', () => {
    const numbers = ofKind('queued').map(({ message }) => [message.number, message.message?.type, message.from]);
    expect(numbers).to.deep.equal([
      [1, 'pressed', undefined],
      [2, 'chosen', ['item string one']],
      [3, 'failed', 'host'],
    ]);
    const taken = ofKind('updated').map(({ message: { number, to, cause, pageLoad } }) => [
      number,
      to,
      cause,
      pageLoad > 0,
    ]);
    const item = {
      ...{ component: 'item', names: ['item'], ids: ['item string one'], isOfLogic: false, secret: ['pin'] },
    };
    expect(taken[0]).to.deep.equal([1, item, 1, true]);
    expect(taken[1]?.[1]).to.deep.equal({ component: 'list', names: [], ids: [], isOfLogic: false, secret: [] });
    expect(taken.map(([number]) => number)).to.deep.equal([1, 2, 3]);
  });

  it('give with each round the ids that its updates have asked for', () => {
    const rounds = ofKind('stepped').filter(({ ids }) => ids.length > 0);
    expect(rounds.map(({ ids }) => ids.map((id) => typeof id))).to.deep.equal([
      ['string'],
      ['undefined'],
      ['undefined'],
    ]);
  });

  it('say to whom an effect goes', () => {
    expect(ofKind('performed').map(({ effect, to, place }) => [effect, to, place.component])).to.deep.equal([
      ['parent', '', 'item'],
      ['publish', 'chosen items', 'item'],
    ]);
  });

  it('have the message of an error, not the error', () => {
    expect(ofKind('failed').map(({ code, text, place }) => [code, text, place.component])).to.deep.equal([
      ['update', 'no such item', 'item'],
    ]);
  });
});
