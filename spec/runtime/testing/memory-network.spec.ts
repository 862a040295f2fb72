import { expect } from 'chai';
import type { RequestIdentity, Unrecognised } from '../../../runtime/identity/request-identity.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { MemoryNetwork, type MemorySocket, socketClass } from '../../../runtime/testing/memory-network.js';
import { TestScheduler } from '../../../runtime/testing/test-scheduler.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { acknowledgement, packJoin } from '../../fixtures/frames.js';
import { requestOf } from '../../fixtures/requests.js';
import { asAdmitted, FakeSession } from '../../fixtures/sessions.js';

const visitor: RequestIdentity = {
  address: '1.2.3.4',
  cookie: undefined,
  principal: undefined,
  request: requestOf(),
};

/** A network with a session at its other end. */
class Setup {
  readonly agenda = new TestScheduler(createSimulatedClock(), (_code, error) => {
    throw error;
  });
  readonly session = new FakeSession('session');
  readonly complaints: string[] = [];
  readonly log: string[] = [];
  who: RequestIdentity | Unrecognised = visitor;
  readonly network = new MemoryNetwork({
    agenda: this.agenda,
    complain: ({ message }) => void this.complaints.push(message),
    recognise: async () => this.who,
    switchboard: {
      admit: async () => asAdmitted(this.session),
      client: '',
      clock: createSimulatedClock(1_000_000),
      closed: new Map(),
      framesPerSecond: Number.POSITIVE_INFINITY,
      joinDeadline: 1_000,
      report: () => '',
    },
  });

  open(): MemorySocket {
    const socket = new (socketClass(this.network))('ws://localhost/');
    socket.onopen = () => this.log.push('open');
    socket.onmessage = ({ data }) => this.log.push(`frame ${Buffer.from(data).toString('hex')}`);
    socket.onclose = ({ code }) => this.log.push(`close ${code}`);

    return socket;
  }

  async join(): Promise<MemorySocket> {
    const socket = this.open();
    await this.agenda.rest();
    socket.send(packJoin());
    await this.agenda.rest();

    return socket;
  }

  say(...bytes: number[]): void {
    this.session.connection?.send(Uint8Array.from(bytes));
  }
}

describe('testing/memory-network', () => {
  it('carries frames both ways, in order', async () => {
    const setup = new Setup();
    const socket = await setup.join();
    expect(setup.log).to.deep.equal(['open', 'frame 9104']);
    socket.send(acknowledgement);
    setup.say(1);
    setup.say(2);
    expect(setup.log).to.have.length(2);
    await setup.agenda.rest();
    expect(setup.session.log).to.deep.equal(['join', 'receive']);
    expect(setup.log.slice(2)).to.deep.equal(['frame 01', 'frame 02']);
  });

  it('holds back what goes to the browser, and a close behind it', async () => {
    const setup = new Setup();
    await setup.join();
    setup.say(1);
    setup.network.hold();
    setup.say(2);
    setup.session.connection?.close(CloseCode.GoingAway, 'bye');
    await setup.agenda.rest();
    expect(setup.log.slice(2)).to.deep.equal([]);
    setup.network.release();
    await setup.agenda.rest();
    expect(setup.log.slice(2)).to.deep.equal(['frame 01', 'frame 02', 'close 1001']);
    expect(setup.complaints).to.deep.equal([]);
  });

  it('breaks for both ends at once, and what was on its way is lost', async () => {
    const setup = new Setup();
    const socket = await setup.join();
    socket.send(acknowledgement);
    setup.say(1);
    setup.network.cut();
    expect(setup.log.slice(2)).to.deep.equal(['close 1006']);
    await setup.agenda.rest();
    expect(setup.session.log).to.deep.equal(['join', 'leave']);
    expect(setup.log).to.have.length(3);
    setup.open();
    await setup.agenda.rest();
    expect(setup.log.slice(3)).to.deep.equal(['close 1006']);
    setup.network.mend();
    await setup.join();
    expect(setup.log.slice(4)).to.deep.equal(['open', 'frame 9104']);
  });

  it('tells the server when the browser hangs up', async () => {
    const setup = new Setup();
    const socket = await setup.join();
    socket.close();
    socket.send(acknowledgement);
    await setup.agenda.rest();
    expect(setup.session.log).to.deep.equal(['join', 'leave']);
    expect(setup.log.slice(2)).to.deep.equal([]);
  });

  it('refuses who is not allowed in', async () => {
    const setup = new Setup();
    setup.who = 401;
    setup.open();
    await setup.agenda.rest();
    expect(setup.log).to.deep.equal(['open', `close ${CloseCode.Refused}`]);
  });

  it('complains when the server closes because of what the client did', async () => {
    const setup = new Setup();
    const socket = await setup.join();
    socket.send(Uint8Array.of(0xc1));
    await setup.agenda.rest();
    expect(setup.complaints).to.have.length(1);
    expect(setup.complaints[0]).to.match(/closed the connection with 4002/);
    expect(setup.log.at(-1)).to.equal(`close ${CloseCode.Malformed}`);
  });
});
