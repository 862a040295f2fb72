import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import {
  OwnershipTransfer,
  type Peers,
  type TransferReply,
  type TransferRequest,
} from '../../../runtime/registry/ownership-transfer.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { settled } from '../../fixtures/live-session.js';

const request: TransferRequest = { id: 'session', load: 'a', mayFork: true };

/** Nodes that reach each other, unless the wire between them is cut. */
class Nodes {
  readonly clock = createSimulatedClock();
  readonly words: string[] = [];
  isCut = false;
  readonly #listeners = new Map<string, (message: AnyMessage) => void>();

  peers(node: string): Peers {
    return {
      tell: async (to, message) => {
        this.words.push(`${node} to ${to}: ${(message as { type: string }).type}`);
        // Plain data, as on any bus.
        const travelling = structuredClone(message);
        queueMicrotask(() => !this.isCut && this.#listeners.get(to)?.(travelling));
      },
      listen: (listener) => {
        this.#listeners.set(node, listener);
        return () => void this.#listeners.delete(node);
      },
    };
  }

  open(
    node: string,
    give: (request: TransferRequest) => Promise<TransferReply> = async () => ({ kind: 'absent' })
  ): OwnershipTransfer {
    return new OwnershipTransfer({ clock: this.clock, deadline: 1_000, node, peers: this.peers(node), give });
  }
}

describe('ownership transfer', () => {
  let nodes: Nodes;

  beforeEach(() => {
    nodes = new Nodes();
  });

  it('asks the node that owns a session, and gets its reply', async () => {
    const asked: TransferRequest[] = [];
    const answers: TransferReply[] = [
      { kind: 'released' },
      { kind: 'forked', id: 'copy' },
      { kind: 'busy' },
      { kind: 'absent' },
    ];
    const left = [...answers];
    nodes.open('a', async (what) => {
      asked.push(what);
      return left.shift() as TransferReply;
    });
    const b = nodes.open('b');
    for (const answer of answers) expect(await b.ask('a', request)).to.deep.equal(answer);
    expect(asked).to.deep.equal(Array(4).fill(request));
    expect(nodes.words.slice(0, 2)).to.deep.equal(['b to a: transferRequested', 'a to b: transferReplied']);
    expect(nodes.clock.pending, 'no deadline is left').to.equal(0);
  });

  it('keeps answers apart, in whatever order they come', async () => {
    const ready = new Map<string, (reply: TransferReply) => void>();
    nodes.open('a', ({ id }) => new Promise((resolve) => void ready.set(id, resolve)));
    const b = nodes.open('b');
    const reply = ['1', '2', '3'].map((id) => b.ask('a', { ...request, id }));
    await settled();
    for (const id of ['3', '1', '2']) ready.get(id)?.({ kind: 'forked', id });
    expect(await Promise.all(reply)).to.deep.equal(['1', '2', '3'].map((id) => ({ kind: 'forked', id })));
  });

  it('treats a node that does not answer in time as dead, and ignores its late reply', async () => {
    let give = (_reply: TransferReply): void => undefined;
    nodes.open(
      'a',
      () =>
        new Promise((resolve) => {
          give = resolve;
        })
    );
    const b = nodes.open('b');
    const reply = b.ask('a', request);
    await settled();
    nodes.clock.advance(999);
    expect(nodes.clock.pending).to.equal(1);
    nodes.clock.advance(1);
    expect(await reply).to.deep.equal({ kind: 'absent' });
    give({ kind: 'released' });
    await settled();
    expect(nodes.words.at(-1)).to.equal('a to b: transferReplied');
    const unanswered = b.ask('c', request);
    nodes.clock.advance(1_000);
    expect(await unanswered).to.deep.equal({ kind: 'absent' });
  });

  it('asks and answers no more once it is closed', async () => {
    let give = (_reply: TransferReply): void => undefined;
    const a = nodes.open(
      'a',
      () =>
        new Promise((resolve) => {
          give = resolve;
        })
    );
    const b = nodes.open('b');
    const reply = b.ask('a', request);
    await settled();
    b.close();
    expect(await reply).to.deep.equal({ kind: 'absent' });
    a.close();
    give({ kind: 'released' });
    await settled();
    expect(nodes.words).to.deep.equal(['b to a: transferRequested']);
    expect(await b.ask('a', request)).to.deep.equal({ kind: 'absent' });
    expect([nodes.words.length, nodes.clock.pending]).to.deep.equal([1, 0]);
  });
});
