import { expect } from 'chai';
import fc from 'fast-check';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { pack, type SessionImage, unpack } from '../../../runtime/session/session-snapshot.js';
import type { InstanceImage } from '../../../runtime/tree/tree-image.js';
import { packSnapshot } from '../../../runtime/wire/frame-codec.js';
import { lawParameters } from '../../laws/parameters.js';

const instance = (given: Partial<InstanceImage> = {}): InstanceImage => {
  return { id: '', name: 'page', version: 1, state: { count: 1 }, subscriptions: undefined, children: [], ...given };
};

const image = (given: Partial<SessionImage> = {}): SessionImage => ({
  application: '1.2.3',
  at: 1_700_000_000_000,
  node: 'node',
  loads: [],
  ticket: undefined,
  lineage: undefined,
  effects: [],
  tree: { turns: 0, root: instance(), envelopes: [] },
  ...given,
});

const again = (given: SessionImage): SessionImage => unpack(pack(given));

describe('session snapshot', () => {
  it('restores a whole session', () => {
    const machine = {
      snapshot: { value: 'waiting', context: { n: 1 } },
      timers: [{ from: [], to: ['child'], event: { type: 'late' }, id: 'x', due: 1.5e12 }],
      held: [{ type: 'held' }],
    };
    const full = image({
      loads: [
        { load: 'a', applied: 4 },
        { load: 'b', applied: 9 },
      ],
      ticket: [2, 7],
      lineage: 'older',
      effects: [{ kind: 'send', to: 'room', message: { type: 'entered', who: undefined } as never, id: 'a.4.0' }],
      tree: {
        turns: 12,
        root: instance({
          subscriptions: { 'every 1000 ticked': 1_700_000_000_500, 'task load': true },
          children: [
            instance({ id: 'kid number 1', name: 'kid', version: '2b', state: machine }),
            instance({ id: 'kid number 2', state: undefined, children: [instance({ id: 'grandchild', state: null })] }),
          ],
        }),
        envelopes: [
          { path: [], message: { type: 'ticked' }, cause: undefined },
          { path: ['kid number 1'], message: { type: 'raised', at: new Date(3) } as never, cause: 'b.9.0' },
        ],
      },
    });
    expect(again(full)).to.deep.equal(full);
    expect(again(image()), 'and one of which there is little').to.deep.equal(image());
    const effects = full.effects;
    expect(again(image({ effects })), 'effects and no envelopes').to.deep.equal(image({ effects }));
  });

  it('is small: a counter takes less than 100 bytes', () => {
    const loads = [{ load: 'aZ09_-aZ09_-aZ09', applied: 9 }];
    expect(pack(image({ loads })).length).to.be.below(100);
  });

  it('brings every state back as it was', () => {
    const { state } = fc.letrec<{ state: unknown }>((tie) => ({
      state: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, undefined, true, false, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER),
        fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
        fc.double().map((value) => value + 0),
        fc.string({ unit: 'grapheme' }),
        fc.date({ noInvalidDate: true, min: new Date(-1e13), max: new Date(1e13) }),
        fc.array(tie('state'), { maxLength: 20 }),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('state'),
          { maxKeys: 20, noNullPrototype: true }
        )
      ),
    }));
    fc.assert(
      fc.property(state, (value) => {
        expect(
          again(image({ tree: { turns: 1, root: instance({ state: value }), envelopes: [] } })).tree.root.state
        ).to.deep.equal(value);
      }),
      lawParameters(1_000)
    );
  });

  it('brings bytes back as bytes', () => {
    const restored = again(
      image({ tree: { turns: 1, root: instance({ state: Uint8Array.of(1, 2, 255) }), envelopes: [] } })
    );
    expect(restored.tree.root.state).to.be.instanceOf(Uint8Array);
    expect([...(restored.tree.root.state as Uint8Array)]).to.deep.equal([1, 2, 255]);
  });

  it('refuses what cannot be stored, wherever it is, and says where', () => {
    const socket = { send: () => undefined };
    const wrong: readonly (readonly [Partial<SessionImage>, RegExp])[] = [
      [
        {
          tree: {
            turns: 0,
            root: instance({ children: [instance({ id: 'k', name: 'kid', state: { socket } })] }),
            envelopes: [],
          },
        },
        /^The state of kid cannot be stored: state\.socket\.send is a function/,
      ],
      [
        {
          tree: {
            turns: 0,
            root: instance(),
            envelopes: [{ path: [], message: { type: 'opened', socket } as never, cause: undefined }],
          },
        },
        /^A message that waits, opened, cannot be stored: message\.socket\.send is a function/,
      ],
      [
        { effects: [{ kind: 'publish', to: 'news', message: { type: 'told', socket } as never, id: '1' }] },
        /^A message on its way to news cannot be stored: message\.socket\.send is a function/,
      ],
    ];
    for (const [given, message] of wrong) {
      expect(() => pack(image(given)), String(message))
        .to.throw(TroupeError, message)
        .with.property('code', ErrorCode.Snapshot);
    }
  });

  it('refuses another format, and says which', () => {
    const [, ...rest] = [0, '', 0, 'n', [], null, 0, ['', 'page', 1, 0]];
    for (const [bytes, message] of [
      [packSnapshot([99, ...rest]), /^A snapshot of format 99; this version reads format 2\.$/],
      [packSnapshot({ format: 1 }), /^A snapshot of format object/],
      [packSnapshot([]), /^A snapshot of format undefined/],
    ] as const) {
      expect(() => unpack(bytes))
        .to.throw(TroupeError, message)
        .with.property('code', ErrorCode.Snapshot);
    }
  });

  it('refuses bytes that are none of ours with nothing but that', () => {
    const whole = pack(image({ loads: [{ load: 'a', applied: 1 }] }));
    const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }) });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat({ max: whole.length }).map((length) => whole.slice(0, length)),
      fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
        const changed = whole.slice();
        for (const { at, to } of changes) changed[at % changed.length] = to;
        return changed;
      })
    );
    fc.assert(
      fc.property(bytes, (given) => {
        try {
          unpack(given);
        } catch (error) {
          expect(error).to.be.instanceOf(TroupeError).with.property('code', ErrorCode.Snapshot);
        }
      }),
      lawParameters(5_000)
    );
  });
});
