import { expect } from 'chai';
import { component, html } from 'troupe';
import type { Inspected } from '../../../runtime/inspect/inspection.js';
import { guardProbe, type ProbeEvent } from '../../../runtime/tree/probe.js';
import { type LookedAt, lookAt } from '../../fixtures/looked-at.js';

type Message = { type: 'poisoned' } | { type: 'counted' };

/** Puts into its state what cannot be looked into. */
const Odd = component({
  name: 'odd',
  init: () => ({ count: 0 }) as { readonly count: number; readonly poison?: object },
  update: (model, { type }: Message) =>
    type === 'counted' ? { ...model, count: model.count + 1 } : { count: model.count, poison: poison() },
  view: ({ count }) => html<Message>`<output>${count}</output>
    <button @click=${{ type: 'counted' }}>count</button><button @click=${{ type: 'poisoned' }}>poison</button>`,
});

const poison = (): object =>
  new Proxy(
    {},
    {
      ownKeys: () => ['a'],
      getOwnPropertyDescriptor: () => {
        throw new Error('poison');
      },
    }
  );

describe('a guarded probe', () => {
  it('passes every event on', () => {
    const events: ProbeEvent[] = [];
    const guarded = guardProbe(
      (event) => void events.push(event),
      () => expect.fail()
    );
    const event: ProbeEvent = { kind: 'diffed', changes: 1, took: 2 };
    guarded(event);
    guarded({ kind: 'turned' });
    expect(events).to.deep.equal([event, { kind: 'turned' }]);
    expect(events[0]).to.equal(event);
  });

  it('reports the first error of the probe, and throws none', () => {
    const errors: unknown[] = [];
    const guarded = guardProbe(
      ({ kind }) => {
        throw kind;
      },
      (error) => errors.push(error)
    );
    guarded({ kind: 'turned' });
    guarded({ kind: 'diffed', changes: 0, took: 0 });
    expect(errors).to.deep.equal(['turned']);
  });

  describe('of a session whose state cannot be looked into', () => {
    let looked: LookedAt;
    afterEach(() => looked.close());

    it('lets the session continue as if there were no probe', async () => {
      const reports: unknown[] = [];
      looked = await lookAt({
        routes: { '/': Odd },
        development: false,
        onError: ({ error }) => void reports.push(error),
      });
      const { page } = looked;
      const press = (name: string): Promise<void> => page.click(page.getByRole('button', { name }));
      await press('count');
      await press('poison');
      await press('count');
      expect(page.document.querySelector('output')?.textContent).to.equal('2');
      const seen: Inspected = looked.seen;
      expect(() => [seen.state('/', []), seen.page(), seen.log({}), seen.export()]).to.not.throw();
    });
  });
});
