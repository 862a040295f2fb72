/**
 * What a handler function gets to know of a DOM event after the fields of the first script: those of `extraFields` in
 * `runtime/wire/extra-fields.ts`. `more.ts` gives it to the first script.
 */

import { type ExtraField, ExtraLimit, extraFields } from '../runtime/wire/extra-fields.js';
import type { Wire } from '../runtime/wire/patch.js';

/** Any object, as far as its fields go. */
type Fields = Readonly<Record<string, unknown>>;

/** What a user copies or drags. */
type Transfer = Partial<Pick<ClipboardEvent, 'clipboardData'> & Pick<DragEvent, 'dataTransfer'>>;

/** The further fields of an event for a handler on `element`. */
export function extraPayload(event: Event, element: Element): Wire[] {
  return extraFields(event.type).map((field) => read(field, event, element));
}

function read(field: ExtraField, event: Event, element: Element): Wire {
  const source = event as Event & Fields & Transfer;
  const transfer = source.clipboardData ?? source.dataTransfer;
  const isCopy = /^(copy|cut)$/.test(event.type);
  switch (field) {
    case 'entries':
      return element instanceof HTMLFormElement ? entriesOf(element) : [];
    case 'detail':
      return event instanceof CustomEvent ? detailOf(event.detail) : '';
    case 'text':
      return `${(isCopy ? copiedText(event.target) : transfer?.getData('text/plain')) ?? ''}`.slice(0, ExtraLimit.text);
    case 'html': {
      const html = (isCopy ? copiedHtml(event.target) : transfer?.getData('text/html')) ?? '';
      return html.length > ExtraLimit.text ? '' : html;
    }
    case 'files':
      return Array.from(transfer?.files ?? [])
        .slice(0, ExtraLimit.files)
        .flatMap(({ name, size, type }) => [name.slice(0, ExtraLimit.name), size, type.slice(0, ExtraLimit.name)]);
    case 'width':
      return (source[field] ?? innerWidth) as number;
    case 'height':
      return (source[field] ?? innerHeight) as number;
    default: {
      const value = (event.target as unknown as Fields)[field];
      // The duration is NaN while it is not known, and infinite of what has no end.
      return typeof value === 'boolean' || Number.isFinite(value) ? (value as Wire) : /ed$/.test(field) ? false : 0;
    }
  }
}

function entriesOf(form: HTMLFormElement): string[] {
  return [...new FormData(form)].flatMap(([name, value]) => (typeof value === 'string' ? [name, value] : []));
}

/** A detail as JSON; '' if there is none, or too much. What JSON has no word for is left out. */
function detailOf(detail: unknown): string {
  try {
    const json = JSON.stringify(detail ?? undefined) ?? '';
    if (json.length <= ExtraLimit.detail) return json;
  } catch {
    // It is in itself.
  }
  console.warn('detail is too large');
  return '';
}

/** What is selected in a control; `undefined` if this is none. */
function selectedIn(target: EventTarget | null): string | undefined {
  const { selectionEnd, selectionStart, value } = target as HTMLInputElement;
  return typeof selectionStart === 'number' ? value.slice(selectionStart, selectionEnd as number) : undefined;
}

const copiedText = (target: EventTarget | null): string => selectedIn(target) ?? `${getSelection() ?? ''}`;

function copiedHtml(target: EventTarget | null): string {
  const selection = getSelection();
  if (selectedIn(target) !== undefined || !selection?.rangeCount) return '';
  const template = document.createElement('template');
  template.content.append(selection.getRangeAt(0).cloneContents());
  return template.innerHTML;
}
