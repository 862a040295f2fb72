/**
 * The page of all sessions: how many there are of each kind, which of them match, each with a link to its own page.
 * It reads the sessions again whenever one has changed. `inspector.ts` routes to it.
 */

import { type Component, callback, component, type Enqueue, every, html, type PageProps, repeat } from 'troupe';
import type { Inspection, SessionList, SessionStatus, SessionSummary } from 'troupe/inspection';
import { age, bytes, count, counted } from './measures.js';
import type { Places } from './places.js';
import { badge, failure, notice, shell } from './shell.js';

// TYPES -----------------------------------------------------------------------

/** What the page of all sessions knows. */
export interface SessionsModel {
  readonly text: string;
  readonly status: SessionStatus | undefined;
  /** What was found the last time; `undefined` until then. */
  readonly list: SessionList | undefined;
  /** Why nothing could be found; '' if that is not so. */
  readonly why: string;
  /** The time, as far as ages go. */
  readonly now: number;
}

/** What can happen on the page of all sessions. */
export type SessionsMessage =
  | { type: 'textTyped'; text: string }
  | { type: 'statusChosen'; status: SessionStatus | undefined }
  | { type: 'sessionsListed'; list: SessionList }
  | { type: 'listingFailed'; why: string }
  | { type: 'timePassed' };

const statuses: readonly SessionStatus[] = ['attached', 'detached', 'dormant', 'passivated'];

/** What each status means; shown as its tooltip. */
const meanings: Readonly<Record<SessionStatus, string>> = {
  attached: 'with a client',
  detached: 'waiting for their client to come back',
  dormant: 'rendered, not joined by a client yet',
  passivated: 'in the store alone',
};

/** How often ages are written anew, in milliseconds. */
const ageInterval = 10_000;

// COMPONENT -------------------------------------------------------------------

/** Makes the page of all sessions. */
export const sessionsPage = (
  inspection: Inspection,
  places: Places
): Component<SessionsModel, SessionsMessage, PageProps> =>
  component({
    name: 'inspector-sessions',
    init: (props: PageProps) => begin(inspection, props),
    update,
    subscriptions: (model) => [
      every(ageInterval, { type: 'timePassed' }),
      callback(`sessions ${JSON.stringify([model.status, model.text])}`, ({ send }) =>
        watchSessions(inspection, model, send)
      ),
    ],
    view: (model) => page(places, model),
  });

/** The first page shows what there is, without waiting for a client. */
async function begin(inspection: Inspection, { query }: PageProps): Promise<SessionsModel> {
  const status = statuses.find((each) => each === query['status']);
  const text = typeof query['text'] === 'string' ? query['text'] : '';
  const empty = { text, status, list: undefined, why: '', now: Date.now() };
  try {
    return { ...empty, list: await inspection.sessions({ text, status }) };
  } catch (error) {
    return { ...empty, why: reasonOf(error) };
  }
}

function update(model: SessionsModel, message: SessionsMessage, enqueue: Enqueue<SessionsMessage>): SessionsModel {
  const now = enqueue.at;
  switch (message.type) {
    case 'textTyped':
      return { ...model, text: message.text.slice(0, longestText) };
    case 'statusChosen':
      return { ...model, status: message.status };
    case 'sessionsListed':
      return { ...model, list: message.list, why: '', now };
    case 'listingFailed':
      return { ...model, why: message.why, now };
    case 'timePassed':
      return { ...model, now };
  }
}

const longestText = 200;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Asks for the sessions, now and after each change; while an answer is awaited, changes make one more question. */
function watchSessions(
  inspection: Inspection,
  { text, status }: SessionsModel,
  send: (message: SessionsMessage) => void
): () => void {
  let isAsking = false;
  let isStale = false;
  const ask = async (): Promise<void> => {
    isStale = isAsking;
    if (isAsking) return;
    isAsking = true;
    try {
      send({ type: 'sessionsListed', list: await inspection.sessions({ text, status }) });
    } catch (error) {
      send({ type: 'listingFailed', why: reasonOf(error) });
    }
    isAsking = false;
    if (isStale) await ask();
  };
  void ask();

  return inspection.watch(() => void ask());
}

