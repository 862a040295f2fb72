import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { Recording, Step } from '../../../runtime/recording/recording.js';
import { decodeRecording, encodeRecording } from '../../../runtime/recording/recording-file.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import type { InstanceImage, TreeImage } from '../../../runtime/tree/tree-image.js';

const instance = (id: string, state: unknown, children: readonly InstanceImage[] = []): InstanceImage => {
  return { id, name: id === '' ? 'page' : 'part', version: 1, state, subscriptions: undefined, children };
};

const tree = (turns: number, root: InstanceImage): TreeImage => ({ turns, root, envelopes: [] });

const step = (number: number, after: TreeImage, rest: Partial<Step> = {}): Step => {
  return { number, at: 1_000 + number, messages: [], events: [], effects: [], after, ...rest };
};

const recording = (first: TreeImage, ...steps: readonly Step[]): Recording => {
  return { session: 's', application: '1.2', begun: 1_000, first, steps };
};

/** Everything that a recording may hold. */
const rich = recording(
  {
    ...tree(
      1,
      instance('', { at: new Date(3), none: undefined }, [instance('part number 1', 1), instance('part number 2', -0)])
    ),
    envelopes: [{ path: ['part number 1'], message: { type: 'm' }, cause: undefined }],
  },
  step(
    1,
    tree(
      2,
      instance('', { at: new Date(4), none: undefined }, [instance('part number 2', 1), instance('part number 1', 1)])
    ),
    {
      messages: [
        { path: [], message: { type: 'm', value: Number.NaN } as AnyMessage, at: 1_001, id: 'the id' },
        { path: ['part number 2'], message: { type: 'm' }, at: 1_001, id: undefined },
      ],
      events: [{ path: [], event: { type: 'xstate.after.10.a' } }],
      effects: [{ path: [], kind: 'publish', to: 'all', message: { type: 'n' } }],
    }
  ),
  step(2, tree(2, { ...instance('', undefined, []), subscriptions: { 'every 10': 7_000, 'task t': true } }))
);

describe('recording-file', () => {
  it('reads a recording as it was written', () => {
    expect(decodeRecording(encodeRecording(rich))).to.deep.equal(rich);
    const paged = { ...rich, pages: { first: '<p>1</p>', last: '<p>2</p>' } };
    expect(decodeRecording(encodeRecording(paged))).to.deep.equal(paged);
  });

  it('is a line of JSON for the beginning, then one for each step, in which what did not change is a reference', () => {
    const kept = { id: 1 };
    const messages = [{ path: [], message: { type: 'changed' }, at: 1_001, id: 'x' }];
    const text = encodeRecording(
      recording(
        tree(0, instance('', [kept, { id: 2 }])),
        step(1, tree(1, instance('', [kept, { id: 3 }])), { messages })
      )
    );
    const root = '"id":"","name":"page","version":1';
    const rest = '"subscriptions":{"$":["undefined"]},"children":[]},"envelopes":[]}';
    expect(text.split('\n')).to.deep.equal([
      `{"troupe recording":1,"session":"s","application":"1.2","begun":1000,"first":{"turns":0,"root":{${root},"state":[{"id":1},{"id":2}],${rest}}`,
      `{"number":1,"at":1001,"messages":[{"path":[],"message":{"type":"changed"},"at":1001,"id":"x"}],"events":[],"effects":[],"after":{"turns":1,"root":{${root},"state":[{"$":4},{"id":3}],${rest}}`,
      '',
    ]);
  });

  it('may have no steps', () => {
    const empty = recording(tree(0, instance('', 1)));
    expect(decodeRecording(encodeRecording(empty))).to.deep.equal(empty);
  });

  /** A page of 1,000 rows, of which each step changes one value. */
  function table(count: number): Recording {
    let rows: readonly Row[] = Array.from({ length: 1_000 }, (_, id) => ({
      id,
      label: `row ${id}`,
      values: [id, id + 1],
    }));
    const first = tree(0, instance('', { rows }));
    const steps = Array.from({ length: count }, (_, index) => {
      const at = (index * 7) % 1_000;
      const row = rows[at] as Row;
      rows = rows.with(at, { ...row, values: row.values.with(1, -index) });
      const message = { type: 'cellChanged', row: at, value: -index } as AnyMessage;

      return step(index + 1, tree(index + 1, instance('', { rows })), {
        messages: [{ path: [], message, at: index, id: undefined }],
      });
    });

    return recording(first, ...steps);
  }

  interface Row {
    readonly id: number;
    readonly label: string;
    readonly values: readonly number[];
  }

  it('is small: below 120 kB with gzip for 500 steps that change one of 1,000 rows', () => {
    const long = table(500);
    const text = encodeRecording(long);
    expect(gzipSync(text).length).to.be.lessThan(120_000);
    const read = decodeRecording(text);
    expect(read.steps[499]).to.deep.equal(long.steps[499]);
    // Steps share what did not change, in memory too.
    const [before, after] = [498, 499].map(
      (at) => (read.steps[at] as Step).after.root.state as { rows: readonly Row[] }
    );
    expect(after?.rows.filter((row, index) => row !== before?.rows[index])).to.have.length(1);
  });

  describe('refuses, saying why,', () => {
    const text = encodeRecording(rich);
    const lines = text.trimEnd().split('\n');
    /** The file with fields of a line replaced, by default of the first line. */
    const having = (fields: object, line = 0): string =>
      lines.with(line, JSON.stringify({ ...JSON.parse(lines[line] as string), ...fields })).join('\n');
    const damaged: readonly [what: string, text: string, message: string][] = [
      ['no text', '', 'This is no recording: its first line is not JSON'],
      ['text', 'hello', 'This is no recording: its first line is not JSON'],
      ['other JSON', '[1]', 'This is no recording: its first line has no "troupe recording"'],
      ['another format', '{"troupe recording":7}', 'a recording of format 7; this version reads format 1'],
      ['a file that was cut off', text.slice(0, -10), 'The recording is damaged: step 2 is not JSON'],
      ['missing states', having({ first: undefined }), '"first" of the first line is missing or malformed.'],
      ['a missing time', having({ begun: undefined }), '"begun" of the first line is missing'],
      ['pages that are none', having({ pages: { first: 1 } }), '"pages" of the first line is missing or malformed'],
      ['a step that is none', `${lines[0]}\n[1]`, 'The recording is damaged: step 1 is no object.'],
      ['a step without a number', having({ number: 'x' }, 1), '"number" of step 1 is missing or malformed'],
      ['a message without a type', having({ messages: [{ path: [], message: {}, at: 1 }] }, 2), '"messages" of step 2'],
      [
        'a component without a name',
        having({ after: { turns: 1, root: { id: '' }, envelopes: [] } }, 1),
        '"after" of step 1',
      ],
      ['an unknown tag', having({ events: [{ path: [], event: { $: ['wine'] } }] }, 1), 'there is no tag ["wine"]'],
      ['a missing object', having({ after: { $: 9_999 } }, 1), 'there is no tag 9999'],
    ];
    for (const [what, given, message] of damaged) {
      it(what, () => {
        expect(() => decodeRecording(given))
          .to.throw(TroupeError, message)
          .with.property('code', ErrorCode.Recording);
      });
    }
  });
});
