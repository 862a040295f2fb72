/**
 * The law of recordings: for any course of a session, each step renders as the session rendered it, a recording read from
 * a file is equal, and a replay with the same components finds no difference.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import type { AnyComponent } from '../../../runtime/component/component.js';
import { pageOf } from '../../../runtime/recording/read-only-tree.js';
import { withPages } from '../../../runtime/recording/recorded-pages.js';
import { decodeRecording, encodeRecording } from '../../../runtime/recording/recording-file.js';
import { replay } from '../../../runtime/recording/replay.js';
import type { ComponentInstance } from '../../../runtime/tree/component-instance.js';
import { type Message, Node } from '../../fixtures/family.js';
import { Recorded } from '../../fixtures/recorded.js';
import { lawParameters, lawTimeout } from '../../laws/parameters.js';

const Family = Node as unknown as AnyComponent;

const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Message>({ type: 'clicked' }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('kidAdded' as const), key: fc.nat(2), isLamp: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('kidRemoved' as const), at: fc.nat(2) }) },
  fc.constant<Message>({ type: 'kidsReversed' }),
  fc.constant<Message>({ type: 'broken' })
);

type Happening =
  | { readonly who: number; readonly message: Message; readonly waits: boolean }
  | { readonly pass: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ who: fc.nat(50), message, waits: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.nat(24).map((fives) => fives * 5) }) }
);

async function happen(recorded: Recorded, what: Happening): Promise<void> {
  if ('pass' in what) return recorded.pass(what.pass);
  const instances = [...recorded.session.tree.instances()];
  recorded.session.tree.put(instances[what.who % instances.length] as ComponentInstance, what.message);

  return what.waits ? undefined : recorded.rest();
}

describe('the law of recordings', () => {
  it('holds whatever a session goes through', async function () {
    this.timeout(lawTimeout(120_000));
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40, size: 'max' }), fc.nat(30), async (all, beginning) => {
        const recorded = new Recorded(Family, { key: 0, depth: 0, title: 't' });
        for (const [index, each] of all.entries()) {
          // From here on it is recorded anew, with components that are there already.
          if (index === beginning) recorded.record();
          await happen(recorded, each);
          if ('waits' in each && each.waits) continue;
          const { first, steps } = recorded.recording;
          expect(pageOf(Family, steps.at(-1)?.after ?? first)).to.deep.equal({ html: recorded.html, faults: [] });
        }
        await recorded.rest();
        const recording = withPages(recorded.end(), Family);
        const read = decodeRecording(encodeRecording(recording));
        expect(read).to.deep.equal(recording);
        const { steps, differences, notes } = replay(read, Family);
        expect({ steps, differences }).to.deep.equal({ steps: recording.steps.length, differences: [] });
        expect(notes.filter((note) => !note.includes('(update: broken)'))).to.deep.equal([]);
      }),
      lawParameters(150)
    );
  });
});
