/**
 * The page as a tree of instances whose parts are bound to DOM nodes. Frames come from `session.ts`:
 * `adopt` and `render` take a whole tree, `patch` goes through `apply.ts`. What the tree consists of is in
 * `instance.ts`; texts, attributes and properties are written by `part-writers.ts`, children and lists here.
 *
 * Creating, adopting and reconciling are one family. Creating clones a template and walks the clone,
 * adopting walks the nodes that are already there in the same way, and both bind part after part in
 * document order, which is also the order in which instances and lists are numbered. Reconciling goes
 * through the parts of an instance that stays and writes what differs. The three call each other for every child, so
 * they stand in one file, which therefore has more than 400 lines.
 */

import { type HandlerKind, PartKind, type Patch, type Scalar, type Wire } from '../runtime/wire/patch.js';
import { apply } from './apply.js';
import { type Definition, Definitions, Inconsistent, type Part } from './definitions.js';
import { bare, moveNodes, nodesOf, removeNodes } from './dom.js';
import { type Child, Instance, List, type Numbered, parentOf, type State, spotIn, startOf } from './instance.js';
import { expectEnd, isEnd, joinTexts, match, Source } from './node-matcher.js';
import { PartWriters, type WriterHooks } from './part-writers.js';
import { takeBackPosts } from './posts.js';
import { SelectValues } from './select-values.js';

// TYPES -----------------------------------------------------------------------

/** What a view asks of its surroundings. */
export interface ViewHooks extends WriterHooks {
  /** Templates handle events of this type. */
  listen(type: string): void;
}

/** A place in the page that wants to hear of events. */
export interface Handler {
  readonly instance: Instance;
  readonly part: number;
  readonly kind: HandlerKind;
  /** The type of the event, and behind it the options, each after a `|`. */
  readonly name: string;
}

/** The root is an instance too: one sole part, which holds the page. It is never made, and nothing happens at it. */
const rootDefinition = { parts: [{ kind: PartKind.Sole }] } as unknown as Definition;

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
  return new View(root, { listen: () => undefined, holds: () => false, selects: new SelectValues(), ...hooks });
}

/** The page; see `createView`. */
export class View {
  readonly definitions: Definitions;
  /** Whether there is a tree yet. */
  isBound = false;
  readonly #element: Element;
  readonly #writers: PartWriters;
  #root!: Instance;
  #numbered!: Map<Wire | undefined, Numbered>;
  #count = 0;
  /** Which instance an element with event parts belongs to. */
  readonly #listening = new WeakMap<Element, Instance>();
  /** Whether what stands there is kept where it fits. */
  #reconciling = false;

  constructor(element: Element, hooks: ViewHooks) {
    this.#element = element;
    this.definitions = new Definitions(hooks.listen);
    this.#writers = new PartWriters(element, hooks);
    this.#reset();
  }

  // FRAMES --------------------------------------------------------------------

