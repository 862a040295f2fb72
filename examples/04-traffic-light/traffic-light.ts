/**
 * A statechart is a component: XState runs it, delays and all, and the page shows its snapshot. Between two
 * clicks nothing is asked of the browser; the light changes because the machine does.
 */

import { component, html } from 'troupe';
import { assign, type SnapshotFrom, setup } from 'xstate';

type Message = { type: 'crossingRequested' };

/** Green for at least three seconds; a request then leads to a crossing, one made meanwhile is remembered. */
const machine = setup({
  types: {} as { context: { requested: boolean }; events: Message },
  actions: {
    remember: assign({ requested: true }),
    forget: assign({ requested: false }),
  },
  guards: { isRequested: ({ context }) => context.requested },
  delays: { leastGreen: 3_000, amber: 1_500, crossing: 4_000, clearing: 1_500, redAmber: 1_000 },
}).createMachine({
  id: 'traffic light',
  context: { requested: false },
  initial: 'green',
  states: {
    green: {
      initial: 'young',
      states: {
        young: { on: { crossingRequested: { actions: 'remember' } }, after: { leastGreen: 'ready' } },
        ready: {
          always: { guard: 'isRequested', target: '#traffic light.amber' },
          on: { crossingRequested: { target: '#traffic light.amber', actions: 'remember' } },
        },
      },
    },
    amber: { after: { amber: 'crossing' } },
    crossing: { entry: 'forget', after: { crossing: 'clearing' } },
    clearing: { on: { crossingRequested: { actions: 'remember' } }, after: { clearing: 'redAmber' } },
    redAmber: { on: { crossingRequested: { actions: 'remember' } }, after: { redAmber: 'green' } },
  },
});

type Snapshot = SnapshotFrom<typeof machine>;

const lamp = (name: string, isLit: boolean) =>
  html`<li class="lamp ${name} ${isLit && 'lit'}"><span class="hidden">${name} is ${isLit ? 'on' : 'off'}</span></li>`;

const cars = (snapshot: Snapshot): string => {
  if (snapshot.matches('green')) return 'Cars may go.';

  return snapshot.matches('amber') || snapshot.matches('redAmber') ? 'Cars get ready.' : 'Cars have to wait.';
};

export const TrafficLight = component({
  name: 'traffic-light',
  logic: machine,
  view: (snapshot) => {
    const isCrossing = snapshot.matches('crossing');
    const isRed = isCrossing || snapshot.matches('clearing') || snapshot.matches('redAmber');

    return html<Message>`
      <main class="traffic-light">
        <h1>Traffic light</h1>
        <ul class="lamps" aria-label="For cars">
          ${lamp('red', isRed)}
          ${lamp('amber', snapshot.matches('amber') || snapshot.matches('redAmber'))}
          ${lamp('green', snapshot.matches('green'))}
        </ul>
        <p class="walk ${isCrossing ? 'go' : 'stop'}">${isCrossing ? 'Walk' : 'Do not walk'}</p>
        <p role="status">${cars(snapshot)} ${isCrossing ? 'You may cross.' : snapshot.context.requested ? 'Your request is noted.' : null}</p>
        <p class="row">
          <button type="button" ?disabled=${isCrossing || snapshot.context.requested} @click=${{ type: 'crossingRequested' }}
            pending:disabled>
            I want to cross
          </button>
        </p>
        <p><a href="/">All examples</a></p>
      </main>`;
  },
});
