/**
 * The law, run in a browser: for every sequence of views, applying the frames in order gives the same
 * DOM as rendering the last view fresh. Server and client are the real ones, side by side in one page;
 * frames go from one to the other as they are, or through the codec.
 */

import { bare } from '../../../client/dom.js';
import { createView, type View } from '../../../client/view.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { ClientTree } from '../../../runtime/render/client-tree.js';
import { describeAdoption, describePage, diff } from '../../../runtime/render/diff.js';
import type { Value } from '../../../runtime/render/nodes.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import type { Template } from '../../../runtime/template/html.js';
import { decode } from '../../../runtime/wire/decode.js';
import { encodeFrame } from '../../../runtime/wire/frame-codec.js';
import type { Patch, Wire } from '../../../runtime/wire/patch.js';
import { Reason, type ServerFrame, ServerKind } from '../../../runtime/wire/protocol.js';
import { Random, randomTemplate, views } from '../schema.js';

// TYPES -----------------------------------------------------------------------

/** What a run of cases came to. */
export interface Outcome {
  readonly cases: number;
  /** Frames that were applied. */
  readonly frames: number;
  /** Templates that were refused because of what they say; must be few. */
  readonly refused: number;
  readonly failures: readonly Failure[];
}

/** A case that broke the law. */
export interface Failure {
  readonly seed: number;
  readonly step: number;
  readonly what: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly statics?: readonly string[];
}

/** One page under test: the server's side of it and the client's. */
interface Subject {
  readonly root: Element;
  readonly view: View;
  clientTree: ClientTree;
  rendered: Value;
  frame: number;
  readonly coded: boolean;
}

class Broken extends Error {
  readonly expected: string;
  readonly actual: string;

  constructor(what: string, expected: string, actual: string) {
    super(what);
    this.expected = expected;
    this.actual = actual;
  }
}

// SNAPSHOTS -------------------------------------------------------------------

/** Everything of a tree that a user or a script can see, as text. */
function picture(node: Node, indent = ''): string {
  let text = '';
  for (const child of mergedChildren(node)) {
    if (typeof child === 'string') text += `${indent}${JSON.stringify(child)}\n`;
    else if (child instanceof Comment) text += `${indent}<!--${child.data}-->\n`;
    else if (child instanceof Element) text += `${indent}${pictureOf(child)}\n${picture(child, `${indent}  `)}`;
  }

  return text;
}

/** Children with neighbouring texts joined and empty ones left out. */
function mergedChildren(node: Node): (string | Node)[] {
  const merged: (string | Node)[] = [];
  for (const child of bare(node).childNodes) {
    if (!(child instanceof Text)) merged.push(child);
    else if (child.data === '') continue;
    else if (typeof merged.at(-1) === 'string') merged[merged.length - 1] += child.data;
    else merged.push(child.data);
  }

  return merged;
}

function pictureOf(element: Element): string {
  const attributes = [...bare(element).attributes]
    .filter(({ name, value }) => (name !== 'style' || value !== '') && !isDefault(element, name))
    .map(({ name, value, namespaceURI }) => {
      const shown =
        name === 'class' ? [...element.classList].sort().join(' ') : name === 'style' ? sortedStyle(element) : value;
      return ` ${namespaceURI ?? ''}${name}=${JSON.stringify(shown)}`;
    });
  const { value, checked, type } = element as HTMLInputElement;
  const isControl = /^(INPUT|TEXTAREA)$/.test(element.nodeName) || element.hasAttribute('data-controlled');
  const state = isControl ? ` value=${JSON.stringify(value)} checked=${checked} type=${type}` : '';

  return `<${element.namespaceURI} ${element.nodeName}${attributes.sort().join('')}>${state}`;
}

/** Whether it is what only the first page's HTML can say of a property: the control's default. */
function isDefault(element: Element, name: string): boolean {
  return element.nodeName === 'INPUT' && (name === 'value' || name === 'checked');
}

function sortedStyle(element: Element): string {
  const { style } = element as HTMLElement;

  return [...style]
    .map((name) => `${name}: ${style.getPropertyValue(name)}`)
    .sort()
    .join('; ');
}

export function same(what: string, actual: Node, expected: Node): void {
  const left = picture(actual);
  const right = picture(expected);
  if (left !== right) throw new Broken(what, right, left);
}

// SIDES -----------------------------------------------------------------------

const report = (error: TroupeError): void => {
  throw error;
};

export function render(template: Template<unknown>, previous: Value | undefined): Value {
  return renderRoot(template, previous, report);
}

/** A frame's second field as the client gets it. */
function carry(frame: ServerFrame, content: Wire, coded: boolean): Wire {
  return coded ? ((decode(encodeFrame(frame)) as readonly Wire[])[1] as Wire) : content;
}

function carryTree(tree: Wire, coded: boolean): Wire {
  return carry({ kind: ServerKind.Render, tree, processed: 0, reason: Reason.Resumed }, tree, coded);
}

/** The page as a browser has it that has parsed the server's HTML. */
function parsed(html: string): Element {
  const page = `<!doctype html><html><head><title>law</title></head><body><div>${html}</div></body></html>`;
  const root = new DOMParser().parseFromString(page, 'text/html').body.firstElementChild as Element;

  return document.adoptNode(root);
}

