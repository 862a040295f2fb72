/**
 * How the log looks: filters, the list, the chosen entry. The rows are radio buttons, so that the arrow keys go from
 * entry to entry and the list is one stop on the way of Tab. `log.ts` is the component that has this view.
 */

import { html, repeat, type Template } from 'troupe';
import type { LogReading, LogRow } from './log-entries.js';
import type { LogMessage, LogModel } from './log-model.js';
import { bytes, count, counted, duration, timeOfDay } from './measures.js';
import { heightOf, rowHeight } from './scrolling.js';
import { failure, notice } from './shell.js';

// LOG -------------------------------------------------------------------------

/** The whole log. */
export const logView = (model: LogModel): Template<LogMessage> => html<LogMessage>`
  <div class="i-log">
    ${filters(model)}
    ${model.why !== '' && failure('The log could not be read.', model.why)}
    ${model.reading === undefined ? notice('Reading the log…') : split(model, model.reading)}
  </div>`;

const filters = ({ actor, isPaused, position, reading, typed }: LogModel) => html<LogMessage>`
  <div class="i-bar">
    <label class="i-field">Actor
      <select name="log-actor" @change=${({ value }) => ({ type: 'actorChosen', actor: value })}>
        <option value="" .selected=${actor === ''}>all</option>
        ${(reading?.actors ?? []).map(
          ({ id, name }) => html`<option value=${id} .selected=${id === actor}>${name}</option>`
        )}
      </select>
    </label>
    <label class="i-field i-search">Type
      <input type="search" name="log-type" placeholder="any" autocomplete="off" spellcheck="false" .value=${typed}
        @input=${({ value }) => ({ type: 'typeTyped', text: value })}>
    </label>
    <button type="button" aria-pressed=${isPaused ? 'true' : 'false'}
      @click=${{ type: 'pauseToggled' }}>Pause</button>
    ${position.anchor !== undefined && reading && newer(reading)}
    <span class="i-found">${reading && counted(reading.found, 'message')}</span>
  </div>`;

const split = (model: LogModel, reading: LogReading) => html<LogMessage>`
  <div class="i-split">
    <div class="i-list">
      ${heads}
      <div class="i-window" role="radiogroup" aria-label="Messages" .scrollTop=${model.position.scrollTop}
        @scroll=${({ scrollTop }) => ({ type: 'scrolled', scrollTop })}>
        <div class="i-spacer" style=${{ height: heightOf(reading.total) }}>
          <div class="i-rows" style=${{ top: `${reading.start * rowHeight}px` }}>${repeat(
            shownRows(model, reading),
            ({ number }) => number,
            row
          )}</div>
        </div>
      </div>
      ${reading.found === 0 && empty(model)}
    </div>
    ${reading.chosen && details(reading.chosen)}
  </div>`;

const heads = html`
  <div class="i-heads i-columns" aria-hidden="true"><span class="i-c-number">#</span><span
    class="i-c-time">Time</span><span class="i-c-type">Message</span><span class="i-c-way">From → to</span><span
    class="i-c-cause">Caused by</span><span class="i-c-cost">Waited</span><span class="i-c-cost">Update</span><span
    class="i-c-cost">View</span><span class="i-c-cost">Diff</span><span class="i-c-bytes">Patch</span></div>`;

const empty = ({ actor, typed }: LogModel) =>
  actor === '' && typed === ''
    ? notice('No messages yet.', 'What the session does from now on appears here.')
    : notice('No message matches.', 'Choose another actor or type.');

/** The way back to the end, while the list is held. */
const newer = ({ found, total }: LogReading) => html<LogMessage>`
  <button type="button" class="i-newer" @click=${{ type: 'followed' }}>Follow${
    found > total && `: ${count(found - total)} newer`
  }</button>`;

// ROWS ------------------------------------------------------------------------

/** A row as it is shown: those that are not as the others are other objects, so that they alone are rendered anew. */
interface ShownRow extends LogRow {
  readonly isChosen?: boolean;
  /** Whether it has happened after the step that is looked at. */
  readonly isLater?: boolean;
  /** Whether Tab stops at it. */
  readonly isStop?: boolean;
}

