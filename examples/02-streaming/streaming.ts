/**
 * A generator is just another actor: while the model says so it runs, and every 10 milliseconds it
 * sends the component a message. The list keeps the latest hundred; rows that stay are not touched.
 */

import { component, type GeneratorContext, generator, html, repeat } from 'troupe';

interface Reading {
  readonly id: number;
  readonly value: number;
}

interface Model {
  readonly running: boolean;
  readonly received: number;
  readonly readings: readonly Reading[];
}

type Message =
  | { type: 'started' }
  | { type: 'stopped' }
  | { type: 'cleared' }
  | { type: 'valueArrived'; value: number };

const interval = 10;
const kept = 100;

async function* values({ sleep }: GeneratorContext): AsyncGenerator<Message> {
  for (let step = 0; ; step++) {
    await sleep(interval);
    yield { type: 'valueArrived', value: Math.round(50 + 40 * Math.sin(step / 20)) };
  }
}

function update(model: Model, message: Message): Model {
  switch (message.type) {
    case 'started':
      return { ...model, running: true };
    case 'stopped':
      return { ...model, running: false };
    case 'cleared':
      return { ...model, received: 0, readings: [] };
    case 'valueArrived': {
      const reading = { id: model.received + 1, value: message.value };
      return { ...model, received: reading.id, readings: [reading, ...model.readings.slice(0, kept - 1)] };
    }
  }
}

const row = ({ id, value }: Reading) => html<Message>`
  <li><span>#${id}</span> <meter min="0" max="100" value=${value}></meter> <span>${value}</span></li>`;

export const Streaming = component({
  name: 'streaming',
  init: (): Model => ({ running: true, received: 0, readings: [] }),
  update,
  subscriptions: (model) => [model.running && generator('values', values)],
  view: ({ running, received, readings }) => html<Message>`
    <main class="streaming">
      <h1>Streaming</h1>
      <p class="row">
        <button type="button" ?disabled=${running} @click=${{ type: 'started' }}>Start</button>
        <button type="button" ?disabled=${!running} @click=${{ type: 'stopped' }}>Stop</button>
        <button type="button" @click=${{ type: 'cleared' }}>Clear</button>
      </p>
      <p role="status">${running ? `A new value every ${interval} ms.` : 'Stopped.'}</p>
      <p>Received: <output aria-live="off">${received}</output>, the latest ${kept} below, newest first.</p>
      <ol class="readings" aria-label="Latest values" aria-live="off" tabindex="0">
        ${repeat(readings, ({ id }) => id, row)}
      </ol>
      <p><a href="/">All examples</a></p>
    </main>`,
});
