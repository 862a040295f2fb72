/**
 * The page as a tree of instances whose parts are bound to DOM nodes. Frames come from `session.ts`:
 * `adopt` and `render` take a whole tree, `patch` goes through `apply.ts`. What the tree consists of is in
 * `instance.ts`; its leaves are written by `leaves.ts`, children and lists here.
 *
 * Creating, adopting and reconciling are one family. Creating clones a template and walks the clone,
 * adopting walks the nodes that are already there in the same way, and both bind part after part in
 * document order, which is also the order in which instances and lists are numbered. Reconciling goes
 * through the parts of an instance that stays and writes what differs.
 */

import { type HandlerKind, PartKind, type Patch, type Scalar, type Wire } from '../runtime/patch.js';
import { apply } from './apply.js';
import { type Definition, Definitions, Inconsistent, type Part } from './definitions.js';
import { moveNodes, removeNodes } from './dom.js';
import { type Child, Instance, List, type Numbered, parentOf, raw, spotIn, startOf } from './instance.js';
import { type Holds, Leaves } from './leaves.js';
import { expectEnd, joinTexts, match, Source } from './source.js';

// TYPES -----------------------------------------------------------------------

/** What a view asks of its surroundings. */
export interface ViewHooks {
  /** Templates handle events of this type. */
  listen(type: string): void;
  readonly holds: Holds;
}

/** A place in the page that wants to hear of events. */
export interface Handler {
  readonly instance: Instance;
  readonly part: number;
  readonly kind: HandlerKind;
}

/** A row of a list as it stands in a frame: its values start at `from`. */
interface Row {
  readonly key: Wire;
  readonly definition: Definition;
  readonly from: number;
}

/** The root is an instance too: one sole part, which holds the page. */
const rootPart: Part = { kind: PartKind.Sole, node: 0, name: '' };

// VIEW ------------------------------------------------------------------------

/**
 * Makes the view of a root element.
 *
 * ```ts
 * const view = createView(root);
 * view.render([['hash', Namespace.Html, '<p></p>', 0, PartKind.Sole, ''], 'hello']); // <p>hello</p>
 * view.patch([1, 0, 'good bye']); // <p>good bye</p>
 * ```
 */
export function createView(root: Element, hooks: Partial<ViewHooks> = {}): View {
  return new View(root, hooks);
}

/** The page; see `createView`. */
export class View {
  readonly definitions: Definitions;
  /** Whether there is a tree yet. */
  bound = false;
  readonly #element: Element;
  readonly #leaves: Leaves;
  #root!: Instance;
  #numbered!: Map<Wire | undefined, Numbered>;
  #count = 0;
  /** Which instance an element with event parts belongs to. */
  readonly #listening = new WeakMap<Element, Instance>();
  /** Whether what stands there is kept where it fits. */
  #reconciling = false;

  constructor(element: Element, hooks: Partial<ViewHooks>) {
    this.#element = element;
    this.definitions = new Definitions((type) => hooks.listen?.(type));
    this.#leaves = new Leaves(element, (control, name, write) => !!hooks.holds?.(control, name, write));
    this.#reset();
  }

  // FRAMES --------------------------------------------------------------------

  /**
   * Binds a tree without leaf values to the nodes that are there, and changes none of them.
   *
   * **Note:** throws `Inconsistent` if the nodes are not what the tree says.
   */
  adopt(tree: Wire): void {
    this.#frame(() => this.#take(tree, Source.Page));
  }

  /** Makes the page what a tree says and keeps all nodes that can stay. */
  render(tree: Wire): void {
    const { count } = this.definitions;
    try {
      this.#frame(() => (this.bound ? this.#reconcile(tree) : this.#take(tree, Source.Guess)));
    } catch {
      // The page is not what it was thought to be, or other scripts have torn it apart: make it anew.
      this.definitions.keep(count);
      this.#frame(() => this.#replace(tree));
    }
  }

  /**
   * Applies a patch.
   *
   * **Note:** throws `Inconsistent` at the first change that does not fit; a render is needed then.
   */
  patch(changes: Patch): void {
    this.#frame(() => apply(this, changes));
  }

