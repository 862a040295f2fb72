import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { FrameSender } from '../../../runtime/session/frame-sender.js';
import { decode } from '../../../runtime/wire/decode.js';
import { Limit, Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import { FakeConnection } from '../../fixtures/live-session.js';

const patch = { kind: ServerKind.Patch, changes: [1, 1, 'x'], processed: 1 } as const;
const render = { kind: ServerKind.Render, tree: null, processed: 0, reason: Reason.Restored } as const;
const acknowledge = { kind: ServerKind.Acknowledge, processed: 1 } as const;

const maxShutMs = 60_000;

/** What a client tree says. */
const empty = { isFull: false };
const full = { isFull: true };

/** A sender with a connection. */
function connected() {
  const connection = new FakeConnection();
  const clock = createSimulatedClock(1_000);
  const sender = new FrameSender({ probe: undefined }, clock);
  sender.connection = connection;

  return { clock, connection, sender };
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

  it('can send with a connection that has room, and a tree that is not full', () => {
    const { connection, sender } = connected();
    const idle = new FrameSender({ probe: undefined }, createSimulatedClock(0));
    expect([idle.canSend(empty), sender.canSend(empty), sender.canSend(full)]).to.deep.equal([false, true, false]);
    connection.buffered = Limit.windowBuffered;
    expect(sender.canSend(empty)).to.equal(false);
  });

  it('is stalled when nothing could go for a minute, until something can', () => {
    const { clock, connection, sender } = connected();
    for (let frame = 0; frame < Limit.windowFrames; frame++) sender.send(patch, 1);
    clock.advance(maxShutMs);
    expect([sender.canSend(empty), sender.isStalled(empty)], 'it waits from now on').to.deep.equal([false, false]);
    clock.advance(maxShutMs);
    expect(sender.isStalled(empty)).to.equal(false);
    clock.advance(1);
    expect([sender.isStalled(empty), sender.isStalled(undefined)]).to.deep.equal([true, false]);
    expect(sender.since(3), 'the client is sent the whole page').to.equal(undefined);
    expect(sender.since(Limit.windowFrames)).to.deep.equal([]);
    sender.acknowledge(1);
    expect([sender.isStalled(full), sender.isStalled(empty), sender.isStalled(full)]).to.deep.equal([
      true,
      false,
      false,
    ]);
    sender.send(patch, 1);
    connection.buffered = Limit.windowBuffered;
    expect(sender.canSend(empty)).to.equal(false);
    clock.advance(maxShutMs + 1);
    expect(sender.isStalled(empty)).to.equal(true);
    sender.restart();
    connection.buffered = 0;
    expect([sender.isStalled(empty), sender.since(0)]).to.deep.equal([false, []]);
  });
});
