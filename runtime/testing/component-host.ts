/**
 * The component host: a page with nothing on it but the component under test, which stands there as it would in the view
 * of another component. It gives the props, and tells of the messages that come out.
 */

import { type AnyComponent, component } from '../component/component.js';
import type { Enqueue } from '../component/effect.js';
import { type AnyMessage, html, type Key, type Placement } from '../template/html.js';

/** A component that can stand in a view. */
export interface HostedComponent<Props> extends AnyComponent {
  (props: Props & { readonly key: Key }): Placement<AnyMessage>;
}

/** The topic on which a hostComponent tells what came out. */
export const outgoing = 'troupe/testing: sent to the parent';

/** What changes the props. */
const propsGiven = 'troupe/testing: props given';

/** The message that gives the component on hostComponent other props. */
export function giveProps(props: object): AnyMessage & { readonly props: object } {
  return { type: propsGiven, props };
}

/** A page of one component. */
export function hostComponent<Props>(actor: HostedComponent<Props>, props: Props & object): AnyComponent<unknown> {
  return component({
    name: 'hostComponent',
    init: (_page: unknown) => ({ props: props as object }),
    update: (model, message: AnyMessage, enqueue: Enqueue<AnyMessage>) => {
      if (message.type === propsGiven) return { props: (message as ReturnType<typeof giveProps>).props };
      enqueue.publish(outgoing, message);

      return model;
    },
    view: ({ props: given }) => html<AnyMessage>`${actor({ ...(given as Props), key: 'actor' })}`,
  });
}
