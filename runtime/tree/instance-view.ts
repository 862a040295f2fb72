/**
 * The view of a component instance: the mount at which the instance stands, what it shows there, and the children that
 * its view places. `component-instance.ts` has one, and renders its state with it.
 *
 * If the view throws, what was shown before stays. The first time there is nothing yet, and the fallback is shown.
 */

import type { AnyComponent } from '../component/component.js';
import { ErrorCode, type Failure, TroupeError, textOf } from '../platform/errors.js';
import { Mount } from '../render/nodes.js';
import { type Home, renderRoot } from '../render/render.js';
import type { Context } from '../template/content-model.js';
import { html, type Key, type Placement, type Template } from '../template/html.js';
import { type Arrangement, type ChildInstance, ChildSet } from './child-set.js';
import type { InstanceState } from './instance-state.js';

// TYPES -----------------------------------------------------------------------

/** The instance of a view, as the view calls it. */
export interface ViewOwner<Child> {
  readonly component: AnyComponent;
  /** The instance in whose view it stands; the root of a page has none. */
  readonly parent: object | undefined;
  /** Makes an instance of a component that the view places. */
  makeChild(component: AnyComponent, props: object, context: Context, id: string): Child;
  /** Reports a fault of the component; returns the id of the report. */
  report(code: ErrorCode, error: unknown): string;
}

/** A child of the instance. */
interface ViewChild extends ChildInstance {
  readonly component: AnyComponent;
  readonly mount: Mount;
}

const noIds: readonly string[] = [];

// VIEW ------------------------------------------------------------------------

/** The view of one component instance. */
export class InstanceView<Child extends ViewChild> extends Mount implements Home {
  declare readonly owner: ViewOwner<Child>;
  /** How often the view has run. */
  runs = 0;
  /** The children that the view has placed; made with the first. */
  children: ChildSet<Child> | undefined = undefined;

  constructor(key: Key | undefined, owner: ViewOwner<Child>, context: Context) {
    super(key, owner, context);
  }

  get mount(): this {
    return this;
  }

  // SHOWING -------------------------------------------------------------------

  /** Runs the view. The children are arranged later: it may have to run again without the last message. */
  #show(state: InstanceState): void {
    this.runs++;
    this.#display(this.owner.component.view(state.shown as never));
  }

  #display(view: unknown): void {
    this.children?.begin();
    const refused = (error: TroupeError): void => void this.owner.report(error.code, error);
    const rendered = renderRoot(view, this.rendered, refused, this);
    if (rendered === this.rendered && !this.children?.isPlacing) return;
    this.children?.accept(rendered);
    this.rendered = rendered;
  }

  /**
   * Shows the first state; if the view throws, the fallback.
   *
   * @throws TroupeError `view` if the root's view throws
   */
  showFirst(state: InstanceState): void {
    try {
      this.#show(state);
    } catch (cause) {
      const { component, parent } = this.owner;
      const error = new TroupeError(ErrorCode.View, `view of ${component.name} threw: ${textOf(cause)}`, { cause });
      if (parent === undefined) throw error;
      this.showFallback(ErrorCode.View, error);
    }
  }

  /** Shows the state in another place, where nothing of what was shown can be kept. */
  showElsewhere(state: InstanceState): void {
    const before = this.rendered;
    this.rendered = null;
    this.show(state);
    if (this.rendered === null) this.rendered = before;
  }

  /**
   * Shows the state. If the view throws, the messages of the turn are taken again one by one, each followed by the view;
   * the one after which the view throws is dropped and reported. A message that `update` refused is tried again too: the
   * culprit may have been before it.
   */
  show(state: InstanceState): void {
    try {
      this.#show(state);
    } catch (error) {
      if (!this.#dropCulprits(state)) this.owner.report(ErrorCode.View, error);
    }
  }

  /** Returns whether a message was found after which the view throws. */
  #dropCulprits(state: InstanceState): boolean {
    let isFound = false;
    for (const _ of state.retakes()) {
      try {
        this.#show(state);
      } catch (error) {
        state.undo();
        this.owner.report(ErrorCode.View, error);
        isFound = true;
      }
    }

    return isFound;
  }

  /** Reports a fault, and shows the fallback of the component, which is given the id of the report. */
  showFallback(code: ErrorCode, error: TroupeError): void {
    const failure: Failure = { id: this.owner.report(code, error), code, message: error.message };
    try {
      this.#display((this.owner.component.fallback ?? notice)(failure));
    } catch (again) {
      this.owner.report(ErrorCode.View, again);
      if (this.context.text) this.#display(notice(failure));
    }
  }

  // CHILDREN ------------------------------------------------------------------

  place(placement: Placement<unknown>, context: Context): Mount {
    const component = placement.component as AnyComponent;
    const { props } = placement;
    const id = `${component.name} ${typeof props.key} ${props.key}`;
    this.children ??= new ChildSet(this.owner.component.name);
    const known = this.children.find(id);
    const child = known?.component === component ? known : this.owner.makeChild(component, props, context, id);
    this.children.place(child, props, context);

    return child.mount;
  }

  /**
   * Compares the children in the view with those that were there; `undefined` if the view has not run or has no children.
   *
   * @param stored the ids of restored children in their stored order, which they keep
   */
  arrange(stored = noIds): Arrangement<Child> | undefined {
    return this.children?.arrange(this.rendered, stored);
  }
}

/** What stands in the place of a component that cannot be shown. */
function notice({ id }: Failure): Template<never> {
  return html`<span role="alert">This part of the page could not be shown (${id}).</span>`;
}
