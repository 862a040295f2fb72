import { expect } from 'chai';
import { createPresenceRegistry, type PresenceRegistry } from '../../../runtime/cluster/presence-registry.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { Membership } from '../../../runtime/store/membership.js';
import type { PresenceMember } from '../../../runtime/subscription/backplane.js';
import { presence } from '../../../runtime/subscription/presence.js';
import { type Message, Subscribing } from '../../fixtures/subscribing.js';

type Told = Message & { readonly id?: string; readonly name?: string };

/** Declares a present member. */
const present = (name: string, key?: string) =>
  presence<Told, { name: string }>('room', {
    key,
    member: { name },
    joined: (member, id) => ({ type: 'joined', id, name: member.name }),
    left: (member, id) => ({ type: 'left', id, name: member.name }),
  });

describe('presence', () => {
  let own: Subscribing;
  let registry: PresenceRegistry;

  beforeEach(() => {
    own = new Subscribing();
    const { clock, report } = own.port;
    registry = createPresenceRegistry({
      directory: undefined,
      membership: new Membership({ clock }),
      node: 'one',
      report: (_code, error) => {
        report(error);
        return '';
      },
    });
    Object.assign(own.port.backplane, {
      attend: (topic: string, member: PresenceMember) => registry.attend(topic, member),
    });
  });

  afterEach(async () => {
    await own.end();
    expect(registry.size).to.equal(0);
  });

  const told = (): string[] => own.port.delivered.map((message) => `${message.type} ${(message as Told).name}`);

  /** A member of another session. */
  const other = (name: string, key?: string): (() => void) =>
    registry.attend('room', { key, member: { name }, joined: () => {}, left: () => {} });

  it('tells of all who are there, itself included, and of who comes and goes', () => {
    const ann = other('ann');
    own.subscriptions.update([present('bob')]);
    const cid = other('cid');
    ann();
    expect(told()).to.deep.equal(['joined ann', 'joined bob', 'joined cid', 'left ann']);
    own.subscriptions.update([]);
    cid();
    expect(told()).to.have.length(4);
  });

  it('leaves when it is not declared any more', () => {
    const seen: string[] = [];
    const leave = registry.attend('room', {
      key: undefined,
      member: {},
      joined: (member) => seen.push(`+${(member as { name?: string }).name}`),
      left: (member) => seen.push(`-${(member as { name?: string }).name}`),
    });
    own.subscriptions.update([present('bob')]);
    own.subscriptions.update([present('bob')]);
    own.subscriptions.update([]);
    expect(seen).to.deep.equal(['+undefined', '+bob', '-bob']);
    leave();
  });

  it('is not present before a client has joined the session', () => {
    own.subscriptions.prepare([present('bob')]);
    expect(registry.size).to.equal(0);
    own.subscriptions.update([present('bob')]);
    expect(registry.size).to.equal(1);
  });

  it('gives the key as id, and in turn joined and left', () => {
    own.subscriptions.update([present('bob', 'user 2')]);
    other('ann', 'user 1')();
    expect(own.port.delivered.map((message) => `${message.type} ${(message as Told).id}`)).to.deep.equal([
      'joined user 2',
      'joined user 1',
      'left user 1',
    ]);
  });

  it('has 64 messages in the mailbox at once, and tells nothing of who has gone meanwhile', async () => {
    own.port.isQuick = false;
    const all = Array.from({ length: 200 }, (_, number) => other(`guest${number}`));
    own.subscriptions.update([present('bob')]);
    expect(told()).to.have.length(64);
    for (const leave of all.slice(10)) leave();
    for (let round = 0; round < 5; round++) await own.port.turn();
    const joined = told().filter((text) => text.startsWith('joined'));
    expect(joined).to.have.length(65);
    expect(told().filter((text) => text.startsWith('left'))).to.have.length(54);
    for (const leave of all) leave();
  });

  it('goes by the declaration as it stands, and by none that throws', () => {
    own.subscriptions.update([present('bob')]);
    const failing = presence<Told>('room', {
      member: {},
      joined: () => {
        throw new Error('of a component');
      },
      left: () => null,
    });
    own.subscriptions.update([failing]);
    other('ann')();
    expect(told()).to.deep.equal(['joined bob']);
    expect(own.port.faults).to.deep.equal(['of a component']);
  });

  it('throws an error for a name that is none and for what is not plain data', () => {
    const wrong = { member: { since: new Date(0) }, joined: () => null, left: () => null };
    expect(() => presence<Told>('', { ...wrong, member: {} })).to.throw(TroupeError, 'presence was given 0 characters');
    expect(() => presence<Told>('room', wrong as never)).to.throw(
      TroupeError,
      "presence('room', …): member.since is an instance of Date."
    );
  });
});
