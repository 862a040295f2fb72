/**
 * The wire of a session: a description of every frame that was sent or received, and its bytes. Like the log it is a long list.
 *
 * `session.ts` places it.
 */

import { type Component, callback, component, html, repeat } from 'troupe';
import type { Inspected, WireEntry } from 'troupe/inspection';
import { bytes, count, counted, timeOfDay } from './measures.js';
import { atEnd, extentOf, follow, heightOf, hold, type Position, rankOf, rowHeight, scrollTo } from './scrolling.js';
import type { SessionFeed } from './session-feed.js';
import { failure, notice } from './shell.js';

// TYPES -----------------------------------------------------------------------

/** Whose frames are shown. */
export interface WireProps {
  readonly session: string;
}

/** What was read of the frames. */
export interface WireReading {
  readonly frames: readonly WireEntry[];
  /** The index of the first. */
  readonly start: number;
  /** How many the list holds, and how many there are by now. */
  readonly total: number;
  readonly found: number;
}

/** What the wire knows. */
export interface WireModel extends WireProps {
  readonly isPaused: boolean;
  readonly position: Position;
  /** The chosen frame. */
  readonly chosen: WireEntry | undefined;
  readonly reading: WireReading | undefined;
  /** Why it could not be read; '' if that is not so. */
  readonly why: string;
}

/** What can happen to the wire. */
export type WireMessage =
  | { type: 'pauseToggled' }
  | { type: 'followed' }
  | { type: 'scrolled'; scrollTop: number }
  | { type: 'frameChosen'; number: number }
  | { type: 'frameLeft' }
  | { type: 'wireRead'; reading: WireReading }
  | { type: 'readingFailed'; why: string };

// COMPONENT -------------------------------------------------------------------

/** Makes the wire. */
export const wire = (feed: SessionFeed): Component<WireModel, WireMessage, WireProps> =>
  component({
    name: 'inspector-wire',
    init: ({ session }: WireProps): WireModel => ({
      ...{ session, isPaused: false, position: atEnd },
      chosen: undefined,
      reading: undefined,
      why: '',
    }),
    received: (model, { session }) => ({ ...model, session }),
    update,
    subscriptions: ({ session, position: { anchor, below } }) => [
      callback(`wire ${JSON.stringify([session, anchor, below])}`, ({ send }) =>
        feed.watch(session, {
          seen: (inspected) => send({ type: 'wireRead', reading: readWire(inspected, anchor, below) }),
          failed: (why) => send({ type: 'readingFailed', why }),
        })
      ),
    ],
    view,
  });

function readWire(inspected: Inspected, anchor: number | undefined, below: number): WireReading {
  const { found } = inspected.wire({ most: 1 });
  const numberAt = (skip: number): number => inspected.wire({ skip, most: 1 }).entries[0]?.number ?? 0;
  const total = anchor === undefined ? found : rankOf(anchor, found, numberAt);
  const { start, count: most } = extentOf(total, below);

  return { frames: most === 0 ? [] : inspected.wire({ skip: start, most }).entries, start, total, found };
}

const newest = ({ reading }: WireModel): number | undefined =>
  reading === undefined ? undefined : (reading.frames.at(-1)?.number ?? 0);

function update(model: WireModel, message: WireMessage): WireModel {
  switch (message.type) {
    case 'pauseToggled':
      return model.isPaused
        ? { ...model, isPaused: false, position: follow(model.position) }
        : { ...model, isPaused: true, position: hold(model.position, newest(model)) };
    case 'followed':
      return { ...model, isPaused: false, position: follow(model.position) };
    case 'scrolled': {
      const position = scrollTo(model.position, message.scrollTop, newest(model), model.isPaused);
      return position === model.position ? model : { ...model, position };
    }
    case 'frameChosen': {
      const chosen = model.reading?.frames.find(({ number }) => number === message.number);
      return { ...model, chosen, position: hold(model.position, newest(model)) };
    }
    case 'frameLeft':
      return { ...model, chosen: undefined };
    case 'wireRead':
      return { ...model, reading: message.reading, why: '' };
    case 'readingFailed':
      return { ...model, why: message.why };
  }
}

// VIEW ------------------------------------------------------------------------

