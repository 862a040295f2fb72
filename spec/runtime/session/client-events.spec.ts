import { expect } from 'chai';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import type { Instance } from '../../../runtime/render/nodes.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { FakeHost } from '../../fixtures/live-session.js';
import { hash, Line, notes, rest as settle, startNotes, type } from '../../fixtures/notes.js';

describe('client events', () => {
  let host: FakeHost;

  beforeEach(() => {
    host = new FakeHost();
    host.isVolatile = false;
  });

  const start = (): LiveSession => startNotes(host);
  const rest = (): void => settle(host);
  const rowAddress = (session: LiveSession, text: string): readonly Wire[] => {
    const list = (session.rendered as Instance).values[2] as { rows: readonly Instance[] };

    return [list.rows[0]?.definition.hash as string, null, 2, text];
  };

  // ADDRESSES -----------------------------------------------------------------

  describe('an event at a stable address', () => {
    it('happens at what stands there when all before it is done', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      const root = [hash(session), null];
      a.send([type('x')], 1);
      rest();
      const row = (text: string): Wire => rowAddress(session, text) as Wire;
      a.send([
        [root, 1, ['y']],
        [row('y'), 0],
        [row('y+'), 0],
        [root, 0],
      ]);
      rest();
      expect(notes(session)).to.equal('x,y,y+,y++,a,b');
      expect(session.client.processed).to.equal(5);
      expect(host.codes).to.deep.equal([]);
    });

    it('at a place without a target counts, goes to the client as dropped, and is reported', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([type('x')], 1);
      rest();
      a.seen(1);
      expect(a.told).to.have.length(2);
      a.send([
        [rowAddress(session, 'gone') as Wire, 0],
        [[hash(session), null], 3],
        [[hash(session), null], 99],
        type('y'),
      ]);
      rest();
      const frames = a.told;
      expect(frames.map(({ processed = 1 }) => processed).reduce((sum, count) => sum + count)).to.equal(4);
      expect(frames.map(({ dropped = 0 }) => dropped).reduce((sum, count) => sum + count)).to.equal(3);
      expect(host.codes).to.deep.equal([ErrorCode.Dropped]);
      expect(notes(session)).to.equal('x,y');
    });

    it('whose handler wants no message is not dropped', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.seen(1);
      expect(a.told).to.have.length(1);
      a.send([[[hash(session), null], 1, ['']]]);
      rest();
      expect(a.told.map(({ dropped = 0 }) => dropped)).to.deep.equal([0]);
      expect(host.codes).to.deep.equal([]);
    });

    it('with a payload no client sends closes the connection, and counts', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send([[[hash(session), null], 1, [7]]]);
      rest();
      expect(a.connection.closed?.code).to.equal(CloseCode.Malformed);
      expect(session.client.processed).to.equal(1);
    });

    it('that is malformed has no effect', () => {
      const session = start();
      const a = new Line(session, { load: 'a' });
      a.send(
        [[], [null], ['length'], [null, 2, 'length'], [null, 3, 0], [null, 1e9, null]]
          .map((steps) => [[hash(session), ...steps] as Wire, 0])
          .filter(([address]) => (address as Wire[]).length % 2 === 0),
        1
      );
      a.send([type('x')]);
      rest();
      expect([notes(session), host.codes.includes(ErrorCode.Internal)]).to.deep.equal(['a,x,b', false]);
    });
  });
});
