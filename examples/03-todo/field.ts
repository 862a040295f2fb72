/**
 * The field for a new todo. A user who types fast is ahead of the server: by the time it has taken an entry and
 * clears the field, the next todo stands in there already, behind the one that was entered. So what the field
 * holds in the browser is `entered` and then the draft, until an event comes from a client that has seen the
 * field as it was shown last:
 *
 *     keys      a   Enter     b         Enter         c          until the browser has heard of the first Enter
 *     in there  a   a         ab        ab            abc        ... and then c
 *     entered                 a                       ab
 *     draft     a             b                       c
 */

export interface Field {
  readonly draft: string;
  /** What was entered, and may still stand in the browser's field in front of the draft. */
  readonly entered: string;
  /** Whether a key was pressed since. What is put in without one, by a paste for instance, replaces what was there. */
  readonly isTyping: boolean;
  /** Counts what is shown for as long as something entered may stand there. */
  readonly shown: number;
}

/** An event of the field: what it held, and how it was `shown` when the user raised it. */
export interface FieldEvent {
  readonly text: string;
  readonly shown: number;
}

export const emptyField: Field = { draft: '', entered: '', isTyping: false, shown: 0 };

/**
 * What to write into the field. After the draft stands `shown`, in binary of line breaks, which a field drops: so
 * the field is written again, and the browser told, even if the draft is the same as when it was written last.
 */
export const fieldValue = ({ draft, shown }: Field): string =>
  shown === 0 ? draft : draft + shown.toString(2).replaceAll('0', '\r').replaceAll('1', '\n');

/** The field after a key was pressed that changes it, or may. */
export function press(field: Field, event: FieldEvent): Field {
  if (field.entered === '') return field;

  return isUpToDate(field, event) ? { ...field, entered: '' } : { ...field, isTyping: true, shown: field.shown + 1 };
}

/** The field after its text has changed. */
export function type(field: Field, event: FieldEvent): Field {
  const { entered, isTyping, shown } = field;
  const { text } = event;
  if (entered === '' || isUpToDate(field, event)) return { ...field, draft: text, entered: '' };
  if (!isTyping || !text.startsWith(entered)) return { ...field, draft: text, entered: '', shown: shown + 1 };

  return { ...field, draft: text.slice(entered.length), shown: shown + 1 };
}

/** What is entered by the Enter key. */
export const entryOf = (field: Field, event: FieldEvent): string =>
  (field.entered === '' || isUpToDate(field, event) ? event.text : field.draft).trim();

/** The field after an entry was taken. */
export const clear = ({ shown }: Field, { text }: FieldEvent): Field => ({
  draft: '',
  entered: text,
  isTyping: false,
  shown: shown + 1,
});

/** Whether an event comes from a client that has seen the field as it is now. */
const isUpToDate = (field: Field, event: FieldEvent): boolean => field.shown === event.shown;
