/**
 * The steps of the nodes and the store, as `session-registry.ts`, `activation.ts`, `write-behind.ts` and `client-link.ts`
 * take them. How a join is answered, how events are counted and which are applied is decided by the real code.
 */

import { mayAnswer } from '../../runtime/registry/ownership.js';
import { EventCounter } from '../../runtime/session/event-counter.js';
import { decideJoin, type JoinDecision, type Missed } from '../../runtime/session/join.js';
import { PageLoads } from '../../runtime/session/page-loads.js';
import { type EventRange, Reason } from '../../runtime/wire/protocol.js';
import {
  createModelSession,
  type EventId,
  type Frame,
  firstImage,
  type Image,
  type ModelJoin,
  type ModelNode,
  type ModelSession,
  type Rules,
  type World,
} from './world.js';

// OBJECTS ---------------------------------------------------------------------

/** The real page loads of a session. */
function loadsOf({ loads, join }: ModelSession): PageLoads {
  const made = PageLoads.from(loads);
  if (join !== null) made.change(join, 0);

  return made;
}

const counterOf = ({ counts }: ModelSession): EventCounter => EventCounter.from(counts);

/** The page loads, brought up to date. */
function note(session: ModelSession): void {
  session.loads = loadsOf(session).records(session.counts.processed);
}

const imageOf = ({ log, loads, rejoin, tickets, ticketAt, lineage, aliases }: ModelSession): Image => {
  return { log, loads: rejoin === Reason.Fresh ? [] : loads, tickets, ticketAt, lineage, aliases };
};

// STORE -----------------------------------------------------------------------

/** Writes a session. Returns its fence, a new one if it is to be renewed; 0 if another node owns it. */
function write(
  world: World,
  { name }: ModelNode,
  session: ModelSession,
  how: { readonly isReleased?: boolean; readonly isRenewed?: boolean } = {}
): number {
  const { isReleased = false, isRenewed = false } = how;
  const { budget, store } = world;
  const known = store !== null && session.fence > 0 && session.fence === store.before ? store.fence : session.fence;
  if (store !== null && (known === 0 ? store.owner !== name : store.fence > known)) return 0;
  const previous = budget.losses > 0 ? (store?.image ?? null) : null;
  const before = (isRenewed && known > 0) || known !== session.fence ? session.fence : null;
  world.store = { image: imageOf(session), owner: name, isReleased, previous, before, fence: known };
  if (known === 0 || isRenewed) world.store.fence = nextFence(world);

  return world.store.fence;
}

/** Writes the session of a node, which learns the result. */
export function writeSession(world: World, index: number, isRenewed = false): void {
  const node = world.nodes[index] as ModelNode;
  const session = node.session as ModelSession;
  const fence = write(world, node, session, { isRenewed });
  if (fence === 0) return drop(world, node);
  session.fence = fence;
  session.isDirty = false;
  const { loads } = imageOf(session);
  if (session.join === null || loads.at(-1)?.load !== session.join.load) return;
  const counter = counterOf(session);
  counter.store(loadsOf(session).numberIn(new Map(loads.map(({ load, applied }) => [load, applied]))));
  session.counts = counter.counts;
  flush(world, session);
}

/** Writes the session of a node, which does not learn the result. */
export function writeWithoutReply(world: World, index: number, isRenewed = false): void {
  const node = world.nodes[index] as ModelNode;
  write(world, node, node.session as ModelSession, { isRenewed });
}

/** The store fails, and comes back without its last write. */
export function loseWrite(world: World): void {
  const { store } = world;
  if (store?.previous) store.image = store.previous;
  if (store) store.previous = null;
  world.hasLoss = true;
}

/** The store starts again, empty. */
export function forget(world: World): void {
  world.store = null;
  world.hasLoss = true;
}

/** Stores the session of a node for the last time. */
export function passivate(world: World, index: number): void {
  const node = world.nodes[index] as ModelNode;
  write(world, node, node.session as ModelSession, { isReleased: true });
  drop(world, node);
}

/** A session leaves the memory of a node; its connection is closed. */
function drop(world: World, node: ModelNode): void {
  const { connection } = world;
  if (node.session?.isConnected === true) connection?.down.push({ kind: 'close' });
  node.session = null;
}

/** Restores the session from the store, after asking its owner for it; starts a fresh one if it was never stored. */
function activate(world: World, node: ModelNode): void {
  const other = world.nodes.find(({ name }) => name === world.store?.owner);
  // An owner that does not answer is taken for dead.
  if (world.store?.isReleased === false && other !== node && other?.isOnline && other.session !== null) {
    write(world, other, other.session, { isReleased: true });
    drop(world, other);
  }
  const { store } = world;
  if (store === null) {
    node.session = createModelSession(0, firstImage('', 0), Reason.Fresh);
    return;
  }
  store.owner = node.name;
  store.isReleased = false;
  store.before = null;
  store.fence = nextFence(world);
  node.session = createModelSession(store.fence, store.image);
}

