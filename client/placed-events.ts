/**
 * Events that happen elsewhere than at the element that handles them, as `.window`, `.document`, `.outside` and `.capture`
 * ask for, and what a browser observes of an element: `@visible`, `@hidden`, `@resize`. The type in their names ends with
 * a `*`, which no event has, so that `events.ts` finds none of them. `more.ts` makes this.
 *
 * Each lives with its element: its listener is added when the element comes into the page, and removed when it leaves.
 * Which handler stands there is looked up when something happens.
 */

import { Mark } from '../runtime/wire/patch.js';
import { bare } from './dom.js';
import type { Events } from './events.js';

/** Where the element is that an event has to do with. */
const places = /\|(window|document|outside|capture)(?!\w)/;

// PLACED EVENTS ---------------------------------------------------------------

/** The events of a page that are placed elsewhere, or observed. */
export class PlacedEvents {
  readonly #events: Events;
  /** By element: what ends its listeners. */
  readonly #ends = new Map<Element, readonly (() => void)[]>();
  #isWatching = false;

  constructor(events: Events) {
    this.#events = events;
  }

  /** Templates handle events of this name. */
  listen(name: string): void {
    if (this.#isWatching || !typeIn(name)) return;
    this.#isWatching = true;
    const { root } = this.#events;
    const watcher = new MutationObserver((changes) => {
      for (const [element, ends] of this.#ends) {
        if (root.contains(element)) continue;
        for (const end of ends) end();
        this.#ends.delete(element);
      }
      for (const { addedNodes } of changes) for (const node of addedNodes) this.#begin(node);
    });
    watcher.observe(root, { childList: true, subtree: true });
    this.#begin(root);
  }

  /** Begins with the elements that have come with a node, the outer ones first. */
  #begin(node: Node): void {
    if (!(node instanceof Element)) return;
    for (const element of [node, ...bare(node).querySelectorAll(`[${Mark.Events}*="*"]`)]) {
      if (this.#ends.has(element) || !this.#events.root.contains(element)) continue;
      const names = bare(element).getAttribute(Mark.Events)?.split(' ').filter(typeIn) ?? [];
      if (names.length)
        this.#ends.set(
          element,
          names.map((name) => this.#place(element, name))
        );
    }
  }

  /** Begins to listen for an element; says how to end that. */
  #place(element: Element, name: string): () => void {
    const type = typeIn(name) as string;
    const [, place] = places.exec(name) ?? [];
    if (!place) return this.#observe(element, name, type);
    const prevents = name.includes('|prevent');
    const at = place === 'window' ? window : document;
    const listener = (event: Event): void => {
      const target = event.target as Node;
      const isInside = bare(element).contains(target instanceof Node ? target : null);
      if (place === 'capture') {
        if (isInside) this.#take(event, element, name);
      } else if (place === 'outside' ? !isInside : event.bubbles || target === (at as EventTarget)) {
        // The data of controls is that of the element, and of no field elsewhere in the page.
        const scrolled = target instanceof Element ? target : (document.scrollingElement as Element);
        this.#take(withTarget(event, type.startsWith('scroll') ? scrolled : element), element, name);
      }
    };
    at.addEventListener(type, listener, { capture: true, passive: !prevents && /^(touch|wheel)/.test(type) });
    return () => at.removeEventListener(type, listener, true);
  }

  /** Observes whether an element can be seen, or its size. Both come once a frame of the screen at most. */
  #observe(element: Element, name: string, type: string): () => void {
    const take = (data = {}): void =>
      this.#take({ type, target: element, timeStamp: performance.now(), ...data } as unknown as Event, element, name);
    // There is no layout where these are missing, as in a page of a test.
    if (!('IntersectionObserver' in window)) return () => undefined;
    let wasVisible = false;
    const [, margin = 0] = /\|margin-(\d+)/.exec(name) ?? [];
    const around = `${margin}px`;
    const observer =
      type === 'resize'
        ? new ResizeObserver(([entry]) => {
            const { height, width } = (entry as ResizeObserverEntry).contentRect;
            take({ height, width });
          })
        : new IntersectionObserver(
            (entries) => {
              for (const { isIntersecting } of entries) {
                if (isIntersecting === wasVisible) continue;
                wasVisible = isIntersecting;
                if (isIntersecting === (type === 'visible')) take();
              }
            },
            { rootMargin: around, scrollMargin: around } as IntersectionObserverInit
          );
    observer.observe(element);
    return () => observer.disconnect();
  }

  #take(event: Event, element: Element, name: string): void {
    const handler = this.#events.handlerAt(element, name);
    if (handler) this.#events.takeAt(event, element, handler);
  }
}

/** The type of an event that is placed; `undefined` if this name is of another. */
const typeIn = (name: string): string | undefined => /^([^|]+)\*/.exec(name)?.[1];

/** An event that has another target. */
function withTarget(event: Event, target: Element): Event {
  const get = (_: Event, name: keyof Event): unknown => {
    const value = name === 'target' ? target : event[name];
    return typeof value === 'function' ? value.bind(event) : value;
  };
  return new Proxy(event, { get } as ProxyHandler<Event>);
}
