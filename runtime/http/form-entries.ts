/**
 * The entries of a form in the body of a request: of a page without script (`form-post.ts`), or for an action (`actions.ts`).
 */

import type { HttpRequest } from '../identity/request-identity.js';

// TYPES -----------------------------------------------------------------------

/** Names and values of a form, in order, without files. */
export type FormEntries = readonly (readonly [name: string, value: string])[];

// LIMITS ----------------------------------------------------------------------

/** Bytes of the body of a post, files included, which are not taken. */
const maxPostBytes = 1_048_576;

/** Entries of a form. */
const maxEntries = 1_000;

// READING ---------------------------------------------------------------------

const formType = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** The type of the body, as the request says it. */
export const typeOf = ({ headers }: HttpRequest): string => String(headers['content-type'] ?? '');

/** The bytes of the body; the status with which the request is refused if there are too many. */
export async function readBytes({ body }: HttpRequest): Promise<Buffer | 413> {
  return (await body?.(maxPostBytes)) ?? 413;
}

/** The texts in a form; files are left out. Line breaks are as a script reads them. A status if the body is no form, or too long. */
export async function readEntries(request: HttpRequest): Promise<FormEntries | 400 | 413 | 415> {
  const type = typeOf(request);
  if (!formType.test(type)) return 415;
  const bytes = await readBytes(request);
  if (typeof bytes === 'number') return bytes;
  try {
    const form = await new Response(Buffer.from(bytes), { headers: { 'Content-Type': type } }).formData();
    const entries = [...form].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value.replaceAll('\r\n', '\n')] as const] : []
    );

    return entries.length > maxEntries ? 400 : entries;
  } catch {
    return 400;
  }
}
