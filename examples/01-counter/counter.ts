/** The smallest page with state: one number, two messages. */

import { component, html } from 'troupe';

type Message = { type: 'incremented' } | { type: 'decremented' };

export const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: (model, message: Message) =>
    message.type === 'incremented' ? { count: model.count + 1 } : { count: model.count - 1 },
  view: ({ count }) => html<Message>`
    <main class="counter">
      <h1>Counter</h1>
      <p class="row">
        <button type="button" aria-label="Decrement" @click=${{ type: 'decremented' }}>−</button>
        <output aria-live="polite">${count}</output>
        <button type="button" aria-label="Increment" @click=${{ type: 'incremented' }}>+</button>
      </p>
      <p><a href="/">All examples</a></p>
    </main>`,
});
