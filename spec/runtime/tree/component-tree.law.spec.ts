/**
 * The law of components: whatever happens to whichever of them, in whatever order and however many at once,
 * with a window that is open or closed, the client that applies the frames shows what all views say now.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import type { Mount } from '../../../runtime/render/nodes.js';
import { type Home, renderRoot } from '../../../runtime/render/render.js';
import type { Context } from '../../../runtime/template/content-model.js';
import { html, type Placement, repeat } from '../../../runtime/template/html.js';
import { type ComponentInstance, instanceAt } from '../../../runtime/tree/component-instance.js';
import { decodeClientFrame } from '../../../runtime/wire/frame-codec.js';
import { ClientKind } from '../../../runtime/wire/protocol.js';
import { FakeConnection, FakeHost, ModelClient, plain, startSession } from '../../fixtures/live-session.js';
import { lawParameters, lawTimeout } from '../../laws/parameters.js';

// COMPONENT -------------------------------------------------------------------

interface Model {
  readonly depth: number;
  readonly title: string;
  readonly count: number;
  readonly kind: number;
  readonly kids: readonly number[];
  readonly place: number;
}

type Message =
  | { type: 'clicked' }
  | { type: 'kidAdded'; key: number; at: number }
  | { type: 'kidRemoved'; at: number }
  | { type: 'kidsReversed' }
  | { type: 'kidsMoved' }
  | { type: 'changed' }
  | { type: 'broken' }
  | { type: 'told' };

interface Props {
  readonly key: number;
  readonly depth: number;
  readonly title: string;
}

const mostDepth = 3;

function update(model: Model, message: Message, enqueue: Enqueue<Message, Message>): Model {
  switch (message.type) {
    case 'clicked':
      if (model.count % 3 === 2) enqueue.parent({ type: 'told' });
      return { ...model, count: model.count + 1 };
    case 'kidAdded':
      if (model.depth >= mostDepth || model.kids.includes(message.key)) return model;
      return { ...model, kids: model.kids.toSpliced(message.at % (model.kids.length + 1), 0, message.key) };
    case 'kidRemoved':
      return { ...model, kids: model.kids.toSpliced(message.at % (model.kids.length + 1), 1) };
    case 'kidsReversed':
      return { ...model, kids: model.kids.toReversed() };
    case 'kidsMoved':
      return { ...model, place: (model.place + 1) % 3 };
    case 'changed':
      return { ...model, kind: (model.kind + 1) % 3 };
    case 'told':
      return { ...model, title: `${model.title}.` };
    case 'broken':
      throw new Error('broken');
  }
}

/** The children in one of three places, by key or by position, alone or among others. */
function kidsOf({ depth, title, kids, place }: Model) {
  const kid = (key: number) => Node({ key, depth: depth + 1, title: `${title}${key % 2}` });
  if (place === 0)
    return html<Message>`<ul>${repeat(
      kids,
      (key) => key,
      (key) => html<Message>`<li>${kid(key)}</li>`
    )}</ul>`;
  if (place === 1) return html<Message>`<div>before ${kids.map(kid)} behind</div>`;

  return html<Message>`<p>${kids.length}</p>${repeat(kids, (key) => key, kid)}`;
}

const Node: (props: Props) => Placement<Message> = component({
  name: 'node',
  init: ({ depth, title }: Props): Model => ({ depth, title, count: 0, kind: 0, kids: [], place: 0 }),
  update,
  received: (model, { title }) => ({ ...model, title }),
  view: (model) => {
    const { title, count, kind } = model;
    if (kind === 0) return html<Message>`<b @click=${{ type: 'clicked' }}>${title} ${count}</b>${kidsOf(model)}`;
    if (kind === 1) return html<Message>`<section title=${title}>${count}${kidsOf(model)}</section>`;

    return html<Message>`${kidsOf(model)}<i>${count}</i>`;
  },
}) as never;

// CASES -----------------------------------------------------------------------

/** What the views say, asked afresh. */
function fresh(instance: ComponentInstance): unknown {
  const children = new Map([...instance.children].map((child) => [child.id, child.mount]));
  const home: Home = {
    mount: instance.mount,
    place: ({ component: { name }, props: { key } }: Placement<unknown>, _context: Context): Mount =>
      children.get(`${name} ${typeof key} ${key}`) as Mount,
  };
  const rendered = renderRoot(instance.component.view(instance.shown as never), undefined, () => undefined, home);
  const left = new Set(children.values());
  const picture = JSON.stringify(plain(rendered));
  for (const mount of left) expect(fresh(instanceAt(mount)), 'a child').to.equal(JSON.stringify(plain(mount.rendered)));

  return picture;
}

const all = (instance: ComponentInstance): readonly ComponentInstance[] => [
  instance,
  ...[...instance.children].flatMap(all),
];

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.constant<Message>({ type: 'clicked' }),
  fc.record({ type: fc.constant('kidAdded' as const), key: fc.nat(5), at: fc.nat(5) }),
  fc.record({ type: fc.constant('kidAdded' as const), key: fc.nat(5), at: fc.nat(5) }),
  fc.record({ type: fc.constant('kidRemoved' as const), at: fc.nat(5) }),
  fc.constantFrom<Message>({ type: 'kidsReversed' }, { type: 'kidsMoved' }, { type: 'changed' }, { type: 'broken' })
);

type Step = { readonly who: number; readonly message: Message } | 'turn' | 'close' | 'open' | 'render';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ who: fc.nat(50), message }) },
  { weight: 5, arbitrary: fc.constant('turn' as const) },
  { weight: 1, arbitrary: fc.constantFrom<Step>('close', 'open', 'render') }
);

describe('the law of components', () => {
  it('holds whatever happens to whichever of them', function () {
    this.timeout(lawTimeout(60_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const host = new FakeHost();
        const session = startSession(Node as never, host, false, { key: 0, depth: 0, title: 't' });
        const client = new ModelClient(() => session.rendered);
        const connection = new FakeConnection();
        client.open((bytes) => {
          const frame = decodeClientFrame(bytes);
          if (frame.kind === ClientKind.Join) session.join(connection, frame);
          else session.client.receive(connection, frame);
        });
        const deliver = (): void => {
          for (let bytes = connection.bytes.shift(); bytes; bytes = connection.bytes.shift()) client.received(bytes);
          client.acknowledge();
        };
        // The values of the first page are those of now, not of when it is delivered.
        deliver();
        const rest = (): void => {
          while (host.waiting > 0) host.turn();
          deliver();
        };
        for (const taken of steps) {
          if (taken === 'turn') rest();
          else if (taken === 'close') connection.buffered = 1e6;
          else if (taken === 'open') {
            connection.buffered = 0;
            session.client.drained(connection);
          } else if (taken === 'render') client.break();
          else {
            const instances = all(session.tree.root);
            session.tree.put(instances[taken.who % instances.length] as ComponentInstance, taken.message);
          }
        }
        connection.buffered = 0;
        rest();
        session.client.drained(connection);
        deliver();
        expect(client.shadow.shown).to.deep.equal(plain(session.rendered));
        expect(fresh(session.tree.root)).to.equal(JSON.stringify(plain(session.rendered)));
        expect(host.codes.filter((code) => code !== 'update')).to.deep.equal([]);
        session.stop();
        expect(host.clock.pending).to.equal(0);
      }),
      lawParameters(1_000)
    );
  });
});
