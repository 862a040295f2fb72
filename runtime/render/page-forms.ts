/**
 * What a first page says of its forms and buttons for browsers without script: attributes alone, so that the page has the
 * same nodes. A form is posted to the server, and a button posts its form; one outside of any form posts an empty form that
 * stands behind the page. `render-to-string.ts` asks for the attributes of each, and `layout.ts` writes what stands beside the page.
 *
 * Where something was posted is said by its stable address, in the query of the URL: the part, then the hash and the keys
 * and parts in turn. `addressOf` reads it. In a form the session's token follows; for the other buttons it stands in the
 * empty form once.
 *
 *     <form method="post" action="/_troupe/post?1,4fzyo,&amp;TOKEN" data-troupe-post="action id method=dialog" id="troupe-form-1">
 *     <button form="troupe-post" formaction="/_troupe/post?0,82kwn,,2,s7" data-troupe-post="form formaction type=button">
 *
 * The mark says how the client makes the element what its template says: names of attributes that go, and values. While the
 * client is on its way, a click on a button with more than one of them is kept, and what the browser would do is prevented; a
 * button with one submits its form after its click, and that is kept and prevented by itself. A button
 * with the type `button` becomes one that submits. Enter in a field would then press the first of them, so that a form with such
 * buttons gets one before the page that is pressed instead; its address ends with `&enter`.
 */

import type { PostTag } from '../template/template.js';
import { Mark } from '../wire/patch.js';
import { type Address, loosePosts } from '../wire/protocol.js';
import type { Instance } from './nodes.js';

// TYPES -----------------------------------------------------------------------

/** How pages post. */
export interface PostTarget {
  /** The path that takes posts. */
  readonly path: string;
  /** The token of the first page with this adoption ticket. */
  seal(session: string, ticket: number): string;
}

/** The form around what is written, as a button has to know it. */
export interface PageForm {
  /** The id of one that is posted. */
  readonly id: string | undefined;
  /** Where it is posted, as an attribute says it. */
  readonly action: string;
  /** Whether it says by itself where it goes. */
  readonly hasAction: boolean;
}

/** What stands beside a page, for its posts. */
export interface PostMarks {
  /** The forms that need a button that Enter presses: their ids, and where that button posts them. */
  readonly defaults: ReadonlyMap<string, string>;
  /** Whether there is a button outside of a form. */
  readonly hasLoose: boolean;
}

// ADDRESSES -------------------------------------------------------------------

/** A key as it follows in an address: a letter before a text, a number as it is, nothing for none. */
export function keyText(key: unknown): string {
  if (typeof key !== 'string') return `,${key ?? ''}`;

  return /^[\w.-]*$/.test(key) ? `,s${key}` : `,s${encodeURIComponent(key.toWellFormed())}`;
}

const addressShape = /^(?<part>\d{1,9}),(?<hash>[a-z\d]{1,16})(?<steps>(?:,(?:s[^,]*|-?\d*\.?\d*(?:e[-+]?\d+)?))+)$/;

