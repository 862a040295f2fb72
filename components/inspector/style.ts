/**
 * The style sheet of the inspector, as text: the host serves it beside the pages, so that pages contain no styles. The
 * browser chooses light or dark. On tablets and larger screens a session fills the window; on phones its parts are below
 * each other. `statechart-style.ts` has the styles of statecharts.
 *
 * Scrolling lists compute with two of the sizes: a row is 34 pixels high, and a list shows at most 30 rows.
 */

import { statechartStyle } from './statechart-style.js';

/** What everything is made of. */
const ground = `
:root {
  color-scheme: light dark;
  --accent: light-dark(#5438c9, #b9abff);
  --accent-soft: light-dark(#efebff, #2b2649);
  --ground: light-dark(#f4f5f8, #111217);
  --background: light-dark(#ffffff, #1a1c22);
  --surface: light-dark(#f7f8fa, #22252d);
  --line: light-dark(#dfe2e8, #31343e);
  --border: light-dark(#8b91a0, #6d7382);
  --text: light-dark(#1a1c21, #e7e8ee);
  --muted: light-dark(#5a606e, #a4aab8);
  --good: light-dark(#12733b, #6fd495);
  --warn: light-dark(#8f5200, #f7bd5f);
  --warn-soft: light-dark(#fff4de, #3a2d14);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-soft: light-dark(#fdeceb, #401d1b);
  --cool: light-dark(#0b5cad, #8dc1ff);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color: var(--text);
  background: var(--ground);
  -webkit-text-size-adjust: 100%;
}
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; font: 0.875rem / 1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; font-size: inherit; }
ul, ol { list-style: none; }
code, pre { font: 0.8125rem / 1.45 var(--mono); }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button, select, input { font: inherit; color: inherit; }
button, select, input[type="search"] {
  min-height: 2rem;
  padding: 0.125rem 0.75rem;
  border: 1px solid var(--border);
  border-radius: 0.5rem;
  background: var(--background);
}
button { cursor: pointer; touch-action: manipulation; white-space: nowrap; }
button:hover:not(:disabled) { background: var(--surface); }
button:disabled { border-color: var(--line); color: var(--muted); cursor: default; }
button[aria-pressed="true"] { border-color: var(--accent); background: var(--accent-soft); color: var(--accent); }
select { max-width: 12rem; padding-inline: 0.5rem; }
input[type="search"] { width: 100%; appearance: none; }
input[type="range"] { width: 100%; min-height: 2rem; margin: 0; accent-color: var(--accent); }
@media (pointer: coarse) {
  button, select, input[type="search"], input[type="range"], .i-actor, .i-opener { min-height: 2.75rem; }
}
.i-faint { color: var(--muted); }
.i-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.i-number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.i-errors { color: var(--bad); font-weight: 600; }
.i-kind { color: var(--muted); font-size: 0.75rem; font-weight: 400; }
.i-narrow { display: none; }
@media (max-width: 47.99rem) {
  .i-wide { display: none; }
  .i-narrow { display: inline; }
}
.troupe-offline { padding: 0.5rem 1rem; background: var(--warn-soft); color: var(--warn); }
[data-troupe="offline"] .troupe-offline { display: block; }
`;

