import { expect } from 'chai';
import fc from 'fast-check';
import { decode, Malformed } from '../../../runtime/wire/decode.js';
import { eventDefaults, type PayloadField, payloadFields } from '../../../runtime/wire/event-data.js';
import { decodeClientFrame, decodePayload, editIn, encodeFrame, withValue } from '../../../runtime/wire/frame-codec.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import {
  Ask,
  ClientKind,
  Limit,
  Reason,
  type ServerFrame,
  ServerKind,
  version,
} from '../../../runtime/wire/protocol.js';
import { lawParameters } from '../../laws/parameters.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const bytesOf = (frame: ServerFrame): string => Buffer.from(encodeFrame(frame)).toString('hex');
const patch = (...changes: Wire[]): ServerFrame => ({ kind: ServerKind.Patch, changes, processed: 1, late: 0 });

describe('frame codec', () => {
  describe('encodes', () => {
    const frames: readonly (readonly [what: string, frame: ServerFrame, bytes: string])[] = [
      ['an adopt without its default', { kind: ServerKind.Adopt, tree: [0], processed: 0 }, '92 00 9100'],
      ['an adopt that processed events', { kind: ServerKind.Adopt, tree: [0], processed: 2 }, '93 00 9100 02'],
      ['a render', { kind: ServerKind.Render, tree: [0, 'a'], processed: 0, reason: Reason.Resumed }, '92 01 9200a161'],
      ['a fresh render', { kind: ServerKind.Render, tree: null, processed: 0, reason: Reason.Fresh }, '94 01 c0 00 02'],
      ['a patch that answers one event', patch(1, 1, 42), '92 02 9301012a'],
      [
        'a patch that answers none',
        { kind: ServerKind.Patch, changes: [1, 1, 42], processed: 0, late: 0 },
        '93 02 9301012a 00',
      ],
      [
        'a patch that is not durable yet',
        { kind: ServerKind.Patch, changes: [1, 1, 42], processed: 1, late: 1 },
        '94 02 9301012a 01 01',
      ],
      ['a command', { kind: ServerKind.Command, name: 'go', operands: [1, 0] }, '94 03 a2676f 01 00'],
      ['a command without operands', { kind: ServerKind.Command, name: 'go', operands: [] }, '92 03 a2676f'],
      ['an acknowledge of one event', { kind: ServerKind.Acknowledge, processed: 1, late: 0 }, '91 04'],
      ['an acknowledge of none', { kind: ServerKind.Acknowledge, processed: 0, late: 0 }, '92 04 00'],
      ['an acknowledge of something stored', { kind: ServerKind.Acknowledge, processed: 1, late: 3 }, '93 04 01 03'],
    ];
    for (const [what, frame, bytes] of frames) {
      it(what, () => expect(bytesOf(frame)).to.equal(bytes.replaceAll(' ', '')));
    }

    it('a click on the counter in at most 6 bytes down for counts from 0 to 99', () => {
      for (let count = 0; count <= 99; count++) expect(encodeFrame(patch(1, 1, count)).length).to.be.at.most(6);
    });

    it('undefined as nil', () => {
      expect(bytesOf(patch(1, 0, [undefined] as unknown as Wire))).to.equal('9202' + '93010091c0');
    });

    it('every number so that it can be read back; -0 as 0', () => {
      const numbers = [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53];
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, 1.5, 1e300, Number.MIN_VALUE];
      for (const number of [...numbers, ...numbers.map((value) => -value), ...odd, ...odd.map((value) => -value)]) {
        expect(decode(encodeFrame(patch(number)))).to.deep.equal([2, [number === 0 ? 0 : number]]);
      }
    });

    it('strings of every length around the limits of their headers', () => {
      for (const length of [0, 31, 32, 63, 64, 255, 256, 65_535, 65_536, 1_000_000]) {
        for (const letter of ['a', 'é', '€', '😀']) {
          const text = letter.repeat(length / letter.length);
          expect(decode(encodeFrame(patch(text)))).to.deep.equal([2, [text]]);
        }
      }
    });

    it('arrays of every length around the limits of their headers', () => {
      for (const length of [0, 15, 16, 65_535, 65_536]) {
        const frame = patch(...new Array<Wire>(length).fill(7));
        expect(decode(encodeFrame(frame))).to.deep.equal([2, new Array(length).fill(7)]);
      }
    });

    it('any tree so that it can be read back', () => {
      const { wire } = fc.letrec<{ wire: Wire }>((tie) => ({
        wire: fc.oneof(
          { maxDepth: 5 },
          fc.constantFrom(null, true, false),
          fc.integer(),
          fc.double().map((value) => value + 0),
          fc.string({ unit: 'grapheme' }),
          fc.array(tie('wire'), { maxLength: 20 })
        ),
      }));
      fc.assert(
        fc.property(wire, (tree) => {
          expect(decode(encodeFrame({ kind: ServerKind.Adopt, tree, processed: 0 }))).to.deep.equal([0, tree]);
        }),
        lawParameters()
      );
    });
  });

  describe('decodes', () => {
    it('a click in 6 bytes', () => {
      expect(decodeClientFrame(hex('92 01 91920100'))).to.deep.equal({
        kind: ClientKind.Events,
        events: [{ instance: 1, part: 0, payload: undefined }],
        frames: 1,
      });
    });

    it('events with payloads and a number of frames', () => {
      expect(decodeClientFrame(hex('93 01 92 93010091a161 93cd010002 9191a162 05'))).to.deep.equal({
        kind: ClientKind.Events,
        events: [
          { instance: 1, part: 0, payload: ['a'] },
          { instance: 256, part: 2, payload: [['b']] },
        ],
        frames: 5,
      });
    });

    it('an acknowledge and its defaults', () => {
      expect(decodeClientFrame(hex('91 02'))).to.deep.equal({ kind: ClientKind.Acknowledge, frames: 0, ask: 0 });
      expect(decodeClientFrame(hex('92 02 10'))).to.deep.equal({ kind: ClientKind.Acknowledge, frames: 16, ask: 0 });
      expect(decodeClientFrame(hex('93 02 00 03'))).to.deep.equal({
        kind: ClientKind.Acknowledge,
        frames: 0,
        ask: Ask.Render | Ask.Sign,
      });
    });

    it('a join', () => {
      const join = {
        kind: ClientKind.Join,
        version,
        client: 'c',
        token: 't',
        frame: 256,
        processed: 2,
        durable: 1,
        hashes: ['a', 'b'],
        names: [['d-1', 2, 3]],
        load: 'd-1',
        sent: 4,
      };
      expect(decodeClientFrame(hex('99 00 04 a163 a174 cd0100 02 01 92a161a162 91 93a3642d310203'))).to.deep.equal(
        join
      );
      expect(
        decodeClientFrame(hex('99 00 04 a163 a174 cd0100 02 01 92a161a162 92 93a1650702 93a3642d310100'))
      ).to.deep.equal({
        ...join,
        names: [
          ['e', 7, 2],
          ['d-1', 1, 0],
        ],
        sent: 3,
      });
    });

    it('events at stable addresses: a hash, then keys and parts in turn', () => {
      const steps = '96 a168 c0 02 a172 00 cb3ff8000000000000';
      expect(decodeClientFrame(hex(`92 01 92 92${steps}03 9392a168c00191a161`))).to.deep.equal({
        kind: ClientKind.Events,
        events: [
          { instance: ['h', null, 2, 'r', 0, 1.5], part: 3, payload: undefined },
          { instance: ['h', null], part: 1, payload: ['a'] },
        ],
        frames: 1,
      });
    });

    it('a join of another version as far as its version', () => {
      const frame = decodeClientFrame(hex('93 00 7f c0'));
      expect(frame).to.include({ kind: ClientKind.Join, version: 127, token: '' });
    });
  });

  describe('refuses', () => {
    const refused: readonly (readonly [what: string, bytes: string, reason: RegExp])[] = [
      ['what is no MessagePack', 'c1', /type 0xc1/],
      ['what is no array', '01', /frame is not an array/],
      ['an empty frame', '90', /unknown kind/],
      ['an unknown kind', '91 03', /unknown kind/],
      ['a kind that is no number', '91 a130', /unknown kind/],
      ['a kind of -0', '91 cb8000000000000000', /version is not a whole number/],
      ['a join without version', '91 00', /version is not a whole number/],
      ['a join that ends early', '97 00 04 a163 a174 00 00 00', /names is not an array/],
      ['a join without names', '98 00 04 a163 a174 00 00 00 90', /names is not an array/],
      ['a join without a page load', '99 00 04 a163 a174 00 00 00 90 90', /names is empty/],
      ['a page load without a name', '99 00 04 a163 a174 00 00 00 90 91 93a00100', /load is not a name/],
      ['a page load with a name of other signs', '99 00 04 a163 a174 00 00 00 90 91 93a12e0100', /load is not a name/],
      ['names without a range', '99 00 04 a163 a174 00 00 00 90 91 00', /range is not an array/],
      ['a range of no page load', '99 00 04 a163 a174 00 00 00 90 91 93000100', /load is not a string/],
      ['a range from no number on', '99 00 04 a163 a174 00 00 00 90 91 91a165', /first is not a whole number/],
      ['a range without a length', '99 00 04 a163 a174 00 00 00 90 91 92a16501', /count is not a whole number/],
      [
        'more events than a client keeps',
        '99 00 04 a163 a174 00 00 00 90 91 93a16501cd03e9',
        /count is not .* 0 to 1000/,
      ],
      ['a join with more than there is to say', '9a 00 04 a163 a174 00 00 00 90 91 93a1650100 00', /more than 9/],
      ['a token that is no string', '99 00 04 a163 01 00 00 00 90 91 93a1640100', /token is not a string/],
      ['a negative frame number', '99 00 04 a163 a174 ff 00 00 90 91 93a1640100', /frame is not a whole number/],
      [
        'half an event',
        '99 00 04 a163 a174 00 cb3ff8000000000000 00 90 91 93a1640100',
        /processed is not a whole number/,
      ],
      [
        'a hash that is no string',
        '99 00 04 a163 a174 00 00 00 9101 91 93a1640100',
        /hashes holds a value that is not a string/,
      ],
      ['an address without a hash', '92 01 91929000', /hash is not a string/],
      ['an address whose hash is none', '92 01 919292c0c000', /hash is not a string/],
      ['an address that leads nowhere', '92 01 919291a16800', /address ends with a part/],
      ['an address that ends with a part', '92 01 919293a168c00100', /address ends with a part/],
      ['an address with a key that is none', '92 01 919292a168c300', /key is not a string, a number or null/],
      ['an address with a part that is none', '92 01 919294a168c0a161c000', /part is not a whole number/],
      ['events that are no array', '92 01 01', /events is not an array/],
      ['events that are missing', '91 01', /events is not an array/],
      ['an event that is no array', '92 01 9101', /event is not an array/],
      ['an event without a part', '92 01 919101', /part is not a whole number/],
      ['an event with a negative instance', '92 01 9192ff00', /instance is not a whole number/],
      ['an event at a name', '92 01 9192a16100', /instance is not a whole number/],
      ['an event at NaN', '92 01 9192cb7ff800000000000000', /instance is not a whole number/],
      ['an event with four fields', '92 01 9194010090c0', /event has more than 3/],
      ['a payload that is no array', '92 01 91930100a161', /payload is not an array/],
      ['a payload nested too deep', '92 01 91930100 91919101', /payload is nested too deep/],
      ['a number of frames that is no number', '93 01 90 c3', /frames is not a whole number/],
      ['an events frame with four fields', '94 01 90 00 00', /events frame has more than 3/],
      ['an ask of unknown bits', '93 02 00 04', /ask is not a whole number from 0 to 3/],
      ['an acknowledge with four fields', '94 02 00 00 00', /acknowledge frame has more than 3/],
    ];
    for (const [what, bytes, reason] of refused) {
      it(what, () => expect(() => decodeClientFrame(hex(bytes))).to.throw(Malformed, reason));
    }

    it('more events than a client keeps', () => {
      const count = Limit.outbox + 1;
      const bytes = hex(`92 01 dc${count.toString(16).padStart(4, '0')}${'920100'.repeat(count)}`);
      expect(() => decodeClientFrame(bytes)).to.throw(Malformed, /events has more than 1000/);
    });

    it('more hashes than a client remembers', () => {
      const count = Limit.definitions + 1;
      const bytes = hex(
        `99 00 04 a0 a0 00 00 00 dc${count.toString(16).padStart(4, '0')}${'a0'.repeat(count)} 91 93a1640100`
      );
      expect(() => decodeClientFrame(bytes)).to.throw(Malformed, /hashes has more than 1024/);
    });

    it('frames with some bytes changed, with nothing but Malformed', () => {
      const frames = [
        '9a 00 02 a163 a174 cd0100 02 03 92a161a162 a3642d31 93a1650702',
        '93 01 92 93010091a161 93cd010002 9191a162 05',
        '92 01 92 9296a168c002a172000503 9392a168c00191a161',
      ].map(hex);
      const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }) });
      fc.assert(
        fc.property(fc.constantFrom(...frames), fc.array(change, { minLength: 1, maxLength: 4 }), (frame, changes) => {
          const bytes = frame.slice();
          for (const { at, to } of changes) bytes[at % bytes.length] = to;
          expectAnswer(bytes);
        }),
        lawParameters(5_000)
      );
    });
  });

  describe('an edit in a payload', () => {
    it('is read with its defaults, and no other value is one', () => {
      expect(editIn('input', [['a']])).to.deep.equal({ at: 0, cut: 0, text: 'a' });
      expect(editIn('keydown', ['a', 'KeyA', 0, false, ['', 3, 1]])).to.deep.equal({ at: 3, cut: 1, text: '' });
      expect(editIn('input', ['a'])).to.equal(undefined);
      expect(editIn('input', undefined)).to.equal(undefined);
      expect(editIn('wheel', [1, 2])).to.equal(undefined);
    });

    it('gives way to the text that it makes', () => {
      expect(withValue('input', [['a'], true], 'ab')).to.deep.equal(['ab', true]);
    });

    it('is refused if no client sends it', () => {
      for (const edit of [[], [1], ['a', -1], ['a', 0, 0.5], ['a', 'b'], ['a', 0, 0, 0]]) {
        expect(() => editIn('input', [edit as Wire]), JSON.stringify(edit)).to.throw(Malformed);
      }
    });
  });

  describe('payloads', () => {
    it('have their defaults where nothing is sent', () => {
      expect(decodePayload('click', undefined)).to.deep.equal({ type: 'click', ...eventDefaults });
      expect(decodePayload('click', [])).to.deep.equal({ type: 'click', ...eventDefaults });
    });

    it('carry value, checked and values of a control', () => {
      expect(decodePayload('input', ['a', true, ['b', 'c']])).to.include({ type: 'input', value: 'a', checked: true });
      expect(decodePayload('change', ['a', true, ['b', 'c']]).values).to.deep.equal(['b', 'c']);
    });

    it('carry key, code and modifiers of a key', () => {
      expect(decodePayload('keydown', ['A', 'KeyA', 8, true, 'text'])).to.include({
        key: 'A',
        code: 'KeyA',
        altKey: false,
        ctrlKey: false,
        metaKey: false,
        shiftKey: true,
        repeat: true,
        value: 'text',
      });
      const { altKey, ctrlKey, metaKey, shiftKey } = decodePayload('keyup', ['', '', 7]);
      expect([altKey, ctrlKey, metaKey, shiftKey]).to.deep.equal([true, true, true, false]);
    });

    it('carry the position of a pointer', () => {
      const event = decodePayload('click', ['', false, 1.5, -2, 3, 4, 2, 1]);
      expect(event).to.include({ x: 1.5, y: -2, offsetX: 3, offsetY: 4, button: 2, altKey: true });
    });

    it('carry the way of a wheel, the place of a scroll and the state of a disclosure', () => {
      expect(decodePayload('wheel', [1, -2])).to.include({ deltaX: 1, deltaY: -2 });
      expect(decodePayload('scroll', [10, 20])).to.include({ scrollLeft: 10, scrollTop: 20 });
      expect(decodePayload('toggle', [true])).to.include({ open: true });
    });

    it('carry the entries of a form in pairs, whatever their names', () => {
      expect(decodePayload('submit', [['__proto__', 'a', 'n', 'b']]).entries).to.deep.equal([
        ['__proto__', 'a'],
        ['n', 'b'],
      ]);
      expect(({} as Record<string, unknown>)['a']).to.equal(undefined);
    });

    it('of few pages are read', () => {
      const of = (type: string, ...extra: readonly Wire[]) =>
        decodePayload(type, [...payloadFields(type).map((field) => emptyOf(field)), ...extra]);
      expect(of('picked', '{"id":[1]}').detail).to.deep.equal({ id: [1] });
      expect(of('picked').detail).to.equal(null);
      const nested = (depth: number): unknown => of('picked', `${'['.repeat(depth)}${']'.repeat(depth)}`).detail;
      expect([nested(16) === null, nested(17), of('picked', '{"a":{"__proto__":1}}').detail]).to.deep.equal([
        ...[false, null, null],
      ]);
      expect(of('change', ['a', '1']).entries).to.deep.equal([['a', '1']]);
      expect(of('drop', 'text', '<b>', ['a.txt', 3, 'text/plain'])).to.include({ text: 'text', html: '<b>' });
      expect(of('drop', '', '', ['a.txt', 3, 'text/plain']).files).to.deep.equal([
        { name: 'a.txt', size: 3, type: 'text/plain' },
      ]);
      expect(of('pause', 1.5, 60, 1, true, false, true)).to.include({
        ...{ currentTime: 1.5, duration: 60, volume: 1, paused: true, ended: false, muted: true },
      });
      expect(of('resize', 1.5, 2)).to.include({ width: 1.5, height: 2 });
    });

    const wrong: readonly (readonly [type: string, payload: readonly Wire[], reason: RegExp])[] = [
      ['input', [1], /value is not a string/],
      ['input', ['a', 1], /checked is not a boolean/],
      ['input', ['a', true, 'b'], /values is not an array/],
      ['input', ['a', true, [1]], /values holds a value that is not a string/],
      ['input', ['a', true, [], 1], /name is not a string/],
      ['input', ['a', true, [], 'b', ['a']], /entries has a name without a value/],
      ['input', ['a', true, [], 'b', [], 1], /payload has more than 5/],
      ['picked', ['', false, [], '', 1], /detail is not a string/],
      ['picked', ['', false, [], '', '{'], /detail is not JSON/],
      ['picked', ['', false, [], '', `"${'x'.repeat(16_384)}"`], /detail has more than 16384 characters/],
      ['paste', ['', false, [], '', 'x'.repeat(8_193)], /text has more than 8192 characters/],
      ['paste', ['', false, [], '', 'x', 'y', ['a', 1]], /files has a file without a type/],
      ['paste', ['', false, [], '', 'x', 'y', ['a', -1, '']], /size of a file is not a whole number/],
      ['paste', ['', false, [], '', 'x', 'y', ['a'.repeat(256), 1, '']], /name of a file has more than 255/],
      ['paste', ['', false, [], '', 'x', 'y', Array.from({ length: 303 }, () => 'a')], /files has more than 300 items/],
      ['play', ['', false, [], '', Number.NaN], /currentTime is not a finite number/],
      ['play', ['', false, [], '', 1, 2, 1, 1], /paused is not a boolean/],
      ['resize', ['', false, [], '', 'b'], /width is not a finite number/],
      ['resize', ['', false, [], '', 1, 2, 3], /payload has more than 6/],
      ['keydown', [null], /key is not a string/],
      ['keydown', ['a', 'b', 16], /modifiers is not a whole number from 0 to 15/],
      ['click', ['', false, Number.NaN], /x is not a finite number/],
      ['click', ['', false, '1'], /x is not a finite number/],
      ['wheel', [Number.POSITIVE_INFINITY], /deltaX is not a finite number/],
      ['submit', [['a']], /entries has a name without a value/],
      ['submit', [[['a', 'b']]], /entries holds a value that is not a string/],
      ['toggle', [0], /open is not a boolean/],
    ];
    for (const [type, payload, reason] of wrong) {
      it(`of ${type} refuse ${JSON.stringify(payload)}`, () => {
        expect(() => decodePayload(type, payload)).to.throw(Malformed, reason);
      });
    }
  });
});

/** What a field of a payload is if there is nothing to tell. */
const emptyOf = (field: PayloadField): Wire => {
  const value = field === 'modifiers' ? 0 : eventDefaults[field];
  return Array.isArray(value) ? [] : (value as Wire);
};

function expectAnswer(bytes: Uint8Array): void {
  try {
    decodeClientFrame(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(Malformed);
  }
}