/** A page the client has made all by itself. */
export function created(template: Template<unknown>): Element {
  const root = document.createElement('div');
  createView(root).render(describePage(new ClientTree(), render(template, undefined)));

  return root;
}

/** A page the server has made and the client adopted, in the document. */
export function adopted(template: Template<unknown>, coded: boolean): Subject {
  const rendered = render(template, undefined);
  const root = parsed(markup(rendered));
  document.body.append(root);
  const nodes = allNodes(root);
  const view = createView(root);
  const clientTree = new ClientTree();
  view.adopt(carryTree(describeAdoption(clientTree, rendered), coded));
  const kept = allNodes(root);
  if (nodes.some((node) => !kept.includes(node))) throw new Broken('adoption removed a node', '', '');

  return { root, view, clientTree, rendered, frame: 1, coded };
}

function allNodes(root: Node): Node[] {
  const walker = document.createTreeWalker(root);
  const nodes: Node[] = [];
  while (walker.nextNode() !== null) nodes.push(walker.currentNode);

  return nodes;
}

// STEPS -----------------------------------------------------------------------

export function patch(subject: Subject): void {
  const firsts = firstNodes(subject);
  const changes = diff(subject.clientTree, subject.rendered, ++subject.frame) as Patch;
  const frame: ServerFrame = { kind: ServerKind.Patch, changes, processed: 1, late: 0 };
  subject.view.patch(carry(frame, changes, subject.coded) as Patch);
  for (const [number, first] of firsts) {
    const now = (subject.view.find(number) as { first?: Node } | undefined)?.first;
    if (now !== undefined && (now !== first || !subject.root.contains(first)))
      throw new Broken(`instance ${number} lost its nodes`, '', '');
  }
}

function firstNodes({ view, root }: Subject): Map<number, Node> {
  const firsts = new Map<number, Node>();
  const most = root.getElementsByTagName('*').length * 4 + 50;
  for (let number = 1; number < most; number++) {
    const first = (view.find(number) as { first?: Node } | undefined)?.first;
    if (first instanceof Node) firsts.set(number, first);
  }

  return firsts;
}

/** A full render into what is there; sometimes for a client with another client tree, sometimes with nothing changed. */
export function renderWhole(subject: Subject, random: Random): void {
  const unchanged = subject.rendered === subject.clientTree.content;
  const nodes = allNodes(subject.root);
  if (random.chance(0.5)) subject.clientTree = new ClientTree(subject.view.definitions.hashes);
  subject.view.render(carryTree(describePage(subject.clientTree, subject.rendered), subject.coded));
  const after = allNodes(subject.root);
  if (unchanged && (nodes.length !== after.length || nodes.some((node, index) => node !== after[index]))) {
    throw new Broken('a render with nothing changed replaced nodes', '', '');
  }
}

function step(subject: Subject, random: Random): void {
  const kind = random.below(10);
  if (kind === 0) return;
  if (kind === 1) renderWhole(subject, random);
  else patch(subject);
}

// CASES -----------------------------------------------------------------------

/** One case: a page, adopted or rendered, and a few views of it one after the other. */
function runCase(
  seed: number,
  random: Random,
  progress: { step: number; frames: number; statics?: readonly string[] }
): void {
  const schema = randomTemplate(random, 'flow', 1 + random.below(5));
  progress.statics = schema.statics;
  const source = views(schema, random);
  let template = source.next().value;
  const subject = adopted(template, seed % 2 === 0);
  try {
    same('adoption is not creation', subject.root, created(template));
    for (progress.step = 1; progress.step <= 5; progress.step++) {
      template = source.next().value;
      subject.rendered = render(template, subject.rendered);
      step(subject, random);
      progress.frames++;
      if (subject.rendered === subject.clientTree.content) same('a frame', subject.root, created(template));
    }
    patch(subject);
    same('the last frame', subject.root, created(template));
  } finally {
    subject.root.remove();
  }
}

/** Runs cases of consecutive seeds. */
function run(first: number, count: number): Outcome {
  const failures: Failure[] = [];
  let refused = 0;
  const progress = { step: 0, frames: 0 } as { step: number; frames: number; statics?: readonly string[] };
  for (let seed = first; seed < first + count && failures.length < 5; seed++) {
    progress.step = 0;
    try {
      runCase(seed, new Random(seed), progress);
    } catch (error) {
      if (error instanceof TroupeError && error.code === 'template') {
        refused++;
        if (refused === 1) console.log(error.message);
      } else failures.push(failure(seed, progress, error as Error));
    }
  }

  return { cases: count, frames: progress.frames, refused, failures };
}

function failure(
  seed: number,
  { step, statics }: { step: number; statics?: readonly string[] },
  error: Error
): Failure {
  const { expected, actual } = error as Partial<Broken>;

  return {
    seed,
    step,
    what: error instanceof Broken ? error.message : `${error.stack}`,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    ...(statics === undefined ? {} : { statics }),
  };
}

Object.assign(window, { specs: { run } });