/** The line at the top, notices, badges, tables of sessions. */
const pages = `
.i-top {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 1rem;
  padding: 0.625rem max(1rem, env(safe-area-inset-right)) 0.625rem max(1rem, env(safe-area-inset-left));
  border-bottom: 1px solid var(--line);
  background: var(--background);
}
.i-brand { display: flex; align-items: center; gap: 0.5rem; min-height: 1.75rem; color: inherit; font-weight: 650; text-decoration: none; }
.i-brand span { color: var(--muted); font-weight: 400; }
.i-brand svg { flex: none; fill: var(--accent); stroke: var(--accent); stroke-width: 1.5; }
.i-brand path { fill: none; }
.i-top h1 { padding-inline-start: 1rem; border-inline-start: 1px solid var(--line); font-weight: 600; }
.i-about { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; margin-inline-start: auto; }
.i-about a { display: inline-flex; align-items: center; min-height: 1.75rem; }
.i-notice { padding: 2rem 1rem; color: var(--text); text-align: center; }
.i-notice p:first-child { font-weight: 600; }
.i-failed { color: var(--bad); }
div.i-failed { margin: 0.75rem; padding: 0.75rem 1rem; border: 1px solid; border-radius: 0.5rem; background: var(--bad-soft); text-align: start; }
div.i-failed .i-faint { color: inherit; font: 0.8125rem / 1.45 var(--mono); }
.i-badge { display: inline-flex; align-items: center; gap: 0.375rem; color: var(--state, var(--muted)); font-size: 0.8125rem; white-space: nowrap; }
.i-badge::before, .i-chip[data-status]:not([data-status="all"])::before {
  content: "";
  flex: none;
  width: 0.5rem;
  height: 0.5rem;
  border: 2px solid var(--state, var(--muted));
  border-radius: 50%;
}
[data-status="attached"], [data-status="active"] { --state: var(--good); }
[data-status="detached"], [data-status="waiting"] { --state: var(--warn); }
[data-status="passivated"] { --state: var(--cool); }
[data-status="broken"], [data-status="given up"], [data-status="unstored"] { --state: var(--bad); }
.i-badge:is([data-status="attached"], [data-status="active"], [data-status="broken"], [data-status="given up"])::before,
.i-chip[data-status="attached"]::before { background: var(--state); }
.i-badge[data-status="passivated"]::before, .i-chip[data-status="passivated"]::before { border-radius: 1px; }
.i-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; padding: 0.5rem 0.75rem; }
.i-field { display: flex; align-items: center; gap: 0.5rem; color: var(--muted); white-space: nowrap; }
.i-field > * { color: var(--text); }
.i-found { color: var(--muted); font-variant-numeric: tabular-nums; }
.i-sessions { width: 100%; max-width: 76rem; margin: 1rem auto; padding-inline: 1rem; }
.i-sessions .i-bar { padding: 0 0 0.75rem; }
.i-sessions .i-search { flex: 1 1 16rem; }
.i-sessions > .i-found { padding-block: 0.75rem; }
.i-sessions > .i-notice { border: 1px dashed var(--border); border-radius: 0.75rem; }
.i-chips { display: flex; flex-wrap: wrap; gap: 0.375rem; }
.i-chip { display: inline-flex; align-items: center; gap: 0.375rem; border-radius: 2rem; }
.i-chip b { font-variant-numeric: tabular-nums; }
.i-table { width: 100%; border: 1px solid var(--line); border-radius: 0.75rem; border-spacing: 0; background: var(--background); }
.i-table :is(th, td) { padding: 0.5rem 0.75rem; text-align: start; vertical-align: baseline; }
.i-table :is(th, td).i-number { text-align: end; }
.i-table thead th { color: var(--muted); font-size: 0.75rem; font-weight: 500; }
.i-table tbody :is(th, td) { border-top: 1px solid var(--line); font-weight: 400; }
.i-table tbody tr { position: relative; }
.i-table tbody tr:hover { background: var(--surface); }
.i-table tbody a { font-weight: 600; text-decoration: none; }
.i-table tbody a::after { content: ""; position: absolute; inset: 0; }
.i-table tbody a:focus-visible { outline: none; }
.i-table tbody a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -2px; }
.i-table tbody th code { margin-inline-start: 0.5rem; }
.i-table tbody tr:last-child > :first-child { border-end-start-radius: 0.75rem; }
@media (max-width: 47.99rem) {
  .i-table tbody th code { display: block; margin: 0; }
  .i-about { margin-inline-start: 0; }
  .i-top h1:has(code) { flex-basis: 100%; padding: 0; border: 0; }
}
`;