  /**
   * Binds a tree without leaf values to the nodes that are there, and changes none of them.
   *
   * **Note:** throws `Inconsistent` if the nodes are not what the tree says.
   */
  adopt(tree: Wire): void {
    takeBackPosts(this.#element);
    this.#frame(() => this.#take(tree, Source.Page));
  }

  /**
   * Makes the page what a tree says and keeps all nodes that can stay.
   *
   * @param touched where the user has done something before there was a tree. No row has a name in the page: if that shows
   * something else than the tree says, the one in which this was may be another now, and the page is made anew
   */
  render(tree: Wire, touched: readonly Element[] = []): void {
    takeBackPosts(this.#element);
    const before = touched.length && this.#element.cloneNode(true);
    const isDone = this.#succeeds(() => {
      this.#frame(() => (this.isBound ? this.#reconcile(tree) : this.#take(tree, Source.Guess)));
      const isSame = !before || (before.isEqualNode(this.#element) && !this.#writers.differ);
      if (!isSame && touched.some(this.#isInRow)) throw new Inconsistent('row');
    });
    // The page is not what it was thought to be: it is made anew.
    if (!isDone) this.#frame(() => this.#take(tree, Source.Clone));
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
    if (source) expectEnd(this.#adoptChild(this.#root, 0, tree, this.#element.firstChild, source), source);
    else {
      this.#element.replaceChildren();
      this.#child(this.#root, 0, tree);
    }
    this.isBound = true;
  }

  #reconcile(tree: Wire): void {
    this.#restart();
    this.#reconciling = true;
    this.#child(this.#root, 0, tree);
  }

  #reset(): void {
    this.isBound = false;
    this.#root = new Instance(rootDefinition);
    this.#root.nodes.push(this.#element);
    this.#root.contents.push(null);
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
      this.#writers.settle();
    }
  }

  /** Does a part of the work. If that fails, it can be done in another way: nothing of it is counted. */
  #succeeds(work: () => void): boolean {
    const count = this.#count;
    const { length } = this.definitions.hashes;
    try {
      work();
      return true;
    } catch {
      this.#count = count;
      this.definitions.keep(length);
      return false;
    }
  }

  // LOOKING UP ----------------------------------------------------------------

  /** The instance or list of a number. */
  find(number: Wire | undefined): Numbered | undefined {
    return this.#numbered.get(number);
  }

  /** What wants to hear of events on this element. */
  handlers(element: Element): Handler[] {
    const instance = this.#listening.get(element);
    return (instance?.definition.parts ?? []).flatMap(({ kind: partKind, name }, part) => {
      const { contents, nodes } = instance as Instance;
      const kind = contents[part] as HandlerKind;
      return partKind === PartKind.Event && nodes[part] === element && kind
        ? { instance: instance as Instance, part, kind, name }
        : [];
    });
  }

  /** Whether a handler for events on this element, or on one around it, stands in a row of a list. */
  readonly #isInRow = (element: Element): boolean => {
    let instance = this.#listening.get(element);
    while (instance && !(instance.owner?.contents[instance.part] instanceof List)) instance = instance.owner;
    const around = bare(element).parentElement;
    return !!(instance ?? (around && this.#isInRow(around)));
  };

  #register(numbered: Numbered): void {
    numbered.number = ++this.#count;
    this.#numbered.set(numbered.number, numbered);
  }

  /** Forgets what leaves the page, its handlers too: the element that has the focus loses it with an event. Its number may already be another's. */
  #forget(numbered: Numbered): void {
    if (this.#numbered.get(numbered.number) === numbered) this.#numbered.delete(numbered.number);
    for (const inner of numbered instanceof List ? numbered.rows : numbered.contents.splice(0)) {
      if (inner instanceof Instance || inner instanceof List) this.#forget(inner);
    }
  }

  // INSTANCES -----------------------------------------------------------------

  /** Gives an instance nodes of its own; they are in a fragment. */
  #create(instance: Instance, values: readonly Wire[]): Instance {
    const clone = document.importNode(instance.definition.content, true);
    return this.#bind(instance, values, clone.firstChild, Source.Clone);
  }

