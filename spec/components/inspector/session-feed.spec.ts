import { expect } from 'chai';
import { createSessionFeed } from '../../../components/inspector/session-feed.js';
import { StagedInspection, stageCounter } from '../../fixtures/inspection.js';

/** Lets promises settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('session feed', () => {
  let inspection: StagedInspection;
  let told: string[];

  beforeEach(() => {
    inspection = new StagedInspection();
    told = [];
  });

  const listener = (name: string) => ({
    seen: ({ id }: { readonly id: string }) => void told.push(`${name} sees ${id}`),
    gone: () => void told.push(`${name}: gone`),
    failed: (why: string) => void told.push(`${name}: ${why}`),
  });

  it('shows a session once it is open and after each change, until that is stopped', async () => {
    const session = stageCounter(inspection, 'a');
    const stop = createSessionFeed(inspection).watch('a', listener('x'));
    expect(told).to.deep.equal([]);
    await settle();
    session.tell();
    stop();
    session.tell();
    await settle();
    expect(told).to.deep.equal(['x sees a', 'x sees a']);
    expect(session.watchers).to.equal(0);
  });

  it('opens a session once for all who look, and closes it after the last', async () => {
    const session = stageCounter(inspection, 'a');
    const feed = createSessionFeed(inspection);
    const stops = [feed.watch('a', listener('x')), feed.watch('a', listener('y'))];
    await settle();
    expect([session.opened, session.closed]).to.deep.equal([1, 0]);
    stops[0]?.();
    await settle();
    expect(session.closed).to.equal(0);
    stops[1]?.();
    await settle();
    expect([session.opened, session.closed]).to.deep.equal([1, 1]);
  });

  it('keeps it open for one who stops and looks again at once', async () => {
    const session = stageCounter(inspection, 'a');
    const feed = createSessionFeed(inspection);
    const stop = feed.watch('a', listener('x'));
    await settle();
    stop();
    feed.watch('a', listener('x'));
    await settle();
    expect([session.opened, session.closed]).to.deep.equal([1, 0]);
  });

  it('opens it anew for one who comes later', async () => {
    const session = stageCounter(inspection, 'a');
    const feed = createSessionFeed(inspection);
    for (const _ of [1, 2]) {
      const stop = feed.watch('a', listener('x'));
      await settle();
      stop();
      await settle();
    }
    expect([session.opened, session.closed]).to.deep.equal([2, 2]);
  });

  it('closes one that was left before it was open, and shows nothing', async () => {
    const session = stageCounter(inspection, 'a');
    createSessionFeed(inspection).watch('a', listener('x'))();
    await settle();
    expect([session.opened, session.closed, told]).to.deep.equal([1, 1, []]);
  });

  it('says that there is none', async () => {
    createSessionFeed(inspection).watch('a', listener('x'));
    await settle();
    expect(told).to.deep.equal(['x: gone']);
  });

  it('says why it could not be opened', async () => {
    inspection.broken = new Error('the store is away');
    const stop = createSessionFeed(inspection).watch('a', listener('x'));
    await settle();
    stop();
    await settle();
    expect(told).to.deep.equal(['x: the store is away']);
  });

  it('gives an error of a reading to the component that read, and to no other', async () => {
    const session = stageCounter(inspection, 'a');
    const feed = createSessionFeed(inspection);
    feed.watch('a', {
      ...listener('x'),
      seen: () => {
        throw new Error('no such actor');
      },
    });
    feed.watch('a', listener('y'));
    await settle();
    session.tell();
    expect(told).to.deep.equal(['x: no such actor', 'y sees a', 'x: no such actor', 'y sees a']);
  });
});
