/**
 * The steps of the tab, as `client/session.ts` and `client/reload-storage.ts` take them. The events are counted by the
 * real outbox.
 */

import { Outbox } from '../../client/outbox.js';
import { Reason } from '../../runtime/wire/protocol.js';
import { join, loadPage } from './nodes.js';
import type { EventId, Frame, Rules, World } from './world.js';

// OUTBOX ----------------------------------------------------------------------

/** The real outbox of the page. */
function outboxOf({ page, connection }: World): Outbox {
  const outbox = new Outbox();
  // It gets to know what it has lost as the page did.
  outbox.durable = page.lost;
  outbox.advance(0, 0, true);
  outbox.durable = page.durable;
  outbox.processed = page.processed;
  for (const event of page.events) outbox.add([event, 0]);
  outbox.names = page.names.map(([...range]) => range);
  outbox.rewind();
  // What could be sent on this connection has been.
  if (connection?.isAnswered === true) outbox.take();

  return outbox;
}

const eventsOf = (stored: Outbox['stored']): readonly EventId[] => stored.map(([event]) => event as EventId);

/** Takes over what the outbox knows. Events that it keeps no longer are durable to the client. */
function keep(world: World, outbox: Outbox): void {
  const { page } = world;
  const events = eventsOf(outbox.stored);
  const gone = page.events.slice(0, outbox.durable - page.durable);
  world.durable = [...new Set([...world.durable, ...gone])];
  page.gone = [...page.gone, ...gone];
  page.events = events;
  page.durable = outbox.durable;
  page.processed = outbox.processed;
  page.names = outbox.names;
}

/** Sends the events that have not gone out on this connection. */
function flush(world: World, outbox: Outbox): void {
  const { connection, page } = world;
  if (connection?.isAnswered !== true) return;
  const events = outbox.take().map(({ stored: [event] }) => event as EventId);
  if (events.length === 0) return;
  connection.up.push({ events, frames: page.unacknowledged });
  page.unacknowledged = 0;
}

// USER ------------------------------------------------------------------------

/** The user clicks. */
export function click(world: World): void {
  const outbox = outboxOf(world);
  outbox.add([++world.made, 0]);
  keep(world, outbox);
  flush(world, outbox);
}

/** The user loads the page again, from this node. */
export function reload(world: World, node: number, load: string, rules: Rules): void {
  cut(world);
  const { page } = world;
  const outbox = new Outbox();
  outbox.names = [[load, 1, 0]];
  outbox.inherit(
    page.names.map(([...range]) => range),
    page.events.map((event) => [event, 0] as const)
  );
  const found = loadPage(world, node, rules);
  world.page = {
    ...{
      load,
      names: outbox.names,
      durable: 0,
      processed: 0,
      lost: 0,
      gone: [],
      events: page.events,
      frame: 0,
      unacknowledged: 0,
    },
    ...{ shows: found?.log ?? [], isBound: false, isAstray: found === null, ticket: found?.ticket ?? 0 },
  };
}

// CONNECTION ------------------------------------------------------------------

/** The page joins at a node. If it is not answered, nothing has happened. */
export function connect(world: World, node: number, rules: Rules): void {
  const { page } = world;
  world.connection = { node, isAnswered: false, up: [], down: [] };
  const { durable, load, names, processed } = page;
  const sent = durable + page.events.length;
  const frame = page.frame || Number(page.isAstray);
  page.unacknowledged = 0;

  const isAnswered = join(world, node, { load, names, sent, frame, processed, durable }, page.ticket, rules);
  if (!isAnswered) world.connection = null;
}

/** The connection is lost, with all that is on its way. */
export function cut(world: World): void {
  for (const { session } of world.nodes) if (session !== null) session.isConnected = false;
  world.connection = null;
  world.page.unacknowledged = 0;
}

// FRAMES ----------------------------------------------------------------------

/** The page takes the first frame that is on its way. */
export function take(world: World, rules: Rules): void {
  const { connection, page } = world;
  const frame = connection?.down.shift() as Frame;
  if (frame.kind === 'close') return cut(world);
  const reason = frame.kind === 'render' && frame.reason !== Reason.Resumed ? frame.reason : 0;
  if (reason) page.frame = page.unacknowledged = 0;
  if (frame.kind !== 'acknowledge') {
    page.frame++;
    page.unacknowledged++;
  }
  const outbox = outboxOf(world);
  if (reason === Reason.Fresh) checkFresh(world);
  const lost = outbox.advance(frame.processed, frame.late, !!reason);
  keep(world, outbox);
  page.lost += lost;
  show(world, frame);
  if (connection?.isAnswered === false) settle(world, outbox, rules);
  page.names = outbox.names;
  if (reason) checkLost(world, lost, reason === Reason.Fresh);
  world.broken = checkShown(world);
  flush(world, outbox);
}

function show(world: World, frame: Exclude<Frame, { kind: 'close' }>): void {
  const { page } = world;
  if (frame.kind === 'acknowledge') return;
  const before = frame.kind === 'adopt' ? frame.log : frame.kind === 'patch' ? frame.from : page.shows;
  if (String(before) !== String(page.shows))
    world.broken = `A frame of kind ${frame.kind} is for another page than this.`;
  page.shows = frame.log;
}

/** The join has been answered. */
function settle(world: World, outbox: Outbox, rules: Rules): void {
  const { connection, page } = world;
  if (connection !== null) connection.isAnswered = true;
  page.isBound = true;
  page.isAstray = false;
  if (rules.renamesInherited) outbox.names = [[page.load, outbox.durable + 1, page.events.length]];
}

/** A fresh session begins: what was durable is lost. */
function checkFresh(world: World): void {
  if (world.hasLoss) return;
  const held = world.durable.find((event) => !world.lost.includes(event));
  if (held !== undefined) world.broken ??= `A fresh session begins, although event ${held} is durable.`;
}

/** The page was told that so many durable events are not in the state that it shows. */
function checkLost(world: World, lost: number, isExact: boolean): void {
  const { gone, shows } = world.page;
  const missing = gone.filter((event) => !shows.includes(event));
  const news = missing.filter((event) => !world.lost.includes(event));
  if (news.some((event) => world.store?.image.log.includes(event))) {
    world.broken ??= `The frame says that ${lost} durable events are lost, which the store holds.`;
  }
  if (lost > (isExact ? news : missing).length || lost < news.length) {
    world.broken ??= `The frame says that ${lost} durable events are lost, and ${news.length} are.`;
  }
  if (lost > 0) world.lost = [...world.lost, ...news];
}

/** The page shows what it was told to show: the effect of each event that is processed and not lost, and of no lost one. */
function checkShown({ broken, durable, hasLoss, lost, page }: World): string | null {
  const returned = page.shows.find((event) => lost.includes(event));
  if (returned !== undefined) return broken ?? `Event ${returned} is lost, as the page was told, and has an effect.`;
  // What the store has lost of earlier page loads is not known to this one.
  const known = hasLoss ? page.gone : durable;
  const done = [...known, ...page.events.slice(0, page.processed - page.durable)];
  const missing = done.find((event) => !page.shows.includes(event) && !lost.includes(event));

  return (
    broken ??
    (missing === undefined
      ? null
      : `Event ${missing} is processed and not lost, and the page does not show its effect.`)
  );
}