/** The page of a session. */
const session = `
.i-banner {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: center;
  gap: 0.25rem 1rem;
  padding: 0.375rem 1rem;
  border-bottom: 1px solid var(--line);
  background: var(--warn-soft);
  color: var(--warn);
  font-weight: 600;
}
.i-banner button { border-color: currentColor; background: none; }
.i-inspector { display: grid; gap: 0.75rem; padding: 0.75rem; }
.i-panel {
  display: flex;
  flex-direction: column;
  min-width: 0;
  min-height: 0;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--background);
  overflow: hidden;
}
.i-panel > h2 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.5rem; padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--line); font-weight: 600; }
.i-panel > .i-failed { padding: 0.375rem 0.75rem; background: var(--bad-soft); }
.i-scroll { flex: 1; min-height: 0; overflow: auto; }
.i-scroll:focus-visible { outline-offset: -2px; }
.i-actors { padding: 0.375rem; }
.i-actors ul ul { margin-inline-start: 0.75rem; padding-inline-start: 0.375rem; border-inline-start: 1px solid var(--line); }
.i-actor {
  position: relative;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0 0.5rem;
  min-height: 2rem;
  padding: 0.125rem 0.5rem;
  border-radius: 0.375rem;
}
.i-actor input, .i-row input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.i-actor:hover, .i-row:hover { background: var(--surface); }
.i-actor:has(:checked), .i-row:has(:checked) { background: var(--accent-soft); box-shadow: inset 3px 0 var(--accent); }
.i-actor:has(:focus-visible), .i-row:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
.i-actor-name { font-weight: 600; }
.i-facts { display: flex; flex-wrap: wrap; gap: 0 0.625rem; margin-inline-start: auto; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.i-mailbox { color: var(--warn); }
.i-state { padding: 0.375rem 0; font: 0.8125rem / 1.5 var(--mono); }
.i-state li { position: relative; padding-inline-end: 0.75rem; }
.i-changed { background: var(--warn-soft); }
.i-mark { color: var(--warn); font-size: 0.625rem; }
.i-changed > .i-mark { position: absolute; inset-block-start: 0.3rem; inset-inline-start: 0.5rem; }
.i-opener { display: inline-block; min-height: 1.5rem; padding: 0 0.25rem; border: 0; border-radius: 0.25rem; background: none; text-align: start; white-space: normal; }
.i-opener::before { content: "▸"; display: inline-block; width: 1rem; color: var(--muted); }
.i-opener[aria-expanded="true"]::before { content: "▾"; }
.i-leaf { display: inline-block; padding-inline-start: 1.25rem; }
.i-name { color: var(--muted); }
.i-changed .i-name { color: var(--text); }
.i-value[data-kind="string"] { color: var(--good); }
.i-value:is([data-kind="number"], [data-kind="date"]) { color: var(--cool); }
.i-value[data-kind="boolean"] { color: var(--accent); }
.i-value:is([data-kind="nothing"], [data-kind="secret"], [data-kind="bytes"], [data-kind="more"]) { color: var(--muted); font-style: italic; }
.i-after { padding: 0.125rem 0.75rem 0.5rem; }
.i-drawing { padding: 0.5rem 0.75rem; }
.i-drawing .statechart-pane { max-height: none; }
.i-tabs { display: flex; gap: 0.25rem; padding: 0 0.5rem; border-bottom: 1px solid var(--line); }
.i-tabs a { padding: 0.625rem 0.625rem 0.5rem; border-bottom: 2px solid transparent; color: var(--muted); text-decoration: none; white-space: nowrap; }
.i-tabs a:hover { color: var(--text); }
.i-tabs a[aria-current] { border-color: var(--accent); color: var(--text); font-weight: 600; }
.i-tabs a:focus-visible { outline-offset: -2px; }
@media (min-width: 60rem) and (min-height: 36rem) {
  [data-troupe-socket] { display: flex; flex-direction: column; height: 100dvh; }
  .i-main { flex: 1; display: flex; flex-direction: column; min-height: 0; overflow: auto; }
  .i-inspector {
    flex: 1;
    grid-template: minmax(0, 4fr) minmax(0, 5fr) / minmax(16rem, 3fr) minmax(0, 4fr) minmax(0, 5fr);
    min-height: 32rem;
  }
  .i-below { grid-area: 2 / 1 / auto / 3; }
  .i-chart { grid-area: 1 / 3 / 3; }
  .i-drawing .statechart:has([value="fit"]:checked) .statechart-picture { max-height: max(24rem, 100dvh - 15.5rem); }
  .i-inspector:not(:has(.i-chart)) .i-of { grid-column: 2 / -1; }
  .i-inspector:not(:has(.i-chart)) .i-below { grid-column: 1 / -1; }
}
@media (max-width: 59.99rem), (max-height: 35.99rem) {
  .i-tree .i-scroll { max-height: 22rem; }
  .i-of .i-scroll { max-height: 28rem; }
  .i-drawing { max-height: 30rem; }
}
`;

