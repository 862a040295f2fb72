/**
 * Setting the computer's clock back by 50 seconds closed all open connections as a flood, and by 90 seconds lost each
 * session to its user. Nodes whose clocks differed by more than a minute refused each other's tokens.
 */

import { expect } from 'chai';
import { Supervisor } from '../../runtime/actor/supervisor.js';
import { createTokens } from '../../runtime/identity/session-token.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { createId } from '../../runtime/platform/id.js';
import { SlicedWork } from '../../runtime/platform/scheduler.js';
import { SocketConnection } from '../../runtime/socket/connection.js';
import { memory } from '../../runtime/store/memory.js';
import { NodeLeases } from '../../runtime/store/node-leases.js';
import { packEvent } from '../fixtures/frames.js';
import { entry } from '../fixtures/stores.js';

const start = 1_700_000_000_000;
const hour = 3_600_000;

describe('the clock of the computer', () => {
  for (const by of [-90_000, -60_000, 60_000, 90_000]) {
    describe(`set by ${by / 1_000} seconds`, () => {
      it('closes no connection, and lifts no limit', () => {
        const clock = createSimulatedClock(start);
        const codes: number[] = [];
        const socket = {
          bufferedAmount: 0,
          ...{
            close: (code: number) => void codes.push(code),
            pause() {},
            ping() {},
            pong() {},
            send() {},
            terminate() {},
          },
        };
        const shared = { client: '', clock, closed: new Map(), framesPerSecond: 100, joinDeadline: 10_000 };
        const connection = new SocketConnection(
          { ...shared, admit: () => new Promise(() => undefined), report: () => '' },
          socket,
          undefined
        );
        connection.heard();
        clock.adjust(by);
        for (let frame = 1; frame < 200; frame++) connection.heard();
        expect(codes).to.deep.equal([]);
        connection.received(packEvent(0, 0), true);
        expect(codes).to.have.length(1);
      });

      it('leaves each session to its user', async () => {
        const clock = createSimulatedClock(start);
        const bearer = { cookie: 'cookie', principal: '' };
        const tokens = createTokens({ clock, lifetime: hour, secrets: ['a secret'] });
        const claim = { id: createId(), ticket: 1, url: '/' };
        const token = tokens.seal(claim, bearer);
        const store = memory({ clock });
        const fence = await store.write(entry({ lifetime: 30_000 }));
        clock.adjust(by);
        expect(tokens.open(token, bearer)).to.deep.equal({ ...claim, isExpired: false });
        expect(await store.write(entry({ fence, lifetime: 30_000 }))).to.equal(fence);
        expect((await store.claim('s', 'a')).kind).to.equal('claimed');
        clock.advance(hour);
        expect(tokens.open(token, bearer), 'another node may see it later').to.include({ isExpired: false });
      });

      it('ends and prolongs no lease', () => {
        const clock = createSimulatedClock(start);
        const leases = new NodeLeases(clock);
        leases.beat('a', 10_000);
        clock.adjust(by);
        clock.advance(9_999);
        expect(leases.isAlive('a')).to.equal(true);
        clock.advance(1);
        expect(leases.isAlive('a')).to.equal(false);
      });

      it('changes no back-off, and ends no slice', () => {
        const clock = createSimulatedClock(start);
        const supervisor = new Supervisor({ clock });
        supervisor.started();
        clock.adjust(by);
        expect([1, 2].map(() => supervisor.pauseAfterFailure(false))[0]).to.equal(0);
        expect(supervisor.failures).to.equal(2);
        let steps = 0;
        const work = new SlicedWork({ clock, defer: () => undefined }, () => {
          if (steps++ === 0) clock.adjust(by);
          return steps < 10;
        });
        work.run();
        expect(steps).to.equal(10);
      });
    });
  }
});