function shownRows({ chosen, step }: LogModel, { rows }: LogReading): readonly ShownRow[] {
  const stop = rows.some(({ number }) => number === chosen) ? chosen : rows.at(-1)?.number;

  return rows.map((each) => {
    const isLater = step !== undefined && each.step > step;
    if (each.number !== chosen && each.number !== stop && !isLater) return each;

    return { ...each, isChosen: each.number === chosen, isStop: each.number === stop, isLater };
  });
}

const row = (each: ShownRow) => html<LogMessage>`
  <label class="i-row i-columns" data-later=${each.isLater && 'true'}>
    <input type="radio" name="log-entry" value=${each.number} tabindex=${each.isStop ? '0' : '-1'}
      .checked=${each.isChosen === true} @change=${{ type: 'entryChosen', number: each.number }}>
    <span class="i-c-number">${each.number}</span>
    <span class="i-c-time">${timeOfDay(each.at)}</span>
    <span class="i-c-type">${each.error !== '' && html`<span class="i-errors">failed</span> `}<code>${each.type}</code></span>
    <span class="i-c-way">${each.fromName} <span aria-hidden="true">→</span><span class="i-hidden">to</span> ${each.toName}</span>
    <span class="i-c-cause">${each.causedBy}</span>
    ${each.isTaken ? costs(each) : html`<span class="i-c-cost i-faint">waits</span>`}
  </label>`;

const costs = (each: LogRow) => html`
  ${cost('waited', each.waited)}${cost('update', each.update)}${cost('view', each.view)}${cost('diff', each.diff)}
  <span class="i-c-bytes">${each.bytes === 0 ? html`<span class="i-faint">–</span>` : bytes(each.bytes)}</span>`;

/** What took no time at all was not done. */
const cost = (name: string, value: number) =>
  html`<span class="i-c-cost" data-cost=${name}><span class="i-hidden">${name} </span>${
    value === 0 && name !== 'waited' ? '–' : duration(value)
  }</span>`;

// DETAILS ---------------------------------------------------------------------

const details = (entry: LogRow) => html<LogMessage>`
  <section class="i-details" aria-label="Message ${entry.number}">
    <h3><span class="i-faint">#${entry.number}</span> <code>${entry.type}</code>
      <button type="button" class="i-close" aria-label="Close message ${entry.number}"
        @click=${{ type: 'entryLeft' }}>×</button></h3>
    ${entry.error !== '' && html`<p class="i-failed">${entry.error}</p>`}
    <pre class="i-message" tabindex="0" role="group" aria-label="The message">${entry.message}</pre>
    <dl>
      <dt>From</dt><dd>${entry.fromName}</dd>
      <dt>To</dt><dd>${entry.toName}</dd>
      <dt>Caused by</dt><dd>${cause(entry)}</dd>
      <dt>Sent</dt><dd>${timeOfDay(entry.at)}</dd>
      <dt>Waited</dt><dd>${entry.isTaken ? duration(entry.waited) : 'still waits'}</dd>
      <dt>Update</dt><dd>${duration(entry.update)}</dd>
      <dt>View, diff</dt><dd>${duration(entry.view)}, ${duration(entry.diff)}</dd>
      <dt>Patch</dt><dd>${entry.bytes === 0 ? 'nothing to send' : bytes(entry.bytes)}</dd>
    </dl>
    ${
      entry.step > 0 &&
      html<LogMessage>`<p><button type="button" @click=${{ type: 'stepFollowed', step: entry.step }}>Go to step ${
        entry.step
      }</button></p>`
    }
  </section>`;

const cause = ({ cause: number, causedBy }: LogRow) =>
  number === 0
    ? causedBy || 'not known'
    : html<LogMessage>`<button type="button" class="i-link" @click=${{ type: 'causeFollowed', number }}>${
        causedBy || `#${number}`
      }</button>`;
