/**
 * The template definitions this client has received, in the order of first use, which is how frames name them. Each is
 * parsed once and cloned for every instance. `view.ts` looks definitions up here; the join frame of a new connection
 * contains their hashes.
 */

import { type Namespace, PartKind, type Wire } from '../runtime/wire/patch.js';
import { Limit } from '../runtime/wire/protocol.js';
import { parse } from './dom.js';

// TYPES -----------------------------------------------------------------------

/** Where a hole of a template is: what it is, the index of its node in document order, its name. */
export interface Part {
  readonly kind: PartKind;
  readonly node: number;
  readonly name: string;
}

/** A template: its empty content, to be cloned, and its parts. */
export interface Definition {
  readonly hash: string;
  readonly content: DocumentFragment;
  readonly parts: readonly Part[];
}

/** What was received does not fit what is shown; only a full render helps. */
export class Inconsistent extends Error {
  override readonly name = 'Inconsistent';
}

// TABLE -----------------------------------------------------------------------

/** The table of definitions. */
export class Definitions {
  #table: Definition[] = [];
  /** All that were parsed, by hash, so that one that is sent again is the same object again. */
  #parsed = new Map<string, Definition>();
  readonly #listen: (type: string) => void;

  /** @param listen called with the name of every event type the definitions handle */
  constructor(listen: (type: string) => void) {
    this.#listen = listen;
  }

  /** The hashes, in the order of first meeting. */
  get hashes(): readonly string[] {
    return this.#table.map(({ hash }) => hash);
  }

  /** Forgets all but the first `count`: the sender of the next frame knows of these only. */
  keep(count: number = Limit.definitions): void {
    this.#table.length = Math.min(this.#table.length, count);
    if (this.#parsed.size > Limit.definitions) this.#parsed = new Map(this.#table.map((known) => [known.hash, known]));
  }

  /** The definition a frame means: by index, or spelled out and thereby met. */
  resolve(wire: Wire | undefined): Definition {
    if (!Array.isArray(wire)) {
      const known = this.#table[wire as number];
      if (!known) throw new Inconsistent('definition');
      return known;
    }
    const definition = this.#parsed.get(wire[0]) ?? this.#parse(wire);
    this.#table.push(definition);
    return definition;
  }

  #parse([hash, namespace, html, ...flat]: readonly Wire[]): Definition {
    const parts: Part[] = [];
    for (let index = 0; index < flat.length; index += 3) {
      const [node, kind, name] = flat.slice(index) as [number, PartKind, string];
      parts.push({ kind, node, name });
      if (kind === PartKind.Event) this.#listen(name);
    }
    const definition = { hash: hash as string, content: contentOf(html as string, namespace as Namespace), parts };
    this.#parsed.set(definition.hash, definition);
    return definition;
  }
}

/** By `Namespace`: the element that makes the parser read what is in it in that namespace. */
const wrappers = ['', 'svg', 'math'] as const;

/** Parses HTML where its namespace is the one of its elements. */
function contentOf(html: string, namespace: Namespace): DocumentFragment {
  const wrapper = wrappers[namespace];
  const content = parse(wrapper ? `<${wrapper}>${html}` : html);
  if (wrapper) (content.firstChild as ChildNode).replaceWith(...(content.firstChild as ChildNode).childNodes);
  return content;
}