/** The log, the wire and time travel. */
const lists = `
.i-log { flex: 1; display: flex; flex-direction: column; min-height: 0; }
.i-log .i-search { flex: 1 1 8rem; max-width: 16rem; }
.i-log select { max-width: 9rem; }
.i-log .i-found { margin-inline-start: auto; }
.i-split { flex: 1; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; border-top: 1px solid var(--line); }
.i-list { position: relative; display: flex; flex-direction: column; min-height: 0; container-type: inline-size; }
.i-window {
  display: flex;
  flex-direction: column-reverse;
  flex: 1;
  min-height: 0;
  max-height: 1020px;
  overflow: hidden scroll;
  overflow-anchor: none;
  overscroll-behavior: contain;
}
.i-spacer { position: relative; flex: none; margin-bottom: auto; }
.i-rows { position: absolute; inset-inline: 0; }
.i-columns {
  display: grid;
  grid-template-columns: 3.75rem 6.5rem minmax(0, 5fr) minmax(0, 6fr) minmax(0, 5fr) repeat(4, 4.25rem) 4.25rem;
  align-items: center;
  gap: 0 0.75rem;
  padding-inline: 0.75rem;
}
.i-columns.i-wire { grid-template-columns: 3.75rem 6.5rem 8rem minmax(0, 1fr) 4.25rem; }
.i-columns > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.i-heads { height: 1.75rem; border-bottom: 1px solid var(--line); color: var(--muted); font-size: 0.75rem; scrollbar-gutter: stable; overflow: hidden; }
.i-row { position: relative; height: 34px; border-bottom: 1px solid var(--line); font-size: 0.8125rem; }
.i-row[data-later] { background: var(--surface); }
.i-row[data-later] .i-c-type code { font-style: italic; }
.i-c-number, .i-c-time, .i-c-cause, .i-c-cost, .i-c-words { color: var(--muted); }
.i-c-number, .i-c-cost, .i-c-bytes { text-align: end; font-variant-numeric: tabular-nums; }
.i-c-time { font-variant-numeric: tabular-nums; }
.i-row .i-c-type code { font-weight: 600; }
.i-way { display: inline-block; width: 1.25rem; font-weight: 700; }
.i-way[data-way="up"] { color: var(--cool); }
.i-way[data-way="down"] { color: var(--good); }
.i-newer { border-color: var(--accent); background: var(--accent); color: var(--background); font-weight: 600; }
.i-newer:hover:not(:disabled) { background: var(--accent); text-decoration: underline; }
.i-list > .i-notice { position: absolute; inset: 2.5rem 0 auto; }
.i-details { min-height: 0; padding: 0.75rem; border-top: 1px solid var(--line); background: var(--surface); overflow: auto; }
.i-details h3 { display: flex; align-items: center; gap: 0.5rem; font-weight: 600; }
.i-close { width: 2rem; margin-inline-start: auto; padding: 0; border-color: transparent; background: none; font-size: 1.125rem; }
.i-message { margin-block: 0.5rem; padding: 0.5rem 0.75rem; max-height: 12rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--background); overflow: auto; white-space: pre-wrap; }
.i-details dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.125rem 1rem; margin-bottom: 0.75rem; }
.i-details dt { color: var(--muted); }
.i-link { min-height: 1.5rem; padding: 0; border: 0; background: none; color: var(--accent); text-align: start; text-decoration: underline; text-underline-offset: 0.15em; white-space: normal; }
.i-words { margin-top: 0.5rem; font: 0.8125rem / 1.5 var(--mono); }
.i-words li { padding-block: 0.125rem; border-top: 1px solid var(--line); }
.i-history { flex: 1; display: grid; gap: 0.75rem; min-height: 0; }
.i-travel { min-width: 0; min-height: 0; overflow: auto; }
.i-slider { display: block; padding-inline: 0.75rem; font-variant-numeric: tabular-nums; }
.i-travel > p { padding: 0.5rem 0.75rem 0; }
.i-taken { padding: 0.25rem 0.75rem 0.75rem; }
.i-page { display: flex; flex-direction: column; min-width: 0; min-height: 0; border-top: 1px solid var(--line); }
.i-page figcaption { padding: 0.375rem 0.75rem; color: var(--muted); font-size: 0.8125rem; }
.i-page iframe { flex: 1; width: 100%; min-height: 24rem; border: 0; border-top: 1px solid var(--line); background: #fff; color-scheme: light; }
@container (max-width: 60rem) {
  .i-heads { display: none; }
  .i-columns, .i-columns.i-wire { grid-template: 17px 16px / 2.75rem minmax(0, 1fr) minmax(0, 1fr) 3.75rem; gap: 0 0.5rem; font-size: 0.75rem; line-height: 16px; }
  .i-columns code { font-size: 0.75rem; line-height: 16px; }
  .i-c-time, .i-c-cost:not([data-cost="update"]) { display: none; }
  .i-c-bytes { grid-area: 1 / 4; }
  .i-c-cause { grid-area: 2 / 2 / auto / 4; }
  .i-c-cost[data-cost="update"] { grid-area: 2 / 4; }
  .i-wire .i-c-type { grid-area: 1 / 2 / auto / 4; }
  .i-wire .i-c-words { grid-area: 2 / 2 / auto / 5; }
}
@media (min-width: 60rem) and (min-height: 36rem) {
  .i-split:has(.i-details) { grid-template: minmax(0, 1fr) / minmax(0, 1fr) 24rem; }
  .i-details { border-top: 0; border-inline-start: 1px solid var(--line); }
  .i-history { grid-template: minmax(0, 1fr) / 22rem minmax(0, 1fr); gap: 0; }
  .i-page { border-top: 0; border-inline-start: 1px solid var(--line); }
  .i-page iframe { min-height: 0; }
}
@media (max-width: 59.99rem), (max-height: 35.99rem) {
  .i-window { flex: none; min-height: 8rem; max-height: min(55vh, 32rem); }
  .i-split { grid-template: auto auto / minmax(0, 1fr); }
}
@media (prefers-reduced-motion: no-preference) {
  .i-actor, .i-row, .i-state li { transition: background-color 0.15s; }
}
`;

/** The text of the style sheet. */
export const style = [ground, pages, session, lists, statechartStyle].join('');
