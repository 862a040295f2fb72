import { expect } from 'chai';
import { fromTransition, type Snapshot } from 'xstate';
import { type ActorNotice, DistributedActor } from '../../../runtime/cluster/distributed-actor.js';
import { createSharedActors, type SharedActors } from '../../../runtime/cluster/shared-actors.js';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { DirectoryState, MemoryDirectory } from '../../../runtime/testing/memory-directory.js';
import { settled } from '../../fixtures/live-session.js';

type Said = { readonly type: string; readonly text: string };

const room = fromTransition((said: readonly string[], { text }: Said) => [...said, text], []);

const say = (text: string): AnyMessage => ({ type: 'said', text }) as AnyMessage;

/** Counts the writes. */
class CountingDirectory extends MemoryDirectory {
  writes = 0;

  override write(name: string, text: string): Promise<boolean> {
    this.writes++;
    return super.write(name, text);
  }
}

/** One node with the actor `room`. */
class Site {
  readonly directory: CountingDirectory;
  readonly local: SharedActors;
  readonly actor: DistributedActor;
  readonly notices: [node: string, notice: ActorNotice][] = [];
  readonly reports: string[] = [];

  constructor(state: DirectoryState, clock: SimulatedClock, node: string) {
    const report = (_code: string, error: unknown): string => {
      this.reports.push((error as Error).message);
      return '';
    };
    const defer = (run: () => void): void => void clock.setTimeout(run, 0);
    const tell = async (to: string, notice: unknown): Promise<void> =>
      void this.notices.push([to, notice as ActorNotice]);
    this.directory = new CountingDirectory(state, { clock, defer: (run) => run(), lease: 300, node });
    this.local = createSharedActors({ clock, defer, publish: () => {}, report });
    const { directory, local } = this;
    this.actor = new DistributedActor('room', { bus: { tell }, clock, defer, directory, local, node, report });
  }

  /** The contexts that a watcher gets. */
  watch(): string[] {
    const seen: string[] = [];
    this.actor.watch((snapshot) => {
      seen.push((snapshot as Snapshot<unknown> & { context: string[] }).context.join(' '));
    });

    return seen;
  }
}

describe('distributed actor', () => {
  let clock: SimulatedClock;
  let state: DirectoryState;
  let one: Site;
  let two: Site;

  beforeEach(async () => {
    clock = createSimulatedClock(1_000_000);
    state = new DirectoryState();
    [one, two] = [new Site(state, clock, 'one'), new Site(state, clock, 'two')];
    for (const { actor } of [one, two]) {
      actor.start({ logic: room, input: undefined });
      await settle();
    }
  });

  afterEach(async () => {
    for (const { actor, local } of [one, two]) {
      await actor.stop();
      await local.close();
    }
    await settle();
    expect(clock.pending, 'timers').to.equal(0);
  });

  /** What is due now is done, and what follows from it. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      await settled();
      clock.advance(0);
    }
  }

  it('runs on the node that holds the lease, and shows its snapshots on the other', async () => {
    const seen = two.watch();
    one.actor.send(say('a'));
    await settle();
    expect(seen.at(-1)).to.equal('a');
  });

  it('coalesces the snapshots of one slice into one write', async () => {
    const before = one.directory.writes;
    for (const text of ['a', 'b', 'c']) one.actor.send(say(text));
    await settle();
    expect(one.directory.writes - before).to.equal(1);
  });

  it('confirms a batch to its sender, and takes none without the lease', async () => {
    const batch = [[say('a'), 'id']] as const;
    one.actor.take(7, batch, 'two');
    two.actor.take(8, batch, 'one');
    await settle();
    expect(one.notices).to.deep.equal([['two', { type: 'sharedActorTook', name: 'room', batch: 7 }]]);
    expect(two.notices).to.deep.equal([]);
  });

  it('sends events to the holder', async () => {
    void two.actor.send(say('a'), 'id');
    await settle();
    expect(two.notices).to.have.length(1);
    const [[node, notice] = []] = two.notices;
    expect(node).to.equal('one');
    expect(notice).to.deep.include({ type: 'sharedActorSent', name: 'room', events: [[say('a'), 'id']] });
    two.actor.took(notice?.batch ?? 0);
  });
});
