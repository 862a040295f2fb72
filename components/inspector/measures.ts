/**
 * Measures: durations, ages, sizes and times of day as the inspector writes them. All its views use these; nothing
 * here knows what is measured.
 */

const thousand = new Intl.NumberFormat('en');

/** A count with its thousands apart: `10,000`. */
export const count = (value: number): string => thousand.format(value);

/** A count and what is counted: `1 session`, `1,200 sessions`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Two digits that matter, as far as they stand behind the point: `0.12`, `1.2`, `12`, `123`. */
function short(value: number): string {
  if (value >= 10) return String(Math.round(value));

  return value.toFixed(value < 1 ? 2 : 1);
}

/** A duration in milliseconds: `0.12 ms`, `12 ms`, `1.2 s`; one too short to be told is `0 ms`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 0.005) return '0 ms';

  return milliseconds < 1_000 ? `${short(milliseconds)} ms` : `${short(milliseconds / 1_000)} s`;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something has been there: `now`, `12 s`, `3 min`, `5 h`, `2 d`. */
export function age(milliseconds: number): string {
  if (milliseconds < second) return 'now';
  if (milliseconds < minute) return `${Math.floor(milliseconds / second)} s`;
  if (milliseconds < hour) return `${Math.floor(milliseconds / minute)} min`;
  if (milliseconds < 2 * day) return `${Math.floor(milliseconds / hour)} h`;

  return `${Math.floor(milliseconds / day)} d`;
}

/** A size: `312 B`, `1.2 KB`, `3.4 MB`. */
export function bytes(size: number): string {
  if (size < 1_024) return `${size} B`;
  const kilobytes = size / 1_024;

  return kilobytes < 1_024 ? `${short(kilobytes)} KB` : `${short(kilobytes / 1_024)} MB`;
}

const padded = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** A time of day where the server is: `14:03:07.042`. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => padded(value)).join(':');

  return `${clock}.${padded(date.getMilliseconds(), 3)}`;
}