/** The part and the stable address in the query of a post; `undefined` if it is none. */
export function readAddress(query: string): { readonly part: number; readonly address: Address } | undefined {
  const { part = '', hash = '', steps = '' } = addressShape.exec(query)?.groups ?? {};
  try {
    const read = steps.split(',').slice(1).map(readStep);
    const isAddress = read.length % 2 === 1 && read.every((step, at) => at % 2 === 0 || Number.isSafeInteger(step));

    return isAddress ? { part: Number(part), address: [hash, ...read] } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws URIError if a text is not encoded as it was written */
function readStep(text: string): string | number | null {
  if (text.startsWith('s')) return decodeURIComponent(text.slice(1));

  return text === '' ? null : Number(text);
}

/** Follows the token where Enter has posted a form. */
export const byDefault = '&enter';

// ATTRIBUTES ------------------------------------------------------------------

const none: ReadonlyMap<string, string> = new Map();

/** A button outside of a form: what stands before and behind the steps of its address. */
interface LooseButton {
  readonly path: string;
  readonly before: string;
  readonly behind: string;
}

/** Those of templates; the same in each page of a server. */
const looseButtons = new WeakMap<PostTag, LooseButton>();

function looseButton(path: string, definition: string, part: number, post: PostTag): LooseButton {
  const type = post.instead === undefined ? '' : ` ${post.instead.join('=')}`;
  const before = ` form="${loosePosts}" formaction="${path}?${part},${definition}`;
  const made = { path, before, behind: `" ${Mark.Post}="form formaction${type}"` };
  looseButtons.set(post, made);

  return made;
}

/** The forms and buttons of one first page. What it writes needs no escaping. */
export class PageForms {
  readonly #target: PostTarget;
  readonly #session: string;
  readonly #ticket: number;
  #defaults: Map<string, string> | undefined;
  #token: string | undefined;
  #hasLoose = false;
  #count = 0;

  constructor(target: PostTarget, session: string, ticket: number) {
    this.#target = target;
    this.#ticket = ticket;
    this.#session = session;
  }

  /** What stands beside the page; `undefined` if nothing does. */
  get marks(): PostMarks | undefined {
    if (!this.#hasLoose && this.#defaults === undefined) return undefined;

    return { defaults: this.#defaults ?? none, hasLoose: this.#hasLoose };
  }

  /** Sealed when the first of them is needed: many pages have none. */
  #seal(): string {
    this.#token ??= this.#target.seal(this.#session, this.#ticket);

    return this.#token;
  }

  #address(definition: string, part: number, steps: string): string {
    return `${this.#target.path}?${part},${definition}${steps}`;
  }

  #withToken(address: string): string {
    return `${address}&${encodeURIComponent(this.#seal())}`;
  }

  /**
   * The attributes of a form, and what buttons in it have to know.
   *
   * @param steps the keys and parts of its address
   */
  form(
    instance: Instance,
    part: number,
    post: PostTag,
    steps: string
  ): { readonly html: string; readonly form: PageForm } {
    const { id = idOf(instance, part) } = post;
    const own = id ?? `troupe-form-${++this.#count}`;
    const action = this.#withToken(this.#address(instance.definition.hash, part, steps));
    const mark = `action${id === undefined ? ' id' : ''} ${post.instead?.join('=')}`;
    const added = id === undefined ? ` id="${own}"` : '';

    return {
      html: `${added} method="post" action="${escaped(action)}" ${Mark.Post}="${mark}"`,
      form: { id: own, action, hasAction: false },
    };
  }

  /**
   * The attributes of a button; `undefined` if it is left to the form around it.
   *
   * @param steps the keys and parts of its address
   * @param around the form around it, if there is one
   */
  button(
    { definition }: Instance,
    part: number,
    post: PostTag,
    steps: string,
    around: PageForm | undefined
  ): string | undefined {
    if (around === undefined && !post.hasForm) {
      this.#hasLoose = true;
      const { path } = this.#target;
      const known = looseButtons.get(post);
      const written = known?.path === path ? known : looseButton(path, definition.hash, part, post);
      return written.before + steps + written.behind;
    }
    const type = post.instead && ` ${post.instead.join('=')}`;
    const action = this.#withToken(this.#address(definition.hash, part, steps));
    if (type === undefined && around?.hasAction) return undefined;
    const [method, taken] =
      around?.id === undefined ? [' formmethod="post"', 'formaction formmethod'] : ['', 'formaction'];
    if (type === undefined) return ` formaction="${escaped(action)}"${method} ${Mark.Post}="${taken}"`;
    if (around?.id !== undefined) {
      this.#defaults ??= new Map();
      this.#defaults.set(around.id, around.action + byDefault);
    }

    return ` formaction="${escaped(action)}"${method} formnovalidate ${Mark.Post}="${taken} formnovalidate${type}"`;
  }
}

/** An address with a token, as an attribute has it. Everything else in it is encoded. */
const escaped = (action: string): string => action.replace('&', '&amp;');

/** What a part writes as the id of the element that another part is on. */
function idOf({ definition: { parts }, values }: Instance, part: number): string | undefined {
  const at = parts.findIndex(({ node, name }) => node === parts[part]?.node && name === 'id');
  const id = values[at];

  return id === null || id === undefined || id === '' ? undefined : String(id);
}
