import { expect } from 'chai';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { Recording, Step } from '../../../runtime/recording/recording.js';
import { decodeRecording, encodeRecording, withPages } from '../../../runtime/recording/recording-file.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import type { InstanceImage, TreeImage } from '../../../runtime/tree/tree-image.js';

const cell = (id: string, state: unknown, children: readonly InstanceImage[] = []): InstanceImage => {
  return { id, name: id === '' ? 'page' : 'part', version: 1, state, subscriptions: undefined, children };
};

const tree = (turns: number, root: InstanceImage): TreeImage => ({ turns, root, letters: [] });

const step = (number: number, after: TreeImage, rest: Partial<Step> = {}): Step => {
  return { number, at: 1_000 + number, taken: [], given: [], asked: [], after, ...rest };
};

const recording = (first: TreeImage, ...steps: readonly Step[]): Recording => {
  return { session: 's', application: '1.2', begun: 1_000, first, steps };
};

/** Everything that a recording may hold. */
const rich = recording(
  {
    ...tree(1, cell('', { at: new Date(3), none: undefined }, [cell('part number 1', 1), cell('part number 2', -0)])),
    letters: [{ path: ['part number 1'], message: { type: 'm' }, cause: undefined }],
  },
  step(
    1,
    tree(2, cell('', { at: new Date(4), none: undefined }, [cell('part number 2', 1), cell('part number 1', 1)])),
    {
      taken: [
        { path: [], message: { type: 'm', value: Number.NaN } as AnyMessage, at: 1_001, id: 'the id' },
        { path: ['part number 2'], message: { type: 'm' }, at: 1_001, id: undefined },
      ],
      given: [{ path: [], event: { type: 'xstate.after.10.a' } }],
      asked: [{ path: [], kind: 'publish', to: 'all', message: { type: 'n' } }],
    }
  ),
  step(2, tree(2, { ...cell('', undefined, []), subscriptions: { 'every 10': 7_000, 'task t': true } }))
);

