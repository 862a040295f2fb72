/**
 * A component that was restored was told who is there first, and then that it has come back: it could not forget who had
 * been there when it was stored without forgetting those, too.
 */

import { expect } from 'chai';
import { type Arrival, component, type Enqueue, html, presence } from 'troupe';
import { openPage } from 'troupe/testing';

type Message =
  | { type: 'arrived'; reason: Arrival['reason'] }
  | { type: 'joined'; name: string }
  | { type: 'left'; name: string };

const Room = component({
  name: 'room',
  init: () => ({ people: [] as readonly string[], log: [] as readonly string[] }),
  update: ({ people, log }, message: Message, _enqueue: Enqueue<Message>) => {
    const noted = [...log, message.type === 'arrived' ? message.reason : message.type];
    if (message.type === 'arrived') return { people: [], log: noted };
    if (message.type === 'left') return { people: people.filter((name) => name !== message.name), log: noted };
    return { people: [...people, message.name], log: noted };
  },
  subscriptions: (_model) => [
    presence('room', {
      member: { name: 'Ada' },
      joined: ({ name }: { name: string }) => ({ type: 'joined', name }),
      left: ({ name }: { name: string }) => ({ type: 'left', name }),
    }),
  ],
  onArrival: ({ reason }) => ({ type: 'arrived', reason }),
  view: ({ people, log }) => html<Message>`<output>${people.join()}</output><p>${log.join()}</p>`,
});

describe('a component that comes back from the store', () => {
  it('gets its arrival before the members of a topic', async () => {
    const page = await openPage({ routes: { '/': Room }, grace: 1_000 });
    expect(page.document.querySelector('output')?.textContent).to.equal('Ada');
    page.disconnect();
    await page.advance(2_000);
    await page.reconnect();
    expect(page.document.querySelector('p')?.textContent).to.equal('joined,restored,joined');
    expect(page.document.querySelector('output')?.textContent).to.equal('Ada');
    page.disconnect();
    await page.reconnect();
    expect(page.document.querySelector('p')?.textContent).to.equal('joined,restored,joined,resumed');
    await page.close();
  });
});