// VIEW ------------------------------------------------------------------------

const page = (places: Places, model: SessionsModel) =>
  shell<SessionsMessage>(places, {
    heading: html`<h1>Sessions</h1>`,
    aside: null,
    content: html<SessionsMessage>`
      <section class="i-sessions" aria-label="Sessions">
        ${controls(model)}
        ${outcome(places, model)}
      </section>`,
  });

const controls = ({ list, status, text }: SessionsModel) => html<SessionsMessage>`
  <div class="i-bar">
    <div class="i-chips" role="group" aria-label="Show sessions">
      ${chip('all', undefined, status, list && sum(list))}
      ${statuses.map((each) => chip(each, each, status, list?.counts[each]))}
    </div>
    <label class="i-search"><span class="i-hidden">Search by id, component, path or address</span>
      <input type="search" name="text" placeholder="Search id, component, path, address" autocomplete="off"
        spellcheck="false" maxlength=${longestText} .value=${text}
        @input=${({ value }) => ({ type: 'textTyped', text: value })}>
    </label>
  </div>`;

const sum = ({ counts }: SessionList): number => statuses.reduce((total, each) => total + counts[each], 0);

const chip = (
  name: string,
  status: SessionStatus | undefined,
  chosen: SessionStatus | undefined,
  number: number | undefined
) => html<SessionsMessage>`
  <button type="button" class="i-chip" data-status=${name} title=${status && meanings[status]}
    aria-pressed=${status === chosen ? 'true' : 'false'} @click=${{ type: 'statusChosen', status }}>${name}
    <b>${number === undefined ? '–' : count(number)}</b></button>`;

function outcome(places: Places, { list, now, status, text, why }: SessionsModel) {
  if (why !== '') return failure('The sessions could not be listed.', why);
  if (list === undefined) return notice('Looking for sessions…');

  return html<SessionsMessage>`
    ${list.failure !== '' && failure('The store does not answer: passivated sessions are missing.', list.failure)}
    ${list.sessions.length === 0 ? nothing(text, status) : table(places, list, now)}
    <p class="i-found" role="status">${found(list)}</p>`;
}

function nothing(text: string, status: SessionStatus | undefined) {
  if (text === '' && status === undefined) {
    return notice('There are no sessions.', 'Open a page of the application in another tab: it appears here at once.');
  }

  return notice('No session matches.', 'Search for something else, or show all of them.');
}

const found = ({ found: matching, sessions }: SessionList): string =>
  sessions.length < matching
    ? `The newest ${count(sessions.length)} of ${counted(matching, 'session')}. Search to find the others.`
    : counted(matching, 'session');

/** A session as it stands in the table: where its link leads, how old it is. */
interface Row extends SessionSummary {
  readonly href: string;
  readonly age: string;
}

function table(places: Places, { sessions }: SessionList, now: number) {
  const rows = sessions.map(
    (session): Row => ({ ...session, href: places.session(session.id), age: age(now - session.since) })
  );

  return html<SessionsMessage>`
    <table class="i-table">
      <thead><tr><th scope="col">Session</th><th scope="col" class="i-wide">Path</th><th scope="col">Status</th><th
        scope="col" class="i-number">Since</th><th scope="col" class="i-wide">Address</th><th scope="col"
        class="i-wide i-number">Stored</th></tr></thead>
      <tbody>${repeat(rows, ({ id }) => id, row)}</tbody>
    </table>`;
}

const row = ({ address, age: since, bytes: size, component: name, href, id, isUnstored, path, status }: Row) => html`
  <tr>
    <th scope="row"><a href=${href}>${name}</a> <span class="i-narrow i-faint">${path}</span>
      <code class="i-faint">${id}</code></th>
    <td class="i-wide"><code>${path || '–'}</code></td>
    <td>${badge(status)} ${isUnstored && badge('unstored')}</td>
    <td class="i-number">${since}</td>
    <td class="i-wide"><code>${address || '–'}</code></td>
    <td class="i-wide i-number">${size === undefined ? '–' : bytes(size)}</td>
  </tr>`;