/** A fence above all that are in use. Those are counted anew, so that equal states have equal fences. */
function nextFence({ nodes, store }: World): number {
  const owners = [store ?? [], ...nodes.flatMap(({ session }) => (session?.fence ? session : []))].flat();
  const all = owners.map(({ fence }) => fence);
  const fences = [...new Set(store?.before ? [...all, store.before] : all)].sort((one, other) => one - other);
  for (const owner of owners) owner.fence = fences.indexOf(owner.fence) + 1;
  if (store?.before) store.before = fences.indexOf(store.before) + 1;

  return fences.length + 1;
}

/** The session, if the node may answer for it. */
function enter(world: World, index: number, rules: Rules): ModelSession | null {
  const node = world.nodes[index] as ModelNode;
  if (node.session !== null && node.isOnline) writeSession(world, index, !rules.keepsFence);
  const isRefused = !mayAnswer(node.isOnline ? 'stored' : 'failed') && !rules.answersUnproven;
  if (node.session !== null && isRefused) return null;
  if (node.session === null && node.isOnline) activate(world, node);
  if (node.session?.fence === 0 && node.isOnline && !rules.answersUnstored) writeSession(world, index);

  return node.session;
}

// FIRST PAGES -----------------------------------------------------------------

/** The page is loaded again, from this node. Returns what it shows, and the number by which it can be adopted; `null` if the node has no such page. */
export function loadPage(
  world: World,
  index: number,
  rules: Rules
): { readonly log: readonly EventId[]; readonly ticket: number } | null {
  // A reload does not begin a session anew.
  if (world.store === null && world.nodes[index]?.session === null) return null;
  const session = enter(world, index, rules);
  if (session === null) return null;
  session.ticketAt = session.log.length;
  session.tickets++;
  if ((world.nodes[index] as ModelNode).isOnline) writeSession(world, index);

  return { log: session.log, ticket: session.tickets };
}

// JOINING ---------------------------------------------------------------------

/** A client joins at a node. Says whether it is answered. */
export function join(world: World, index: number, said: ModelJoin, ticket: number, rules: Rules): boolean {
  const session = enter(world, index, rules);
  if (session === null) return false;
  const frame = { ...said, names: rules.renamesInherited ? original(session, said) : said.names };
  const hasTicket = ticket !== 0 && ticket === session.tickets && session.ticketAt === session.log.length;
  const decision = decideJoin(joinState(session, frame, hasTicket), frame as never);
  if (decision.kind === 'refuse') throw new Error('The join is refused.');
  if (ticket !== 0) session.ticketAt = -1;
  if (rules.renamesInherited) remember(session, frame);
  session.isConnected = true;
  session.isDirty = true;
  answer(world, session, frame, decision);
  flush(world, session);

  return true;
}

function joinState(session: ModelSession, frame: ModelJoin, hasTicket: boolean): Parameters<typeof decideJoin>[0] {
  const { rejoin, unseen, counts, content, whole } = session;

  return {
    ...{ isOver: false, load: loadsOf(session).present, isOvertaken: false, hasTree: content !== null },
    ...{ processed: counts.processed, hasEvents: false, hasTicket, whole },
    rejoin: rejoin === null ? undefined : { reason: rejoin as typeof Reason.Restored },
    unseen: unseen ?? undefined,
    missed: missedBy(session, frame),
  };
}

function missedBy(session: ModelSession, { frame, processed }: ModelJoin): Missed | undefined {
  const { acknowledged, frames } = session;
  if (frame < acknowledged || frame > acknowledged + frames.length) return undefined;
  const since = frames.slice(frame - acknowledged);
  const coming = since.reduce((sum, sent) => sum + toldBy(sent), 0);
  const events = counterOf(session).missedBy(processed, coming, since.length);

  return events === undefined ? undefined : { frames: since as never, events };
}

/** How many events a frame of the send window reports. */
const toldBy = (frame: Frame): number => (frame.kind === 'patch' || frame.kind === 'render' ? frame.processed : 0);

function answer(world: World, session: ModelSession, said: ModelJoin, decision: JoinDecision): void {
  switch (decision.kind) {
    case 'adopt':
      if (decision.isTakeover) takeOver(session, said);
      return adopt(world, session);
    case 'render':
      return render(
        world,
        session,
        said,
        decision.isTakeover ? takeOver(session, said) : contained(session),
        decision.rejoin.reason
      );
    case 'rerender':
      return rerender(world, session, said);
    case 'resume':
      return resume(world, session, said, decision.missed);
  }
}

function takeOver(session: ModelSession, said: ModelJoin): number {
  const loads = loadsOf(session);
  const isRestored = said.load === loads.present && session.content === null;
  const done = loads.change(said, session.counts.processed);
  const durable = isRestored ? done : Math.min(done, said.durable);
  session.counts = new EventCounter(Math.max(done, said.durable), durable).counts;
  session.loads = loads.records(session.counts.processed);
  session.join = said;

  return done;
}

const contained = (session: ModelSession): number => loadsOf(session).contained(session.counts.processed);

