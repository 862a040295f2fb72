/** A root in a page whose events are heard, without a session: what is raised is written down, and waits. */

import { Events } from '../../../client/events.js';
import { Inputs } from '../../../client/inputs.js';
import { addMore } from '../../../client/more.js';
import { Outbox } from '../../../client/outbox.js';
import { createView, type View } from '../../../client/view.js';
import type { Wire } from '../../../runtime/wire/patch.js';

/** An event that was raised: its name with options, and its payload. */
export type Raised = [name: string, payload: readonly Wire[] | undefined];

/** A root at work, with the second script. */
export interface LiveRoot {
  readonly root: HTMLElement;
  readonly raised: Raised[];
  readonly view: View;
  readonly events: Events;
}

/** Puts a root with this HTML into the page. */
export function addLiveRoot(html = ''): LiveRoot {
  const root = document.createElement('div');
  root.innerHTML = html;
  document.body.append(root);
  const raised: Raised[] = [];
  const outbox = new Outbox();
  const inputs = new Inputs(root);
  const view = createView(root, {
    listen: (type) => events.listen(type),
    holds: (...write) => inputs.holds(...write),
  });
  const events = new Events(root, inputs, view, {
    raise({ instance, name, part }, payload, gate, sums) {
      raised.push([name, payload]);
      return outbox.add(payload ? [0, part, payload] : [0, part], instance, gate, sums);
    },
    changed: () => undefined,
    outbox,
  });
  addMore(inputs, events);

  return { root, raised, view, events };
}
