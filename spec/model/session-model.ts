/**
 * The model of ownership, acknowledgement and page loads: what can happen in it, and what must hold in each state.
 */

import type { Model, Step } from './explorer.js';
import { forget, loseWrite, passivate, receive, writeSession, writeWithoutReply } from './nodes.js';
import { click, connect, cut, reload, take } from './page.js';
import { type Budget, createWorld, type EventId, type ModelNode, type Rules, type World } from './world.js';

// MODEL -----------------------------------------------------------------------

/** The rules under which no promise is broken. */
export const soundRules: Rules = {
  answersUnproven: false,
  keepsFence: false,
  answersUnstored: false,
  renamesInherited: false,
};

/**
 * Two nodes, a store and a tab, under these rules.
 *
 * @param isStored whether the session was stored with its first page
 */
export function createModel(budget: Budget, rules: Rules = soundRules, isStored = true): Model<World> {
  return {
    initial: createWorld(budget, isStored),
    steps: (world) => [...stepsOfPage(world, rules), ...stepsOfNodes(world), ...stepsOfStore(world)],
    broken: (world) => world.broken ?? brokenIn(world),
  };
}

// STEPS -----------------------------------------------------------------------

const nameOf = (index: number): string => 'AB'.charAt(index);

function stepsOfPage(world: World, rules: Rules): Step<World>[] {
  const { budget, connection, nodes, page } = world;
  const steps: Step<World>[] = [];
  const add = (label: string, change: (world: World) => void): void => void steps.push({ label, take: change });

  if (budget.clicks > 0 && page.isBound) {
    add(`The user makes event ${world.made + 1}.`, (next) => {
      next.budget.clicks--;
      click(next);
    });
  }
  nodes.forEach((node, index) => {
    if (connection === null) add(`The page joins at ${nameOf(index)}.`, (next) => connect(next, index, rules));
    if (connection === null && budget.lostReplies > 0 && node.session !== null && node.isOnline) {
      add(`The page joins at ${nameOf(index)}, which writes; the reply is lost.`, (next) => {
        next.budget.lostReplies--;
        writeWithoutReply(next, index, !rules.keepsFence);
      });
    }
    if (budget.reloads > 0) {
      const load = String.fromCharCode(page.load.charCodeAt(0) + 1);
      add(`The user reloads the page from ${nameOf(index)}: page load ${load}.`, (next) => {
        next.budget.reloads--;
        reload(next, index, load, rules);
      });
    }
  });
  if (connection === null) return steps;
  if (connection.down.length > 0) {
    add(`The page receives: ${connection.down[0]?.kind}.`, (next) => take(next, rules));
  }
  if (connection.up.length > 0) {
    add(`${nameOf(connection.node)} receives events ${connection.up[0]?.events}.`, (next) => {
      const sent = next.connection?.up.shift();
      if (sent !== undefined) receive(next, connection.node, sent);
    });
  }
  if (budget.cuts > 0) {
    add('The connection is cut.', (next) => {
      next.budget.cuts--;
      cut(next);
    });
  }

  return steps;
}

function stepsOfNodes(world: World): Step<World>[] {
  const { budget } = world;

  return world.nodes.flatMap((node, index) => {
    const name = nameOf(index);
    const steps: Step<World>[] = [];
    const add = (label: string, change: (world: World) => void): void => void steps.push({ label, take: change });

    if (node.isOnline && node.session?.isDirty === true) {
      add(`${name} writes.`, (next) => writeSession(next, index));
      if (budget.lostReplies > 0) {
        add(`${name} writes; the reply is lost.`, (next) => {
          next.budget.lostReplies--;
          writeWithoutReply(next, index);
        });
      }
    }
    if (node.isOnline && node.session?.isConnected === false && node.session.fence > 0) {
      add(`${name} passivates the session.`, (next) => passivate(next, index));
    }
    if (!node.isOnline) add(`${name} reaches the store again.`, (next) => setOnline(next, index, true));
    else if (budget.outages > 0) {
      add(`${name} loses contact with the store.`, (next) => {
        next.budget.outages--;
        setOnline(next, index, false);
      });
    }
    if (budget.crashes > 0 && node.session !== null) {
      add(`${name} crashes and starts again.`, (next) => {
        next.budget.crashes--;
        crash(next, index);
      });
    }

    return steps;
  });
}

function stepsOfStore({ budget, store }: World): Step<World>[] {
  const steps: Step<World>[] = [];
  if (budget.losses > 0 && store !== null && store.previous !== null) {
    const take = (next: World): void => {
      next.budget.losses--;
      loseWrite(next);
    };
    steps.push({ label: 'The store fails and has lost its last write.', take });
  }
  if (budget.forgets > 0 && store !== null) {
    const take = (next: World): void => {
      next.budget.forgets--;
      forget(next);
    };
    steps.push({ label: 'The store starts again, empty.', take });
  }

  return steps;
}

function setOnline(world: World, index: number, isOnline: boolean): void {
  (world.nodes[index] as ModelNode).isOnline = isOnline;
}

function crash(world: World, index: number): void {
  const node = world.nodes[index] as ModelNode;
  if (world.connection?.node === index) cut(world);
  node.session = null;
  node.name = `${nameOf(index)}${Number(node.name.slice(1)) + 1}`;
}

// PROMISES --------------------------------------------------------------------

/** The promise that a state breaks. */
function brokenIn({ durable, hasLoss, lost, nodes, page, store, made }: World): string | undefined {
  const held = store?.image.log ?? [];
  const logs = [held, ...nodes.flatMap(({ session }) => (session === null ? [] : [session.log]))];
  for (const log of logs) {
    if (new Set(log).size < log.length) return `An event is applied twice: ${log}.`;
    if (log.some((event, index) => event < (log[index - 1] ?? 0))) return `Events are applied out of order: ${log}.`;
  }
  const missing = durable.find((event) => !held.includes(event) && !lost.includes(event));
  if (missing !== undefined && !hasLoss)
    return `Event ${missing} is durable to the page, and the store does not hold it.`;
  const kept: readonly EventId[] = [...durable, ...page.events];
  for (let event = 1; event <= made; event++) {
    if (!kept.includes(event)) return `Event ${event} is neither kept by the page nor durable.`;
  }

  return undefined;
}