function adopt(world: World, session: ModelSession): void {
  session.rejoin = session.unseen = null;
  const { processed, late } = restart(session, 0, 0);
  send(world, session, { kind: 'adopt', processed, late, log: session.log });
  session.whole = 1;
}

function render(world: World, session: ModelSession, said: ModelJoin, done: number, reason: Reason): void {
  session.rejoin = reason;
  session.unseen = said.frame;
  const { late } = restart(session, 0, 0);
  send(world, session, { kind: 'render', reason, processed: done, late, log: session.log });
  session.whole = 1;
}

function rerender(world: World, session: ModelSession, said: ModelJoin): void {
  const { told, late } = restart(session, said.frame, said.processed);
  send(world, session, { kind: 'render', reason: Reason.Resumed, processed: told, late, log: session.log });
  session.whole = said.frame + 1;
}

/** Everything is sent. */
function restart(session: ModelSession, frames: number, known: number) {
  session.content = session.log;
  session.acknowledged = frames;
  session.frames = [];
  const counter = counterOf(session);
  const told = counter.restart(known);
  const { late, processed } = counter;
  session.counts = counter.counts;

  return { late, processed, told };
}

function resume(world: World, session: ModelSession, said: ModelJoin, { events, frames }: Missed): void {
  const counter = counterOf(session);
  counter.resume(said.processed, events);
  session.counts = counter.counts;
  acknowledged(session, said.frame - session.acknowledged);
  acknowledge(world, session, events);
  for (const frame of frames as unknown as readonly Frame[]) world.connection?.down.push(frame);
  if (frames.length > 0) acknowledge(world, session, 0);
}

/** The client has applied so many more frames. */
function acknowledged(session: ModelSession, frames: number): void {
  if (frames > session.frames.length) throw new Error('More frames acknowledged than were sent.');
  if (frames === 0) return;
  session.acknowledged += frames;
  session.frames = session.frames.slice(frames);
  session.rejoin = session.unseen = null;
}

/** Notes which events the page load has inherited, when it comes for the first time. */
function remember(session: ModelSession, { load, names }: ModelJoin): void {
  session.aliases = { [load]: names.filter(([name]) => name !== load), ...session.aliases };
}

/** The names that inherited events had where they were made, as far as the session knows them. */
function original({ aliases }: ModelSession, { load, names }: ModelJoin): readonly EventRange[] {
  return names.flatMap((range): readonly EventRange[] => {
    const [name, first, count] = range;
    const known = name === load || count > 0 ? (aliases[name] ?? []) : [];
    let number = 1;
    const inherited = known.flatMap(([maker, from, length]): readonly EventRange[] => {
      const begin = Math.max(first, number);
      const end = Math.min(first + count, number + length);
      const found: EventRange = [maker, from + begin - number, end - begin];
      number += length;
      return end > begin ? [found] : [];
    });
    const taken = inherited.reduce((sum, [, , length]) => sum + length, 0);
    // Its own events come after those, and are counted from 1.
    const own: EventRange = [name, Math.max(1, first + taken - number + 1), count - taken];
    return own[2] > 0 || name === load ? [...inherited, own] : inherited;
  });
}

// EVENTS AND FRAMES -----------------------------------------------------------

/** Events arrive at a node, and are applied at once. */
export function receive(
  world: World,
  index: number,
  { events, frames }: { readonly events: readonly EventId[]; readonly frames: number }
): void {
  const { session } = world.nodes[index] as ModelNode;
  if (session?.isConnected !== true) return;
  acknowledged(session, frames);
  const counter = counterOf(session);
  const loads = loadsOf(session);
  for (const event of events) {
    const number = counter.receive();
    if (number === 0) continue;
    const id = session.lineage + loads.nameOf(number);
    if ((world.effects[id] ?? event) !== event) {
      world.broken = `Effect ${id} is of event ${world.effects[id]} and of event ${event}.`;
    }
    world.effects[id] = event;
    session.log = [...session.log, event];
    counter.process(1);
  }
  session.counts = counter.counts;
  session.isDirty = true;
  note(session);
  flush(world, session);
}

/** Sends what the client does not know yet. */
function flush(world: World, session: ModelSession): void {
  if (session.content === null || !session.isConnected) return;
  if (session.content.length !== session.log.length) {
    const counter = counterOf(session);
    const processed = counter.tell();
    const { late } = counter;
    session.counts = counter.counts;
    send(world, session, { kind: 'patch', processed, late, from: session.content, log: session.log });
    session.content = session.log;
  }
  const { owed, isUntold } = counterOf(session);
  if (owed === 0 && !isUntold) return;
  const counter = counterOf(session);
  const processed = counter.tell();
  session.counts = counter.counts;
  acknowledge(world, session, processed);
}

function send(world: World, session: ModelSession, frame: Frame): void {
  session.frames = [...session.frames, frame];
  world.connection?.down.push(frame);
}

function acknowledge(world: World, session: ModelSession, processed: number): void {
  const counter = counterOf(session);
  const { late } = counter;
  session.counts = counter.counts;
  world.connection?.down.push({ kind: 'acknowledge', processed, late });
}
