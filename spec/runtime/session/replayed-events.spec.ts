/** Events that a page sends again to a session that was restored to an older state: what their keys aim at. */

import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { wayTo } from '../../../runtime/render/disabled-controls.js';
import { type Instance, List } from '../../../runtime/render/nodes.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { stableAddressOf } from '../../../runtime/session/stable-address.js';
import { type AnyMessage, html, repeat } from '../../../runtime/template/html.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import { ClientKind } from '../../../runtime/wire/protocol.js';
import { FakeConnection, joinFrame, modelOf, until, written } from '../../fixtures/live-session.js';
import { Nodes } from '../../fixtures/nodes.js';

type Message = { type: 'bought'; price: number } | { type: 'priced'; price: number } | { type: 'liked' };

interface Model {
  readonly price: number;
  readonly bought: readonly number[];
  readonly likes: number;
}

const Shop = component({
  name: 'shop',
  init: (): Model => ({ price: 99, bought: [], likes: 0 }),
  update: (model: Model, message: Message): Model => {
    switch (message.type) {
      case 'bought':
        return { ...model, bought: [...model.bought, message.price] };
      case 'priced':
        return { ...model, price: message.price };
      case 'liked':
        return { ...model, likes: model.likes + 1 };
    }
  },
  view: ({ price, likes }) => html<Message>`
    <button @click=${{ type: 'liked' }}>${likes}</button>
    <div>${repeat(
      [price],
      String,
      () => html<Message>`<button @click=${{ type: 'bought', price }}>Buy for ${price}</button>`
    )}</div>`,
});

describe('an event that is sent again after a restore', () => {
  /** The stable address of the button with a key. */
  function buyButton({ rendered }: LiveSession): Wire {
    const list = (rendered as Instance).values.find((value) => value instanceof List) as List;
    const row = list.rows[0] as Instance;
    row.number = 1_000;

    return stableAddressOf(wayTo(rendered, row.number, 0) ?? []) as Wire;
  }

  /** A session whose price is 1, of which the store has the price `stored`; restored on another node. */
  async function restore(stored: number) {
    const nodes = new Nodes(Shop);
    const [first, second] = [nodes.add('first'), nodes.add('second')];
    const session = await nodes.open(first);
    const set = async (price: number): Promise<void> => {
      session.tree.put(session.tree.root, { type: 'priced', price } as AnyMessage, 'host');
      await until(() => modelOf<Model>(session).price === price);
    };
    session.join(new FakeConnection(), joinFrame());
    await set(stored);
    await nodes.store();
    await set(1);
    const [root, buy] = [[(session.rendered as Instance).definition.hash, null], buyButton(session)];
    await nodes.lasting.store.claim(session.id, 'second', true);
    const restored = await second.enter(session.id, 'document');
    const connection = new FakeConnection();
    restored.join(connection, joinFrame({ frame: 2, sent: 3 }));
    expect(modelOf<Model>(restored).price).to.equal(stored);
    const events: Wire = [
      [buy, 0],
      [root, 0],
      [root, 0],
    ];
    restored.client.receive(connection, written(ClientKind.Events, events, 1));
    await until(() => restored.client.processed === 3);
    await nodes.close();

    return { model: modelOf<Model>(restored), codes: second.codes };
  }

  it('is dropped and reported if nothing has its key: a click at "Buy for 1" does not buy for 99', async () => {
    const { model, codes } = await restore(99);
    expect(model.bought).to.deep.equal([]);
    expect(codes).to.deep.equal([ErrorCode.Dropped]);
    expect(model.likes, 'others act, whatever their buttons showed').to.equal(2);
  });

  it('acts if its key is there', async () => {
    const { model, codes } = await restore(1);
    expect(model.bought).to.deep.equal([1]);
    expect(codes).to.deep.equal([]);
    expect(model.likes).to.equal(2);
  });
});
