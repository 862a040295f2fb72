import { expect } from 'chai';
import type { InspectionEvent } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { guardInspect } from '../../../runtime/component/xstate-inspect.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { html } from '../../../runtime/template/html.js';
import { unwatched } from '../../../runtime/tree/probe.js';
import { FakeConnection, FakeHost, joinFrame, startSession } from '../../fixtures/live-session.js';

const Counter = component({
  name: 'counter',
  init: () => 0,
  update: (count: number, _message: { type: 'counted' }) => count + 1,
  view: (count) => html`<p>${count}</p>`,
});

describe('xstate inspect', () => {
  let host: FakeHost;
  let told: InspectionEvent[];

  beforeEach(() => {
    host = new FakeHost();
    told = [];
  });

  /** A session that is observed, of which a client has come. */
  function joined(inspect: Parameters<typeof guardInspect>[0]): LiveSession {
    host.instrumentation = { ...unwatched, inspect: guardInspect(inspect, host.report) };
    const session = startSession(Counter, host);
    session.join(new FakeConnection(), joinFrame());

    return session;
  }

  /** The types of the events that were told, of the kind that has some. */
  const types = (): readonly string[] =>
    told.flatMap((event) => (event.type === '@xstate.event' ? [event.event.type] : []));

  it('is undefined without an observer', () => {
    expect(guardInspect(undefined, host.report)).to.equal(undefined);
  });

  it('tells a function of the actors of a session and of what they are sent', () => {
    const session = joined((event) => void told.push(event));
    session.tree.put(session.tree.root, { type: 'counted' });
    host.turn();
    expect(told.filter(({ type }) => type === '@xstate.actor')).to.have.lengthOf(2);
    expect(types()).to.include('counted');
    session.stop();
  });

  it('tells an observer, as the object it is', () => {
    const observer = {
      events: told,
      next(event: InspectionEvent): void {
        this.events.push(event);
      },
    };
    joined(observer).stop();
    expect(types()).to.include('xstate.init');
  });

  it('accepts an observer without next', () => {
    const session = joined({});
    session.tree.put(session.tree.root, { type: 'counted' });
    host.turn();
    expect([session.tree.root.shown, host.codes]).to.deep.equal([1, []]);
    session.stop();
  });

  it('shows messages as they were sent, not what they travel in', () => {
    const message = { type: 'counted' } as const;
    const session = joined((event) => void told.push(event));
    session.tree.put(session.tree.root, message);
    host.turn();
    const events = told.flatMap((event) => ('event' in event ? [event.event] : []));
    expect(events.filter(({ type }) => type === 'counted')).to.not.be.empty;
    for (const event of events) if (event.type === 'counted') expect(event).to.equal(message);
    session.stop();
  });

  it('reports an observer that throws, and costs the session nothing', () => {
    const fault = new Error('of the observer');
    const session = joined(() => {
      throw fault;
    });
    session.tree.put(session.tree.root, { type: 'counted' });
    host.turn();
    expect(session.tree.root.shown).to.equal(1);
    expect(host.reports).to.not.be.empty;
    for (const { code, error } of host.reports) expect([code, error]).to.deep.equal([ErrorCode.Internal, fault]);
    session.stop();
  });

  it('reports one that rejects', async () => {
    const reports: unknown[] = [];
    const fault = new Error('of the observer');
    const guarded = guardInspect(
      (async () => {
        throw fault;
      }) as never,
      (_code, error) => String(reports.push(error))
    );
    guarded?.({ type: '@xstate.actor' } as InspectionEvent);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reports).to.deep.equal([fault]);
  });
});
