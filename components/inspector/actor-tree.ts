/**
 * The actors of a session as a tree from which one is chosen: a group of radio buttons in nested lists. So the keys
 * of the browser work as everywhere, arrows from actor to actor, and the whole tree is one stop on the way of Tab.
 *
 * `session.ts` shows it beside the state of the chosen one.
 */

import { type AnyMessage, html, type Template } from 'troupe';
import type { ActorView } from 'troupe/inspection';
import { age, counted } from './measures.js';
import { badge } from './shell.js';

// QUERIES ---------------------------------------------------------------------

/** All actors of a tree, each before those below it. */
export function actorsOf(root: ActorView): readonly ActorView[] {
  return [root, ...root.actors.flatMap(actorsOf)];
}

/** What an actor is called: the session is the one there is, so its id says nothing more. */
export const nameOf = ({ kind, name }: ActorView): string => (kind === 'session' ? 'session' : name);

/** The actor that is shown before the user chooses one: the first that has a state of its own. */
export function firstChoice(root: ActorView): string {
  const stateful = actorsOf(root).find(({ kind }) => kind === 'component' || kind === 'statechart');

  return (stateful ?? root).id;
}

// VIEW ------------------------------------------------------------------------

/** What a tree of actors is shown with. */
export interface TreeOptions<Message> {
  /** The id of the chosen one. */
  readonly chosen: string;
  /** Milliseconds since the actors were read. */
  readonly later: number;
  /** The message that one was chosen. */
  readonly choose: (id: string) => Message;
}

/** The actors as a tree. */
export const actorTree = <Message extends AnyMessage>(
  root: ActorView,
  options: TreeOptions<Message>
): Template<Message> => html<Message>`
  <div class="i-actors" role="radiogroup" aria-label="Actors"><ul>${node(root, options)}</ul></div>`;

const node = <Message extends AnyMessage>(actor: ActorView, options: TreeOptions<Message>): Template<Message> =>
  html<Message>`
    <li>
      <label class="i-actor" data-kind=${actor.kind}>
        <input type="radio" name="actor" value=${actor.id} .checked=${actor.id === options.chosen}
          @change=${options.choose(actor.id)}>
        <span class="i-actor-name">${nameOf(actor)}</span>
        ${actor.kind !== 'session' && html`<span class="i-kind">${actor.kind}</span>`}
        <span class="i-facts">${facts(actor, options.later)}</span>
      </label>
      ${actor.actors.length > 0 && html<Message>`<ul>${actor.actors.map((each) => node(each, options))}</ul>`}
    </li>`;

/** What is worth a word: that all is well and nothing waits is not. */
const facts = ({ status, mailbox, errors, lastError, age: old }: ActorView, later: number) => html`
  ${status !== 'active' && badge(status)}
  ${mailbox > 0 && html`<span class="i-mailbox" title="messages that wait">${mailbox} waiting</span>`}
  ${errors > 0 && html`<span class="i-errors" title=${lastError || null}>${counted(errors, 'error')}</span>`}
  <span class="i-faint" title="since it began">${age(old + later)}</span>`;