const view = (model: WireModel) => html<WireMessage>`
  <div class="i-log">
    <div class="i-bar">
      <button type="button" aria-pressed=${model.isPaused ? 'true' : 'false'}
        @click=${{ type: 'pauseToggled' }}>Pause</button>
      ${model.position.anchor !== undefined && model.reading && newer(model.reading)}
      <span class="i-found">${model.reading && counted(model.reading.found, 'frame')}</span>
    </div>
    ${model.why !== '' && failure('The frames could not be read.', model.why)}
    ${model.reading === undefined ? notice('Reading the frames…') : split(model, model.reading)}
  </div>`;

const split = (model: WireModel, reading: WireReading) => html<WireMessage>`
  <div class="i-split">
    <div class="i-list">
      <div class="i-heads i-columns i-wire" aria-hidden="true"><span class="i-c-number">#</span><span
        class="i-c-time">Time</span><span class="i-c-type">Frame</span><span class="i-c-words">What it says</span><span
        class="i-c-bytes">Size</span></div>
      <div class="i-window" role="radiogroup" aria-label="Frames" .scrollTop=${model.position.scrollTop}
        @scroll=${({ scrollTop }) => ({ type: 'scrolled', scrollTop })}>
        <div class="i-spacer" style=${{ height: heightOf(reading.total) }}>
          <div class="i-rows" style=${{ top: `${reading.start * rowHeight}px` }}>${repeat(
            shownFrames(model, reading),
            ({ number }) => number,
            row
          )}</div>
        </div>
      </div>
      ${reading.found === 0 && notice('No frames yet.', 'What travels from now on appears here.')}
    </div>
    ${model.chosen && details(model.chosen)}
  </div>`;

const newer = ({ found, total }: WireReading) => html<WireMessage>`
  <button type="button" class="i-newer" @click=${{ type: 'followed' }}>Follow${
    found > total && `: ${count(found - total)} newer`
  }</button>`;

/** A frame as it is shown. */
interface ShownFrame extends WireEntry {
  readonly isChosen: boolean;
  /** Whether Tab stops at it. */
  readonly isStop: boolean;
}

function shownFrames({ chosen }: WireModel, { frames }: WireReading): readonly ShownFrame[] {
  const stop = frames.some(({ number }) => number === chosen?.number) ? chosen?.number : frames.at(-1)?.number;

  return frames.map((each) => ({ ...each, isChosen: each.number === chosen?.number, isStop: each.number === stop }));
}

/** Up is what the client sends, down what it is sent. */
const direction = (way: WireEntry['direction']) =>
  html`<span class="i-way" data-way=${way} aria-hidden="true">${way === 'up' ? '↑' : '↓'}</span><span
    class="i-hidden">${way === 'up' ? 'received' : 'sent'} </span>`;

const row = (each: ShownFrame) => html<WireMessage>`
  <label class="i-row i-columns i-wire">
    <input type="radio" name="wire-frame" value=${each.number} tabindex=${each.isStop ? '0' : '-1'}
      .checked=${each.isChosen} @change=${{ type: 'frameChosen', number: each.number }}>
    <span class="i-c-number">${each.number}</span>
    <span class="i-c-time">${timeOfDay(each.at)}</span>
    <span class="i-c-type">${direction(each.direction)}<code>${each.kind}</code></span>
    <span class="i-c-words">${each.words[0]}${each.words.length > 1 && ` (and ${each.words.length - 1} more)`}</span>
    <span class="i-c-bytes">${bytes(each.bytes)}</span>
  </label>`;

const details = ({ bytes: size, direction: way, kind, number, words }: WireEntry) => html<WireMessage>`
  <section class="i-details" aria-label="Frame ${number}">
    <h3><span class="i-faint">#${number}</span> ${direction(way)}<code>${kind}</code>
      <button type="button" class="i-close" aria-label="Close frame ${number}"
        @click=${{ type: 'frameLeft' }}>×</button></h3>
    <p class="i-faint">${way === 'up' ? 'From the client' : 'To the client'}, ${bytes(size)}</p>
    <ol class="i-words">${words.map((line) => html`<li>${line}</li>`)}</ol>
  </section>`;
