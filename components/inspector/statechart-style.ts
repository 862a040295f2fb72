/**
 * The styles of statecharts. `style.ts` includes them in the style sheet of the inspector. Font sizes are those that
 * drawings are laid out with.
 */

/**
 * Style rules for `.statechart`, in light and dark. The colours can be set from outside by `--accent`, `--accent-soft`,
 * `--background`, `--surface`, `--text`, `--muted` and `--border`.
 */
export const statechartStyle = `
.statechart {
  --chart-accent: var(--accent, light-dark(#0b5cad, #7cc0ff));
  --chart-soft: var(--accent-soft, light-dark(#e2effc, #143350));
  --chart-background: var(--background, light-dark(#ffffff, #15181c));
  --chart-surface: var(--surface, light-dark(#f5f6f8, #1e2329));
  --chart-text: var(--text, light-dark(#1c2126, #e6e9ec));
  --chart-muted: var(--muted, light-dark(#56606b, #a3adb8));
  --chart-border: var(--border, light-dark(#98a2ad, #5b6672));
  margin: 0;
  color: var(--chart-text);
}
.statechart-now { margin-block-end: 0.5rem; color: var(--chart-muted); overflow-wrap: anywhere; }
.statechart-now strong { color: var(--chart-text); }
.statechart-waiting { color: var(--chart-muted); }
.statechart-sizes { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0 0 0.5rem; border: 0; padding: 0; font-size: 0.8125rem; }
.statechart-sizes legend { float: inline-start; padding: 0; margin-inline-end: 1rem; line-height: 1.5rem; color: var(--chart-muted); }
.statechart-sizes label { display: inline-flex; align-items: center; gap: 0.3rem; min-height: 1.5rem; }
.statechart-sizes input { accent-color: var(--chart-accent); margin: 0; }
.statechart-pane {
  overflow: auto;
  max-height: 75vh;
  border: 1px solid color-mix(in srgb, var(--chart-border) 45%, transparent);
  border-radius: 8px;
  background: var(--chart-background);
}
.statechart-pane:focus-visible { outline: 2px solid var(--chart-accent); outline-offset: 2px; }
.statechart-picture { display: block; margin-inline: auto; max-width: 100%; height: auto; font-family: system-ui, sans-serif; }
.statechart-picture.wide { min-width: 36rem; }
.statechart-picture.vast { min-width: 60rem; }
.statechart:has(.statechart-sizes [value='actual']:checked) .statechart-picture { max-width: none; }
.statechart:has(.statechart-sizes [value='double']:checked) .statechart-picture { max-width: none; zoom: 2; }
.statechart-picture .box { fill: var(--chart-surface); stroke: var(--chart-border); stroke-width: 1.25; }
.statechart-picture .nested > .box { fill: color-mix(in srgb, var(--chart-surface) 45%, var(--chart-background)); }
.statechart-picture .region > .box { stroke-dasharray: 6 4; }
.statechart-picture .inner { fill: none; stroke: var(--chart-border); stroke-width: 1.25; }
.statechart-picture .rule { stroke: var(--chart-border); stroke-width: 0.75; opacity: 0.6; }
.statechart-picture .name { fill: var(--chart-text); font-size: 13px; font-weight: 600; paint-order: stroke; stroke: var(--chart-surface); stroke-width: 3px; stroke-linejoin: round; }
.statechart-picture .detail { fill: var(--chart-muted); font-size: 11px; }
.statechart-picture .mark { fill: var(--chart-text); font-size: 12px; font-weight: 600; text-anchor: middle; }
.statechart-picture .lamp { fill: none; stroke: var(--chart-border); stroke-width: 1.25; }
.statechart-picture .active > .box { fill: var(--chart-soft); stroke: var(--chart-accent); stroke-width: 3; }
.statechart-picture .active.nested > .box { fill: color-mix(in srgb, var(--chart-soft) 40%, var(--chart-background)); stroke-width: 2.25; }
.statechart-picture .active > .inner { stroke: var(--chart-accent); }
.statechart-picture .active > .rule { stroke: var(--chart-accent); }
.statechart-picture .active > .lamp { fill: var(--chart-accent); stroke: var(--chart-accent); }
.statechart-picture .dot { fill: var(--chart-text); }
.statechart-picture .way { fill: none; stroke: var(--chart-muted); stroke-width: 1.25; }
.statechart-picture .head { fill: var(--chart-muted); }
.statechart-picture .taken .way { stroke: var(--chart-accent); stroke-width: 2.75; }
.statechart-picture .taken .head { fill: var(--chart-accent); }
.statechart-picture .label rect { fill: var(--chart-background); stroke: color-mix(in srgb, var(--chart-border) 50%, transparent); stroke-width: 0.75; }
.statechart-picture .label text { fill: var(--chart-text); font-size: 11px; text-anchor: middle; }
.statechart-picture .label text ~ text { fill: var(--chart-muted); }
.statechart-picture .label.taken rect { fill: var(--chart-soft); stroke: var(--chart-accent); stroke-width: 1.75; }
.statechart-words { margin-block-start: 0.5rem; }
.statechart-words summary { cursor: pointer; color: var(--chart-muted); }
.statechart-outline, .statechart-outline ul { margin: 0; padding-inline-start: 1.25rem; }
.statechart-outline em { color: var(--chart-accent); font-style: normal; font-weight: 600; }
@media (forced-colors: active) {
  .statechart-picture .active > .box { stroke: Highlight; }
  .statechart-picture .active > .lamp { fill: Highlight; }
}
`;