describe('recording-file', () => {
  it('brings a recording back as it was', () => {
    expect(decodeRecording(encodeRecording(rich))).to.deep.equal(rich);
    const paged = { ...rich, pages: { first: '<p>1</p>', last: '<p>2</p>' } };
    expect(decodeRecording(encodeRecording(paged))).to.deep.equal(paged);
  });

  it('can be read: what it is of comes first, each step is a line that says what has changed', () => {
    const rows = [{ id: 1 }, { id: 2 }];
    const changed = { rows: [{ id: 1 }, { id: 3 }] };
    const taken = [{ path: [], message: { type: 'changed' }, at: 1_001, id: undefined }];
    const text = encodeRecording(
      recording(tree(0, cell('', { rows })), step(1, tree(1, cell('', changed)), { taken }))
    );
    expect(text.split('\n')).to.deep.equal([
      '{',
      '  "troupe recording": 1,',
      '  "session": "s",',
      '  "application": "1.2",',
      '  "component": "page",',
      '  "version": 1,',
      '  "begun": 1000,',
      '  "first": {"turns":0,"root":{"name":"page","version":1,"state":{"rows":[{"id":1},{"id":2}]},"children":{}},"letters":[]},',
      '  "steps": [',
      '    {"number":1,"at":1001,"taken":[{"path":[],"message":{"type":"changed"},"at":1001}],"changed":{"turns":["=",1],"root":{"state":{"rows":["each",{"1":{"id":["=",3]}}]}}}}',
      '  ]',
      '}',
      '',
    ]);
  });

  it('writes no steps as such', () => {
    const empty = recording(tree(0, cell('', 1)));
    expect(encodeRecording(empty)).to.contain('"steps": []');
    expect(decodeRecording(encodeRecording(empty))).to.deep.equal(empty);
  });

  /** A page of 1,000 rows, of which each step changes one cell; `kept` says what of the rows is the very objects of before. */
  function table(count: number, kept: (rows: readonly Row[]) => readonly Row[]): Recording {
    let rows: readonly Row[] = Array.from({ length: 1_000 }, (_, id) => ({
      id,
      label: `row ${id}`,
      values: [id, id + 1],
    }));
    const first = tree(0, cell('', { rows }));
    const steps = Array.from({ length: count }, (_, index) => {
      const at = (index * 7) % 1_000;
      const row = rows[at] as Row;
      rows = kept(rows.with(at, { ...row, values: row.values.with(1, -index) }));
      const message = { type: 'cellChanged', row: at, value: -index } as AnyMessage;

      return step(index + 1, tree(index + 1, cell('', { rows })), {
        taken: [{ path: [], message, at: index, id: undefined }],
      });
    });

    return recording(first, ...steps);
  }

  interface Row {
    readonly id: number;
    readonly label: string;
    readonly values: readonly number[];
  }

  it('is small: below 400 kB for 1,000 steps that change one cell of 1,000 rows', () => {
    const long = table(1_000, (rows) => rows);
    const text = encodeRecording(long);
    expect(text.length).to.be.lessThan(400_000);
    const read = decodeRecording(text);
    expect(read.steps[999]).to.deep.equal(long.steps[999]);
    // What is unchanged is kept once.
    const [before, after] = [998, 999].map(
      (at) => (read.steps[at] as Step).after.root.state as { rows: readonly Row[] }
    );
    expect(after?.rows.filter((row, index) => row !== before?.rows[index])).to.have.length(1);
  });

  it('is as small if each step has objects of its own', () => {
    const sizes = [structuredClone, (rows: readonly Row[]) => rows].map(
      (kept) => encodeRecording(table(20, kept)).length
    );
    expect(sizes[0]).to.equal(sizes[1]);
  });

  it('is told what the pages showed', () => {
    const Page = component({
      name: 'page',
      init: () => 1,
      update: (model, _message: AnyMessage) => model,
      view: (model) => html`<p class=${model}></p>`,
    }) as AnyComponent;
    const { pages } = withPages(recording(tree(0, cell('', 1)), step(1, tree(1, cell('', 2)))), Page);
    expect(pages).to.deep.equal({ first: '<p class="1"></p>', last: '<p class="2"></p>' });
    expect(withPages(recording(tree(0, cell('', 1))), Page).pages?.last).to.equal('<p class="1"></p>');
  });

  describe('of a file that is none', () => {
    const text = encodeRecording(rich);
    const without = (name: string): string => JSON.stringify({ ...JSON.parse(text), [name]: undefined });
    const withStep = (changed: object): string => {
      const file = JSON.parse(text);

      return JSON.stringify({ ...file, steps: [{ ...file.steps[0], ...changed }] });
    };
    const damaged: readonly [what: string, text: string, message: string][] = [
      ['text', 'hello', 'This is no recording: it is not JSON'],
      ['a file that was cut off', text.slice(0, -10), 'This is no recording: it is not JSON'],
      ['other JSON', '[1]', 'This is no recording: it is JSON without "troupe recording"'],
      [
        'another format',
        JSON.stringify({ 'troupe recording': 7 }),
        'a recording of format 7; this version reads format 1',
      ],
      ['missing states', without('first'), 'The recording is damaged: "first" of it is no object.'],
      ['missing steps', without('steps'), 'The recording is damaged: "steps" of it is no list.'],
      ['a missing time', without('begun'), '"begun" of it is no number'],
      ['a missing session', without('session'), '"session" of it is no text'],
      ['a step without a number', withStep({ number: 'x' }), '"number" of step 1 is no number'],
      [
        'a step of something else',
        withStep({ changed: { wine: ['each', {}] } }),
        'step 1 does not follow from what is before it',
      ],
      [
        'a message without its type of entry',
        withStep({ taken: [{ path: [] }] }),
        '"taken" of step 1 holds something without path, message or at',
      ],
      ['a tag that is none', withStep({ given: [{ path: [], event: { $: ['wine'] } }] }), 'there is no tag ["wine"]'],
      ['pages that are none', JSON.stringify({ ...JSON.parse(text), pages: { first: 1 } }), '"first" of it is no text'],
    ];
    for (const [what, given, message] of damaged) {
      it(`says so: ${what}`, () => {
        expect(() => decodeRecording(given))
          .to.throw(TroupeError, message)
          .with.property('code', ErrorCode.Recording);
      });
    }
  });
});