  /** Goes in step through the nodes of a template and those of a clone or the page, and binds the parts on the way. */
  #bind(instance: Instance, values: readonly Wire[], start: Node | null, source: Source): Instance {
    const { definition, from } = instance;
    const { parts, content } = definition;
    let index = 0;
    let part = 0;
    const walk = (pattern: Node | null, node: Node | null, outermost = false): Node | null => {
      for (; pattern; pattern = bare(pattern).nextSibling) {
        const found = match(pattern, node, source);
        if (outermost) {
          instance.first ??= found;
          instance.last = found;
        }
        node = bare(found).nextSibling;
        let inside = true;
        for (; parts[part]?.node === index; part++) {
          const { kind } = parts[part] as Part;
          instance.nodes[part] = found;
          node = this.#bindPart(instance, part, values[from + part] ?? null, node, source);
          if (kind === PartKind.Sole || kind === PartKind.Text) inside = false;
        }
        if (isEnd(found)) instance.closings[part - 1] = found;
        index++;
        if (inside) expectEnd(walk(bare(pattern).firstChild, bare(found).firstChild), source);
      }
      return node;
    };
    this.#register(instance);
    walk(content.firstChild, start, true);
    return instance;
  }

  /** Binds a part to its node, `next` being the one after it; says where to go on. */
  #bindPart(instance: Instance, part: number, value: Wire, next: Node | null, source: Source): Node | null {
    const { kind } = instance.definition.parts[part] as Part;
    const node = instance.nodes[part] as Element;
    instance.contents[part] = null;
    if (kind === PartKind.Event) {
      instance.contents[part] = value;
      this.#listening.set(node, instance);
    } else if (!source) {
      if (value !== null) this.write(instance, part, value);
    } else if (kind === PartKind.Child) {
      return this.#adoptChild(instance, part, value, next, source);
    } else if (kind === PartKind.Sole) {
      expectEnd(this.#adoptChild(instance, part, value, bare(node).firstChild, source), source);
    } else {
      instance.contents[part] = this.#writers.present(
        instance,
        part,
        source === Source.Page ? (value as number) : undefined
      );
      if (source === Source.Guess || (kind === PartKind.Property && value !== null)) this.write(instance, part, value);
    }
    return next;
  }

  /**
   * Gives an instance of the same template that stays, if one stands there, the number, values and key of the next. Says
   * whether that was possible.
   */
  #updates(old: State, values: readonly Wire[], { definition, from, key, owner, part }: Instance): old is Instance {
    return (
      old instanceof Instance &&
      old.definition === definition &&
      this.#succeeds(() => {
        const parent = bare(parentOf(owner as Instance, part));
        const all = [old.first, old.last, old.nodes, old.closings].flat() as ChildNode[];
        // Translators replace texts; what depends on those repairs itself.
        if (all.some((node) => !(node instanceof Text || parent.contains(node)))) {
          for (const node of all) bare(node).remove();
          throw new Inconsistent('part');
        }
        old.key = key;
        this.#register(old);
        old.nodes.forEach((_, part) => {
          this.write(old, part, values[from + part] ?? null);
        });
      })
    );
  }

  // PARTS ---------------------------------------------------------------------

  /** Makes `value` what stands in a part. */
  write(instance: Instance, part: number, value: Wire): void {
    const kind = instance.definition.parts[part]?.kind;
    if (kind === undefined) throw new Inconsistent('part');
    if (kind <= PartKind.Sole) this.#child(instance, part, value);
    else this.#writers.write(instance, part, value);
  }

  // CHILDREN ------------------------------------------------------------------

  /** The element in which a child part is about to change. */
  #open(owner: Instance, part: number): Node {
    const parent = parentOf(owner, part);
    this.#writers.touch(parent);
    return parent;
  }

  /** Makes `content` what stands in a child part. */
  #child(owner: Instance, part: number, content: Wire): void {
    this.#open(owner, part);
    if (!Array.isArray(content)) this.#text(owner, part, content as Scalar);
    else if (content[0] === true) this.#raw(owner, part, content);
    else if (content[0] === null || content[0] === false) this.#rows(owner, part, content);
    else this.#instance(owner, part, content);
  }

  #instance(owner: Instance, part: number, content: readonly Wire[]): void {
    const old = owner.contents[part];
    const instance = this.#first(owner, part, content);
    if (this.#reconciling && this.#updates(old, content, instance)) return;
    this.#clear(owner, part);
    owner.contents[part] = this.#create(instance, content);
    moveNodes(parentOf(owner, part), instance, startOf(owner, part));
  }

  /** The instance that is the content of a child part. The key of its component, if any, follows its values. */
  #first(owner: Instance, part: number, content: readonly Wire[]): Instance {
    const definition = this.definitions.resolve(content[0]);
    return new Instance(definition, 1, owner, part, content[1 + definition.parts.length]);
  }

  #rows(owner: Instance, part: number, content: readonly Wire[]): void {
    const old = owner.contents[part];
    const keyed = content[0] === null;
    const stays =
      this.#reconciling &&
      old instanceof List &&
      old.keyed === keyed &&
      this.#succeeds(() => this.#reconcileRows(old, content));
    if (stays) return;
    this.#clear(owner, part);
    this.insert(this.#list(owner, part, keyed), 0, content, 1);
  }

  #text(owner: Instance, part: number, content: Scalar): void {
    const old = owner.contents[part] as Child;
    const data = `${content ?? ''}`;
    if (data && old instanceof Text && old.parentNode === parentOf(owner, part)) {
      if (old.data !== data) old.data = data;
      return;
    }
    this.#clear(owner, part);
    if (!data) return;
    const text = new Text(data);
    owner.contents[part] = text;
    bare(parentOf(owner, part)).insertBefore(text, startOf(owner, part));
  }

  #raw(owner: Instance, part: number, content: readonly Wire[]): void {
    const element = owner.nodes[part] as Element;
    const old = owner.contents[part];
    if (!Array.isArray(old)) this.#clear(owner, part);
    owner.contents[part] = content;
    if ((old as readonly Wire[] | null)?.[1] !== content[1]) bare(element).innerHTML = content[1] as string;
  }

  #clear(owner: Instance, part: number): void {
    const old = owner.contents[part] as Child;
    owner.contents[part] = null;
    if (old instanceof Instance || old instanceof List) {
      this.#forget(old);
      const rows = old instanceof List ? old.rows : [old];
      if (!this.#reconciling && this.#succeeds(() => rows.forEach(removeNodes))) return;
    }
    if (old instanceof Text && old.parentNode === parentOf(owner, part)) old.remove();
    // Raw HTML, or what has come in place of ours.
    else if (old) this.#sweep(owner, part);
  }

  /** Removes all that stands in a child part but these rows. */
  #sweep(owner: Instance, part: number, rows: readonly Instance[] = []): void {
    const ours = new Set(rows.flatMap(nodesOf));
    const end = owner.closings[part] ?? null;
    for (let node = startOf(owner, part); node !== end; ) {
      const old = node as ChildNode;
      node = bare(old).nextSibling;
      if (!ours.has(old)) bare(old).remove();
    }
  }

  /** Binds a child part to what the page holds from `node` on; says where to go on. */
  #adoptChild(owner: Instance, part: number, content: Wire, node: Node | null, source: Source): Node | null {
    const [head] = Array.isArray(content) ? content : [undefined];
    if (!Array.isArray(content) || head === true) {
      let rest: Node | null = null;
      if (head) owner.contents[part] = [true, bare(owner.nodes[part] as Element).innerHTML];
      else [owner.contents[part], rest] = joinTexts(node, source);
      if (source === Source.Guess) this.#child(owner, part, content);
      return rest;
    }
    if (head === null || head === false) {
      return this.#adoptRows(this.#list(owner, part, head === null), content, node, source);
    }
    const instance = this.#first(owner, part, content);
    owner.contents[part] = this.#bind(instance, content, node, source);
    return bare(instance.last).nextSibling;
  }

  // LISTS ---------------------------------------------------------------------

  #list(owner: Instance, part: number, keyed: boolean): List {
    const list = new List(owner, part, keyed);
    owner.contents[part] = list;
    this.#register(list);
    return list;
  }

  /** The rows that stand in a frame, each read when the one before it has been made: it may use what that one defines. */
  *#read({ keyed, owner, part }: List, items: readonly Wire[], at: number): Generator<Instance> {
    while (at < items.length) {
      const key = keyed ? items[at++] : null;
      const definition = this.definitions.resolve(items[at++]);
      yield new Instance(definition, at, owner, part, key);
      at += definition.parts.length;
    }
  }

  #adoptRows(list: List, items: readonly Wire[], node: Node | null, source: Source): Node | null {
    for (const row of this.#read(list, items, 1)) {
      list.rows.push(this.#bind(row, items, node, source));
      node = bare(row.last).nextSibling;
    }
    return node;
  }

  /** Makes rows of `items` from index `at` on, to stand from row `index` on. */
  insert(list: List, index: number, items: readonly Wire[], at: number): void {
    const rows = this.#read(list, items, at);
    this.#place(
      list,
      index,
      Array.from(rows, (row) => this.#create(row, items))
    );
  }

  /** Puts new rows where row `index` is. */
  #place(list: List, index: number, rows: readonly Instance[]): void {
    const spot = spotIn(list, index);
    const parent = this.#open(list.owner, list.part);
    for (const row of rows) moveNodes(parent, row, spot);
    list.rows = list.rows.slice(0, index).concat(rows, list.rows.slice(index));
  }

  /** Removes `count` rows from row `index` on. */
  remove(list: List, index: number, count: number): void {
    this.#open(list.owner, list.part);
    for (const row of list.rows.splice(index, count)) {
      this.#forget(row);
      removeNodes(row);
    }
  }

  /**
   * Moves the row at `from` in front of the one at `before`, or to the end. If it has the focus, the rows on its way are
   * moved instead: moved itself, a field would lose what can be undone in it.
   */
  move(list: List, from: number, before: number): void {
    const parent = this.#open(list.owner, list.part);
    const { rows } = list;
    const spot = spotIn(list, before);
    const [row] = rows.splice(from, 1) as [Instance];
    const to = from < before ? before - 1 : before;
    if (nodesOf(row).some((node) => bare(node).contains(document.activeElement))) {
      const next = from < to ? row.first : bare(row.last).nextSibling;
      for (const other of rows.slice(Math.min(from, to), Math.max(from, to))) moveNodes(parent, other, next);
    } else moveNodes(parent, row, spot);
    rows.splice(to, 0, row);
  }

  /** Makes a list that stays what `items` say: rows by key, or by position. */
  #reconcileRows(list: List, items: readonly Wire[]): void {
    this.#register(list);
    const old = new Map<Wire | undefined, Instance>(list.rows.map((row, index) => [list.keyed ? row.key : index, row]));
    const rows = Array.from(this.#read(list, items, 1), (row, index) => {
      const instance = old.get(list.keyed ? row.key : index);
      return this.#updates(instance, items, row) ? instance : this.#create(row, items);
    });
    list.rows = list.rows.filter((row) => this.find(row.number) === row || this.#forget(row));
    rows.forEach((row, index) => {
      const from = list.rows.indexOf(row, index);
      if (from < 0) this.#place(list, index, [row]);
      else if (from > index) this.move(list, from, index);
    });
    // Rows that are gone, and what other scripts have torn apart or copied.
    this.#sweep(list.owner, list.part, rows);
  }
}
