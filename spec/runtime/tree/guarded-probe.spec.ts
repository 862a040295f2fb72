import { expect } from 'chai';
import { component, html } from 'troupe';
import type { Inspected } from '../../../runtime/inspect/inspection.js';
import { guardProbe } from '../../../runtime/tree/guarded-probe.js';
import type { Probe } from '../../../runtime/tree/probe.js';
import { DiagnosticsProbe, unwatched } from '../../../runtime/tree/probe.js';
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
  it('passes everything on', () => {
    const told: unknown[] = [];
    const probe = new Proxy({} as Probe, {
      get:
        (_target, name) =>
        (...given: unknown[]) =>
          told.push([name, ...given]),
    });
    const guarded = guardProbe(probe, () => expect.fail()) as unknown as Record<string, (...given: unknown[]) => void>;
    for (const name of Object.keys(guarded)) guarded[name]?.(1, 2, 3);
    expect(told).to.deep.equal(Object.keys(guarded).map((name) => [name, 1, 2, 3]));
    const methods = Object.getOwnPropertyNames(DiagnosticsProbe.prototype);
    expect(Object.keys(guarded)).to.have.members(methods.filter((name) => !['constructor', 'hasRun'].includes(name)));
    expect(unwatched.channels.sent.hasSubscribers).to.equal(false);
  });

  it('tells the first thing that is thrown, and throws nothing', () => {
    const errors: unknown[] = [];
    const failing = new Proxy({} as Probe, {
      get: (_target, name) => () => {
        throw name;
      },
    });
    const guarded = guardProbe(failing, (error) => errors.push(error));
    guarded.begin();
    guarded.turned();
    expect(errors).to.deep.equal(['begin']);
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
