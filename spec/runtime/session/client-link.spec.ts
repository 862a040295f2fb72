/** What `session.spec.ts` does not say of pages: page loads that change, states that were stored, addresses that stay. */

import { expect } from 'chai';
import type { Instance } from '../../../runtime/render/nodes.js';
import type { RejoinReason } from '../../../runtime/session/join.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { pack, unpack } from '../../../runtime/session/session-snapshot.js';
import { CloseCode, Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import { FakeConnection, FakeHost, modelOf } from '../../fixtures/live-session.js';
import {
  click,
  hash,
  joinOf,
  Line,
  type NoteMessage,
  notes,
  rest as settle,
  startNotes,
  type,
} from '../../fixtures/notes.js';

describe('client link', () => {
  let host: FakeHost;

  beforeEach(() => {
    host = new FakeHost();
    host.isVolatile = false;
  });

  const start = (rejoin?: RejoinReason, image?: ReturnType<LiveSession['save']>): LiveSession => {
    return startNotes(host, rejoin, image);
  };
  const stored = (session: LiveSession) => unpack(pack(session.save()));
  const rest = (): void => settle(host);

  it('takes nothing for an event of its client that is none, also when it was restored', () => {
    const session = start();
    new Line(session, { load: 'a' });
    const restored = start(undefined, stored(session));
    new Line(restored, { load: 'a' });
    restored.tree.put(restored.tree.root, { type: 'noted', text: 'heard' } as NoteMessage);
    rest();
    expect([notes(restored), restored.client.processed]).to.deep.equal(['heard', 0]);
  });

  // PAGE LOADS ----------------------------------------------------------------

  it('is not taken for what it was: what it says late, on a connection it has given up, is refused', () => {
    const session = start();
    const given = new FakeConnection();
    const page = new Line(session, { load: 'a' }, session.issueTicket());
    page.send([click], 1);
    host.turn();
    session.join(given, joinOf({ load: 'a' }));
    expect(given.closed?.code).to.equal(CloseCode.Replaced);
    expect(given.frames).to.deep.equal([]);
    expect(page.connection.closed).to.equal(undefined);
    session.client.leave(page.connection);
    session.join(new FakeConnection(), joinOf({ load: 'a', frame: 2, processed: 1, sent: 1 }));
    const later = new FakeConnection();
    session.join(later, joinOf({ load: 'a', frame: 2, processed: 1, sent: 1 }));
    expect(later.frames.map(({ kind }) => kind)).to.deep.equal([ServerKind.Acknowledge]);
  });

  describe('another page load', () => {
    it('is sent the page as a whole and nothing before it, and its own events count from 1', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      a.send([type('x'), type('y')]);
      rest();
      const b = new Line(session, { load: 'b' });
      expect(a.connection.closed?.code).to.equal(CloseCode.Replaced);
      expect(b.told.map(({ kind, processed = 0, reason }) => [kind, processed, reason])).to.deep.equal([
        [ServerKind.Render, 0, Reason.Restored],
      ]);
      b.send([type('z')], 1);
      rest();
      expect([notes(session), session.client.processed, session.client.load]).to.deep.equal(['x,y,z', 1, 'b']);
    });

    it('gets what was still waiting of the one before it in that page, in no frame of its own', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      a.send([type('x'), click]);
      a.send([type('y')]);
      const b = new Line(session, { load: 'b' });
      expect(b.told.map(({ kind }) => kind)).to.deep.equal([ServerKind.Render]);
      expect(notes(session)).to.equal('x,a,y,b');
      rest();
      expect(b.told, 'what they did is in the page').to.deep.equal([]);
      expect(session.save().loads.map(({ load, applied }) => [load, applied])).to.deep.equal([
        ['a', 3],
        ['b', 0],
      ]);
    });

    it('finds all of that done, however much there is', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      const { hash } = (session.rendered as Instance).definition;
      a.send(Array.from({ length: 900 }, (_, index) => [[hash, null], 1, [`${index}`]]));
      // A turn takes 8 milliseconds and no more.
      const { now } = host.clock;
      host.clock.now = () => {
        host.clock.advance(3);
        return now.call(host.clock);
      };
      const b = new Line(session, { load: 'b', inherited: [['a', 1, 900]], sent: 900 });
      expect(b.told.map(({ processed }) => processed)).to.deep.equal([900]);
      expect(modelOf<readonly string[]>(session)).to.have.length(900);
    });

    it('that comes back gets the number of its processed events', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      a.send([type('x'), type('y')]);
      rest();
      new Line(session, { load: 'b' }).send([type('z')], 1);
      rest();
      const back = new Line(session, { load: 'a', frame: 2, processed: 1, sent: 4 });
      expect(back.told[0]).to.include({ kind: ServerKind.Render, processed: 2, reason: Reason.Restored });
      back.send([type('v'), type('w')], 1);
      rest();
      expect(notes(session)).to.equal('x,y,z,v,w');
    });

    it('takes over what the one before has left: what is done of it is not done again, what is not is', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      a.send([type('1'), type('2'), type('3')]);
      rest();
      // The client of `a` knows of one that is done, and has made two that never arrived.
      const b = new Line(session, { load: 'b', inherited: [['a', 2, 4]], sent: 4 });
      expect(b.told[0]).to.include({ processed: 2 });
      b.send([type('4'), type('5')], 1);
      rest();
      expect(notes(session)).to.equal('1,2,3,4,5');
      expect(session.client.nameOf(4)).to.equal('a.5');
      expect(session.client.nameOf(5)).to.equal('b.1');
    });

    it('calls its effects by the names of the events they follow from, whichever page load raised them', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([type('1'), click], 1);
      rest();
      new Line(session, { load: 'b', inherited: [['a', 3, 1]], sent: 1 }).send([type('3'), type('2')], 1);
      rest();
      expect(host.posted.map(([, message, id]) => [(message as NoteMessage).type, id])).to.deep.equal([
        ['1', 'session.a.1.0'],
        ['a', 'session.a.2.1'],
        ['b', 'session.a.2.0.0'],
        ['3', 'session.a.3.0'],
        ['2', 'session.b.1.0'],
      ]);
    });

    it('goes on with the page that was made for it, told how much of what it took over is done', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      a.send([type('1'), type('2')]);
      rest();
      session.client.leave(a.connection);
      const ticket = session.issueTicket();
      const b = new Line(session, { load: 'b', inherited: [['a', 1, 3]], sent: 3 }, ticket);
      expect(b.told[0]).to.include({ kind: ServerKind.Adopt, processed: 2 });
      b.send([type('3')], 1);
      rest();
      expect(notes(session)).to.equal('1,2,3');
    });

    it('whose page has changed meanwhile, or was given to another page load, gets it as a whole', () => {
      const session = start();
      const ticket = session.issueTicket();
      new Line(session, { load: 'a' }, ticket).send([type('1')]);
      rest();
      const b = new Line(session, { load: 'b' }, ticket);
      expect(b.told[0]).to.include({ kind: ServerKind.Render, reason: Reason.Restored });
      const changed = session.issueTicket();
      b.send([type('2')], 1);
      rest();
      expect(new Line(session, { load: 'c' }, changed).told[0]).to.include({ kind: ServerKind.Render });
    });

    it('is not closed for what one before it has said', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([[[hash(session), null], 1, [7]]]);
      const b = new Line(session, { load: 'b' });
      expect(b.connection.closed).to.equal(undefined);
      expect(b.told.map(({ kind }) => kind)).to.deep.equal([ServerKind.Render]);
    });
  });

  // STORED --------------------------------------------------------------------

  describe('a page that was stored', () => {
    it('is known to its page load: nothing is lost, nothing done twice', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      a.send([type('1'), type('2')]);
      rest();
      const image = stored(session);
      a.send([type('3')]);
      rest();
      const restored = start(undefined, image);
      // The client knows of three and has made four; the third was not stored.
      const again = new Line(restored, { load: 'a', frame: 4, processed: 3, sent: 4 });
      expect(again.told[0]).to.include({ kind: ServerKind.Render, processed: 2, reason: Reason.Restored });
      again.send([type('3'), type('4')], 1);
      rest();
      expect(notes(restored)).to.equal('1,2,3,4');
      expect(host.posted.map(([, , id]) => id)).to.deep.equal([
        'session.a.1.0',
        'session.a.2.0',
        'session.a.3.0',
        'session.a.3.0',
        'session.a.4.0',
      ]);
    });

    it('is introduced again to a client that has not got that', () => {
      const image = stored(start());
      const restored = start(undefined, { ...image, loads: [{ load: 'a', applied: 2 }] });
      for (let round = 0; round < 3; round++) {
        const again = new Line(restored, { load: 'a', frame: 9, processed: 2, sent: 2 });
        expect(again.told[0], `${round}`).to.include({
          kind: ServerKind.Render,
          processed: 2,
          reason: Reason.Restored,
        });
      }
      const got = new Line(restored, { load: 'a', frame: 1, processed: 2, sent: 2 });
      expect(got.told, 'nothing was missed').to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0 }]);
    });

    it('as a copy tells its token until that has arrived, and does not know the page it was made for', () => {
      const origin = start();
      new Line(origin, { load: 'a' }).send([type('1')], 1);
      rest();
      const fork = start({ reason: Reason.Forked, token: 'another' }, stored(origin));
      for (const ticket of [0, fork.issueTicket()]) {
        const b = new Line(fork, { load: 'b' }, ticket);
        expect(b.told[0]).to.include({ kind: ServerKind.Render, reason: Reason.Forked, token: 'another' });
      }
      const b = new Line(fork, { load: 'b', frame: 1 });
      b.seen(0);
      expect(b.told).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0 }]);
      b.send([type('b')]);
      rest();
      expect([notes(origin), notes(fork)]).to.deep.equal(['1', '1,b']);
    });
  });

  describe('a fresh page', () => {
    it('has none of the events of its client, says so until that has arrived, and goes on after the durable ones', () => {
      const session = start({ reason: Reason.Fresh });
      for (let round = 0; round < 2; round++) {
        const line = new Line(session, { load: 'a', frame: 7, processed: 5, durable: 4, sent: 9 });
        const [frame] = line.told;
        expect(frame).to.include({ kind: ServerKind.Render, processed: 0, reason: Reason.Fresh });
      }
      const line = new Line(session, { load: 'a', frame: 1, processed: 4, durable: 4, sent: 9 });
      line.send([type('5')]);
      rest();
      expect([notes(session), session.client.processed]).to.deep.equal(['5', 5]);
      expect(session.client.nameOf(5)).to.equal('a.5');
    });

    it('is fresh to the next page load, too, as long as no page load is known to have got it', () => {
      const session = start({ reason: Reason.Fresh });
      new Line(session, { load: 'a', frame: 7 });
      const b = new Line(session, { load: 'b', frame: 3 });
      expect(b.told[0]).to.include({ reason: Reason.Fresh });
      b.seen(1);
      const c = new Line(session, { load: 'c' });
      expect(c.told[0]).to.include({ reason: Reason.Restored });
    });
  });

  // DURABLE -------------------------------------------------------------------

  describe('what is stored', () => {
    it('goes to the client: with each frame how much is not, and in a frame of its own when it is', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      expect(a.told.map(({ late = 0 }) => late)).to.deep.equal([0]);
      a.send([type('1'), type('2')]);
      rest();
      expect(a.told).to.have.length(1).with.nested.property('[0].late', 2);
      session.stored({ ...session.save(), loads: [{ load: 'a', applied: 1 }] });
      session.stored({ ...session.save(), loads: [{ load: 'a', applied: 1 }] });
      expect(a.told).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0, late: 1 }]);
      session.stored({ ...session.save(), loads: [{ load: 'z', applied: 2 }] });
      expect(a.told, 'of another page load').to.deep.equal([]);
      session.stored(session.save());
      expect(a.told).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0 }]);
    });

    it('goes to the client as it is now, after frames that are sent again and say how it was', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([type('1')], 1);
      rest();
      session.client.leave(a.connection);
      session.stored(session.save());
      const again = new Line(session, { load: 'a', frame: 1, sent: 1 });
      expect(again.told.map(({ kind, processed = 1, late = 0 }) => [kind, processed, late])).to.deep.equal([
        [ServerKind.Acknowledge, 0, 0],
        [ServerKind.Patch, 1, 1],
        [ServerKind.Acknowledge, 0, 0],
      ]);
    });

    it('is not reported to the client where the store is lost with the process, though the session is stored when it is passivated', () => {
      host.isVolatile = true;
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([type('1')], 1);
      rest();
      expect(a.told.map(({ late = 0 }) => late)).to.deep.equal([0, 0]);
      session.stored(session.save());
      for (let round = 0; round < 3; round++) a.seen(round === 0 ? 1 : 0);
      expect(a.told).to.deep.equal([]);
    });

    it('is of another page load not known to be', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([type('1'), type('2')], 1);
      rest();
      const b = new Line(session, { load: 'b', inherited: [['a', 1, 2]], sent: 2 });
      expect(b.told[0]).to.include({ processed: 2, late: 2 });
    });
  });

  // COMMANDS ------------------------------------------------------------------

  it('sends a command to its client in a frame that counts, and none without a client', () => {
    const session = start();
    session.move(500);
    const a = new Line(session, { load: 'a' });
    expect(a.told).to.have.length(1);
    session.move(500);
    expect(a.connection.frames.at(-1)).to.deep.equal({ kind: ServerKind.Command, name: 'move', operands: [500] });
    a.seen(2);
    expect(a.connection.closed).to.equal(undefined);
  });
});