  #take(tree: Wire, source: Source): void {
    this.#reset();
    expectEnd(this.#adoptChild(this.#root, 0, tree, this.#element.firstChild, source), source);
    this.bound = true;
  }

  #reconcile(tree: Wire): void {
    this.#restart();
    this.#reconciling = true;
    this.#child(this.#root, 0, tree);
  }

  #replace(tree: Wire): void {
    this.#reset();
    this.#element.replaceChildren();
    this.#child(this.#root, 0, tree);
    this.bound = true;
  }

  #reset(): void {
    this.bound = false;
    this.#root = new Instance({ hash: '', content: document.createDocumentFragment(), parts: [rootPart] });
    this.#root.nodes.push(this.#element);
    this.#root.states.push(null);
    this.#restart();
  }

  #restart(): void {
    this.#numbered = new Map([[0, this.#root]]);
    this.#count = 0;
  }

  /** Does the work of one frame; what depends on all of it comes at the end. */
  #frame(work: () => void): void {
    try {
      work();
    } finally {
      this.#reconciling = false;
      this.#leaves.settle();
    }
  }

  // LOOKING UP ----------------------------------------------------------------

  /** The instance or list of a number. */
  find(number: Wire | undefined): Numbered | undefined {
    return this.#numbered.get(number);
  }

  /** What wants to hear of events of this type on this element. */
  handler(element: Element, type: string): Handler | undefined {
    const instance = this.#listening.get(element);
    const part = instance?.definition.parts.findIndex(
      ({ kind, name }, index) => kind === PartKind.Event && name === type && instance.nodes[index] === element
    );
    const kind = instance?.states[part as number] as HandlerKind | undefined;
    return kind ? { instance: instance as Instance, part: part as number, kind } : undefined;
  }

  #register(numbered: Numbered): void {
    numbered.number = ++this.#count;
    this.#numbered.set(numbered.number, numbered);
  }

  /** Forgets what leaves the page. Its number may already be another's. */
  #forget(numbered: Numbered): void {
    if (this.#numbered.get(numbered.number) === numbered) this.#numbered.delete(numbered.number);
    for (const inner of numbered instanceof List ? numbered.rows : numbered.states) {
      if (inner instanceof Instance || inner instanceof List) this.#forget(inner);
    }
  }

  // INSTANCES -----------------------------------------------------------------

  /** A new instance; its nodes are in a fragment of their own. */
  #create(definition: Definition, values: readonly Wire[], from: number): Instance {
    const clone = document.importNode(definition.content, true);
    return this.#bind(definition, values, from, clone.firstChild, Source.Clone);
  }

  /** Goes in step through the nodes of a template and those of a clone or the page, and binds the parts on the way. */
  #bind(definition: Definition, values: readonly Wire[], from: number, start: Node | null, source: Source): Instance {
    const instance = new Instance(definition);
    const { parts, content } = definition;
    let index = 0;
    let part = 0;
    const walk = (pattern: Node | null, node: Node | null): Node | null => {
      for (; pattern; pattern = pattern.nextSibling) {
        const found = match(pattern, node, source);
        if (pattern.parentNode === content) {
          instance.first ??= found;
          instance.last = found;
        }
        node = found.nextSibling;
        let inside = true;
        for (; parts[part]?.node === index; part++) {
          const { kind } = parts[part] as Part;
          instance.nodes[part] = found;
          node = this.#bindPart(instance, part, values[from + part] ?? null, node, source);
          if (kind === PartKind.Sole || kind === PartKind.Text) inside = false;
        }
        index++;
        if (inside) expectEnd(walk(pattern.firstChild, found.firstChild), source);
      }
      return node;
    };
    this.#register(instance);
    walk(content.firstChild, start);
    return instance;
  }

  /** Binds a part to its node, `next` being the one after it; says where to go on. */
  #bindPart(instance: Instance, part: number, value: Wire, next: Node | null, source: Source): Node | null {
    const { kind } = instance.definition.parts[part] as Part;
    const node = instance.nodes[part] as Element;
    instance.states[part] = null;
    if (kind === PartKind.Event) {
      instance.states[part] = value;
      this.#listening.set(node, instance);
    } else if (!source) {
      if (value !== null) this.write(instance, part, value);
    } else if (kind === PartKind.Child) {
      return this.#adoptChild(instance, part, value, next, source);
    } else if (kind === PartKind.Sole) {
      expectEnd(this.#adoptChild(instance, part, value, node.firstChild, source), source);
    } else {
      instance.states[part] = this.#leaves.present(instance, part, value);
      if (source === Source.Guess || (kind === PartKind.Property && value !== null)) this.write(instance, part, value);
    }
    return next;
  }

  /** Gives an instance that stays its new number and values. */
  #update(instance: Instance, values: readonly Wire[], from: number): void {
    this.#register(instance);
    for (let part = 0; part < instance.definition.parts.length; part++) {
      this.write(instance, part, values[from + part] ?? null);
    }
  }

  // PARTS ---------------------------------------------------------------------

  /** Makes `value` what stands in a part. */
  write(instance: Instance, part: number, value: Wire): void {
    const kind = instance.definition.parts[part]?.kind;
    if (kind === undefined) throw new Inconsistent(`part ${part}`);
    if (kind <= PartKind.Sole) this.#child(instance, part, value);
    else this.#leaves.write(instance, part, value);
  }

  // CHILDREN ------------------------------------------------------------------

  /** Makes `content` what stands in a child part. */
  #child(owner: Instance, part: number, content: Wire): void {
    this.#leaves.touch(parentOf(owner, part));
    if (!Array.isArray(content)) this.#text(owner, part, content as Scalar);
    else if (content[0] === true) this.#raw(owner, part, content[1]);
    else if (content[0] === null || content[0] === false) this.#rows(owner, part, content);
    else this.#instance(owner, part, content);
  }

  #instance(owner: Instance, part: number, content: readonly Wire[]): void {
    const old = owner.states[part];
    const definition = this.definitions.resolve(content[0]);
    if (this.#reconciling && old instanceof Instance && old.definition === definition) this.#update(old, content, 1);
    else {
      this.#clear(owner, part);
      const instance = this.#create(definition, content, 1);
      owner.states[part] = instance;
      parentOf(owner, part).insertBefore(instance.first.parentNode as Node, startOf(owner, part));
    }
  }

  #rows(owner: Instance, part: number, content: readonly Wire[]): void {
    const old = owner.states[part];
    const keyed = content[0] === null;
    if (this.#reconciling && old instanceof List && old.keyed === keyed) this.#reconcileRows(old, content);
    else {
      this.#clear(owner, part);
      this.insert(this.#list(owner, part, keyed), 0, content, 1);
    }
  }

  #text(owner: Instance, part: number, content: Scalar): void {
    const old = owner.states[part] as Child;
    const data = `${content ?? ''}`;
    if (data && old instanceof Text && old.parentNode === parentOf(owner, part)) {
      if (old.data !== data) old.data = data;
      return;
    }
    this.#clear(owner, part);
    if (!data) return;
    const text = document.createTextNode(data);
    owner.states[part] = text;
    parentOf(owner, part).insertBefore(text, startOf(owner, part));
  }

  #raw(owner: Instance, part: number, html: string): void {
    const element = owner.nodes[part] as Element;
    if (owner.states[part] !== raw) this.#clear(owner, part);
    owner.states[part] = raw;
    if (element.innerHTML !== html) element.innerHTML = html;
  }

  #clear(owner: Instance, part: number): void {
    const old = owner.states[part] as Child;
    owner.states[part] = null;
    if (old instanceof Text) old.remove();
    else if (old === raw) (owner.nodes[part] as Element).replaceChildren();
    else if (old) {
      this.#forget(old);
      for (const { first, last } of old instanceof List ? old.rows : [old]) removeNodes(first, last);
    }
  }

  /** Binds a child part to what the page holds from `node` on; says where to go on. */
  #adoptChild(owner: Instance, part: number, content: Wire, node: Node | null, source: Source): Node | null {
    if (!Array.isArray(content)) {
      const [text, rest] = joinTexts(node, source);
      owner.states[part] = text;
      if (source === Source.Guess) this.#text(owner, part, content as Scalar);
      return rest;
    }
    const [head] = content;
    if (head === true) {
      owner.states[part] = raw;
      if (source === Source.Guess) this.#raw(owner, part, content[1]);
      return null;
    }
    if (head === null || head === false) {
      return this.#adoptRows(this.#list(owner, part, head === null), content, node, source);
    }
    const instance = this.#bind(this.definitions.resolve(head), content, 1, node, source);
    owner.states[part] = instance;
    return instance.last.nextSibling;
  }

  // LISTS ---------------------------------------------------------------------

  #list(owner: Instance, part: number, keyed: boolean): List {
    const list = new List(owner, part, keyed);
    owner.states[part] = list;
    this.#register(list);
    return list;
  }

  /** The rows that stand in a frame, each read when the one before it has been made: it may use what that one defines. */
  *#read(items: readonly Wire[], at: number, keyed: boolean): Generator<Row> {
    while (at < items.length) {
      const key = keyed ? (items[at++] as Wire) : null;
      const definition = this.definitions.resolve(items[at++]);
      yield { key, definition, from: at };
      at += definition.parts.length;
    }
  }

  #adoptRows(list: List, items: readonly Wire[], node: Node | null, source: Source): Node | null {
    for (const { key, definition, from } of this.#read(items, 1, list.keyed)) {
      const row = this.#bind(definition, items, from, node, source);
      row.key = key;
      list.rows.push(row);
      node = row.last.nextSibling;
    }
    return node;
  }

  /** Makes rows of `items` from index `at` on, to stand from row `index` on. */
  insert(list: List, index: number, items: readonly Wire[], at: number): void {
    const rows: Instance[] = [];
    for (const { key, definition, from } of this.#read(items, at, list.keyed)) {
      const row = this.#create(definition, items, from);
      row.key = key;
      rows.push(row);
    }
    this.#place(list, index, rows);
  }

  /** Puts new rows where row `index` is. */
  #place(list: List, index: number, rows: readonly Instance[]): void {
    const { owner, part } = list;
    const fragment = document.createDocumentFragment();
    for (const { first } of rows) fragment.append(first.parentNode as Node);
    this.#leaves.touch(parentOf(owner, part));
    parentOf(owner, part).insertBefore(fragment, spotIn(list, index));
    list.rows.splice(index, 0, ...rows);
  }

  /** Removes `count` rows from row `index` on. */
  remove(list: List, index: number, count: number): void {
    this.#leaves.touch(parentOf(list.owner, list.part));
    for (const row of list.rows.splice(index, count)) {
      this.#forget(row);
      removeNodes(row.first, row.last);
    }
  }

  /** Moves the row at `from` in front of the one at `before`, or to the end. */
  move(list: List, from: number, before: number): void {
    const parent = parentOf(list.owner, list.part);
    const spot = spotIn(list, before);
    const row = list.rows[from] as Instance;
    this.#leaves.touch(parent);
    moveNodes(parent, row.first, row.last, spot);
    list.rows.splice(from, 1);
    list.rows.splice(from < before ? before - 1 : before, 0, row);
  }

  /** Makes a list that stays what `items` say: rows by key, or by position. */
  #reconcileRows(list: List, items: readonly Wire[]): void {
    this.#register(list);
    const old = new Map(list.rows.map((row, index) => [list.keyed ? row.key : index, row]));
    const rows: Instance[] = [];
    for (const { key, definition, from } of this.#read(items, 1, list.keyed)) {
      const name = list.keyed ? key : rows.length;
      let row = old.get(name);
      if (row?.definition === definition) {
        old.delete(name);
        this.#update(row, items, from);
      } else row = this.#create(definition, items, from);
      row.key = key;
      rows.push(row);
    }
    for (const row of old.values()) this.remove(list, list.rows.indexOf(row), 1);
    this.#arrange(list, rows);
  }

  /** Brings rows into this order: those the list has are moved, the others put in. */
  #arrange(list: List, rows: readonly Instance[]): void {
    rows.forEach((row, index) => {
      const from = list.rows.indexOf(row, index);
      if (from < 0) this.#place(list, index, [row]);
      else if (from > index) this.move(list, from, index);
    });
  }
}
