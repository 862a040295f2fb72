import { expect } from 'chai';
import { FrameSender } from '../../../runtime/session/frame-sender.js';
import { decode } from '../../../runtime/wire/decode.js';
import { Limit, Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import { FakeConnection } from '../../fixtures/live-session.js';

const patch = { kind: ServerKind.Patch, changes: [1, 1, 'x'], processed: 1 } as const;
const render = { kind: ServerKind.Render, tree: null, processed: 0, reason: Reason.Restored } as const;
const acknowledge = { kind: ServerKind.Acknowledge, processed: 1 } as const;

/** A sender with a connection. */
function connected() {
  const connection = new FakeConnection();
  const sender = new FrameSender({ probe: undefined });
  sender.connection = connection;

  return { connection, sender };
}

describe('frame sender', () => {
  it('counts frames, except acknowledgements', () => {
    const { connection, sender } = connected();
    sender.send(patch, 1);
    sender.sendUncounted(acknowledge);
    expect(connection.bytes.map((bytes) => (decode(bytes) as number[])[0])).to.deep.equal([2, 4]);
    expect([sender.next, sender.acknowledged]).to.deep.equal([2, 0]);
    expect([sender.acknowledge(1), sender.acknowledge(1)]).to.deep.equal([true, false]);
  });

  it('keeps frames until they are acknowledged, and sends them again', () => {
    const { connection, sender } = connected();
    for (let frame = 0; frame < 3; frame++) sender.send(patch, 1);
    sender.acknowledge(1);
    sender.connection = undefined;
    sender.send(patch, 1);
    sender.connection = connection;
    expect(sender.since(0)).to.equal(undefined);
    const frames = sender.since(2) ?? [];
    for (const frame of frames) sender.repeat(frame);
    expect([frames.length, connection.bytes.length]).to.deep.equal([2, 5]);
  });

  it('remembers the last frame with the whole page', () => {
    const { sender } = connected();
    sender.send(render, 0);
    sender.send(patch, 1);
    expect(sender.whole).to.equal(1);
    sender.restart(7);
    sender.send(render, 0);
    expect([sender.whole, sender.next]).to.deep.equal([8, 9]);
  });

  it('is open with a connection that has room', () => {
    const { connection, sender } = connected();
    expect([new FrameSender({ probe: undefined }).isOpen, sender.isOpen]).to.deep.equal([false, true]);
    connection.buffered = Limit.windowBuffered;
    expect(sender.isOpen).to.equal(false);
  });
});
