/**
 * Scrolling: long lists of which only the rows around what is visible are rendered. Rows are of one height; a spacer
 * is as high as all of them, and the few that are there stand at their place in it.
 *
 * The list is laid out from its end (`flex-direction: column-reverse` in the style sheet): what a browser calls
 * `scrollTop` is 0 at the end and negative above it. So a list that is not scrolled stays at its end while it grows,
 * and no message is needed for that.
 *
 * `log.ts` and `wire.ts` show such lists.
 */

// SIZES -----------------------------------------------------------------------

/** How high a row is, in CSS pixels; the style sheet says the same. */
export const rowHeight = 34;

/** How many rows a list shows at the most; the style sheet keeps it lower than that. */
const mostVisible = 30;

/** How many more are rendered above and below, so that rows are there when the user scrolls before the server has answered. */
const overscan = 25;

/** The window moves by so many rows at once, so that most of scrolling asks for nothing. */
const stride = 10;

// TYPES -----------------------------------------------------------------------

/** Which rows are rendered, of all there are. */
export interface Extent {
  /** The index of the first. */
  readonly start: number;
  readonly count: number;
}

// SCROLLING -------------------------------------------------------------------

/** How many rows lie below what is visible, in whole strides, at a `scrollTop`. */
export function rowsBelow(scrollTop: number): number {
  const rows = Math.abs(scrollTop) / rowHeight;

  return Math.floor(rows / stride) * stride;
}

/** Whether a list that is scrolled so far shows its end. */
export const isAtEnd = (scrollTop: number): boolean => Math.abs(scrollTop) < rowHeight;

/** The rows to render of so many, with so many below. */
export function extentOf(total: number, below: number): Extent {
  const start = Math.max(0, total - below - stride - mostVisible - overscan);
  const end = Math.min(total, Math.max(0, total - below) + overscan);

  return { start, count: Math.max(0, end - start) };
}

/** The `scrollTop` at which the row of that index is in sight. */
export function scrollTopFor(index: number, total: number): number {
  const below = Math.max(0, total - 1 - index - mostVisible / 4);

  return below === 0 ? 0 : -Math.round(below * rowHeight);
}

/** How high a list of so many rows is. */
export const heightOf = (total: number): string => `${total * rowHeight}px`;

// POSITIONS -------------------------------------------------------------------

/** The position of the user in a list that grows at its end. */
export interface Position {
  /** The number of the newest row that is shown, while the list is held; `undefined` while it follows. */
  readonly anchor: number | undefined;
  /** How many rows lie below what is visible. */
  readonly below: number;
  /** What the browser was told last to scroll to. */
  readonly scrollTop: number;
}

/** At the end, going on with it. */
export const atEnd: Position = { anchor: undefined, below: 0, scrollTop: 0 };

/** Holds the list: what comes later than `last` is not shown until it follows again. */
export const hold = (position: Position, last: number | undefined): Position =>
  position.anchor === undefined ? { ...position, anchor: last } : position;

/** The user has scrolled: away from the end holds the list, back to it lets it follow, unless it is to be held anyway. */
export function scrollTo(position: Position, scrollTop: number, last: number | undefined, isPaused: boolean): Position {
  const below = rowsBelow(scrollTop);
  const goesOn = isAtEnd(scrollTop) && !isPaused;
  const anchor = goesOn ? undefined : (position.anchor ?? last);
  if (below === position.below && anchor === position.anchor) return position;

  return { ...position, anchor, below };
}

/** Has the browser scroll. A value it was told before would not be written again, so half a pixel tells them apart. */
export function jumpTo(position: Position, scrollTop: number): Position {
  const told = scrollTop === position.scrollTop ? scrollTop - 0.5 : scrollTop;

  return { ...position, below: rowsBelow(told), scrollTop: told };
}

/** Back to the end, to follow it. */
export const follow = (position: Position): Position => ({ ...jumpTo(position, 0), anchor: undefined });

/** How many of `found` rows, whose numbers grow, have at the most this number. */
export function rankOf(number: number, found: number, numberAt: (index: number) => number): number {
  let [low, high] = [0, found];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numberAt(middle) <= number) low = middle + 1;
    else high = middle;
  }

  return low;
}
