import { expect } from 'chai';
import fc from 'fast-check';
import {
  describeClientFrame,
  describeEvent,
  describeServerFrame,
  mostLines,
} from '../../../runtime/inspect/describe-frame.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { hidden } from '../../../runtime/platform/redact.js';
import { ClientTree } from '../../../runtime/render/client-tree.js';
import { describePage, diff } from '../../../runtime/render/diff.js';
import { Instance, type Value } from '../../../runtime/render/nodes.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { type Child, html, repeat, unsafeHtml } from '../../../runtime/template/html.js';
import type { Part } from '../../../runtime/template/parts.js';
import { Malformed } from '../../../runtime/wire/decode.js';
import { type EventData, eventDefaults } from '../../../runtime/wire/event-data.js';
import { decodeClientFrame, decodePayload } from '../../../runtime/wire/frame-codec.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import {
  Ask,
  ClientKind,
  type EventRange,
  type EventRecord,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../../../runtime/wire/protocol.js';
import { pack } from '../../fixtures/frames.js';
import { acknowledgeFrame, eventsFrame, joinFrame } from '../../fixtures/live-session.js';
import { lawParameters } from '../../laws/parameters.js';
import { Random, randomTemplate, views } from '../../laws/schema.js';

type Anything = Child<{ readonly type: string }>;

/** A page and what its client has been sent. */
class Page {
  readonly #clientTree = new ClientTree([]);
  rendered: Value;
  #frame = 1;

  constructor(first: Anything) {
    this.rendered = renderRoot(first, undefined, () => {});
    describePage(this.#clientTree, this.rendered, 1);
  }

  /** Shows something else, and says in words what that changes. */
  show(next: Anything): readonly string[] {
    this.rendered = renderRoot(next, this.rendered, () => {});
    const changes = diff(this.#clientTree, this.rendered, ++this.#frame);

    return describeServerFrame({ kind: ServerKind.Patch, changes, processed: 0 }, this.rendered);
  }
}

/** The words of a page that shows one thing after the other. */
const wordsBetween = (first: Anything, next: Anything): readonly string[] => new Page(first).show(next);

const patch = (...changes: readonly Wire[]): ServerFrame => ({ kind: ServerKind.Patch, changes, processed: 0 });

/** Whatever a frame can hold. */
const { wire: anyWire } = fc.letrec<{ wire: Wire }>((tie) => ({
  wire: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Wire>(null, true, false, 0, 1, 2, 3, -1),
    fc.integer(),
    fc.double(),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
    fc.array(tie('wire'), { maxLength: 4 })
  ),
}));

/** Names of events of all kinds of payloads. */
const eventNames = ['click', 'input', 'keydown', 'wheel', 'scroll', 'submit', 'toggle', 'no-such-event', ''];

const at = (name: string): Pick<Part, 'name' | 'element'> => ({
  name,
  element: 'input',
});

describe('words', () => {
  describe('of a patch', () => {
    it('say what stands where now, and on which element', () => {
      const view = (text: string, is: boolean) =>
        html`<input class=${text} ?disabled=${is} .value=${text} title=${is ? text : null}><p>${text}</p><b>x ${text}</b>`;
      expect(wordsBetween(view('a', false), view('b', true))).to.deep.equal([
        'on <input> 1.0 class = "b"',
        'on <input> 1.1 disabled',
        'on <input> 1.2 .value = "b"',
        'on <input> 1.3 title = "b"',
        'in <p> 1.4: "b"',
        'in <b> 1.5: "b"',
      ]);
      expect(wordsBetween(view('b', true), view('b', false))).to.deep.equal([
        'on <input> 1.1 no disabled',
        'on <input> 1.3 no title',
      ]);
    });

    it('say whether an event is heard', () => {
      const view = (handler: { type: string } | ((event: unknown) => { type: string }) | null) =>
        html<{ type: string }>`<b @click=${handler}></b>`;
      expect(wordsBetween(view({ type: 'a' }), view(null))).to.deep.equal(['on <b> 1.0 @click: not heard']);
      expect(wordsBetween(view(null), view({ type: 'a' }))).to.deep.equal(['on <b> 1.0 @click: sent without data']);
      expect(
        wordsBetween(
          view(null),
          view((_event) => ({ type: 'a' }))
        )
      ).to.deep.equal(['on <b> 1.0 @click: sent with its data']);
    });

    it('say which styles there are', () => {
      const view = (color: string) => html`<b style=${{ color }}></b>`;
      expect(wordsBetween(view('red'), view('blue'))).to.deep.equal(['on <b> 1.0 style = ["color","blue"]']);
    });

    it('say what kind of content has come', () => {
      const view = (content: Anything) => html<{ type: string }>`<p>${content}</p>`;
      const known = html`<i>${1}</i>`;
      expect(wordsBetween(view('a'), view(null))).to.deep.equal(['in <p> 1.0: nothing']);
      expect(wordsBetween(view('a'), view(known))[0]).to.equal('in <p> 1.0: a new template: "<i></i>"');
      expect(wordsBetween(view('a'), view([known]))).to.deep.equal(['in <p> 1.0: a list']);
      expect(wordsBetween(view('a'), view(unsafeHtml('<u>')))).to.deep.equal(['in <p> 1.0: raw HTML']);
      const keyed = repeat(
        [1],
        (key) => key,
        (key) => html`<i>${key}</i>`
      );
      expect(wordsBetween(view('a'), view(keyed))).to.deep.equal(['in <p> 1.0: a keyed list']);
      const page = new Page(view(known));
      page.show(view('b'));
      expect(page.show(view(html`<i>${1}</i>`))[0]).to.match(
        /^in <p> 1\.0: (?:a new template: "<i><\/i>"|template \d+, 1 value)$/
      );
    });

    it('say that the page is another', () => {
      expect(wordsBetween(html`<p></p>`, html`<b></b>`)).to.deep.equal(['the page: a new template: "<b></b>"']);
    });

    it('say which rows of a list come, go and move', () => {
      const view = (...keys: readonly string[]) =>
        html`<ul>${repeat(
          keys,
          (key) => key,
          (key) => html`<li>${key}</li>`
        )}</ul>`;
      expect(wordsBetween(view('a', 'b'), view('a', 'b', 'c'))).to.deep.equal([
        'list 2: rows at the end, the first of key "c"',
      ]);
      expect(wordsBetween(view('a', 'b'), view('a', 'x', 'b'))).to.deep.equal([
        'list 2: rows before row 4, the first of key "x"',
      ]);
      expect(wordsBetween(view('a', 'b', 'c'), view('a', 'c'))).to.deep.equal(['list 2: without row 4']);
      expect(wordsBetween(view('a', 'b', 'c', 'd'), view('a', 'd'))).to.deep.equal([
        'list 2: without 2 rows from row 4',
      ]);
      expect(wordsBetween(view('a', 'b', 'c'), view('b', 'c', 'a'))).to.deep.equal(['list 2: row 3 to the end']);
      expect(wordsBetween(view('a', 'b', 'c'), view('c', 'a', 'b'))).to.deep.equal(['list 2: row 5 before row 3']);
    });

    it('do not speak of keys where rows have none', () => {
      const view = (...rows: readonly string[]) => html`<ul>${rows.map((row) => html`<li>${row}</li>`)}</ul>`;
      expect(wordsBetween(view('a'), view('a', 'b'))).to.deep.equal(['list 2: rows at the end, the first']);
    });

    it('are 200 at the most, and how many more changes there are', () => {
      const row = (text: string, at: number) => html`<li title=${`${at}`}>${text}</li>`;
      const view = (text: string) => html`<ul>${Array.from({ length: 250 }, (_, at) => row(text, at))}</ul>`;
      const words = wordsBetween(view('a'), view('b'));
      expect(words).to.have.lengthOf(mostLines + 1);
      expect(words.at(-1)).to.equal('50 more changes');
    });

    it('shorten what is long', () => {
      const view = (text: string) => html`<p>${text}</p>`;
      const [long = ''] = wordsBetween(view('a'), view('b'.repeat(1_000)));
      expect(long).to.match(/^in <p> 1\.0: "b{199}…$/);
    });

    it('call what is not in the page by its numbers, and hide what it was given', () => {
      expect(describeServerFrame(patch(7, 3, 'text'), null)).to.deep.equal([`7.3: ${hidden}`]);
      expect(describeServerFrame(patch(7, 3, [null]), null)).to.deep.equal(['7.3: a keyed list']);
      const { rendered } = new Page(html`<p>${'a'}</p>`);
      expect(describeServerFrame(patch(1, 9, 'text'), rendered)).to.deep.equal([`1.9: ${hidden}`]);
    });

    it('hide the value of a password field', () => {
      const view = (text: string) => html`<input type="password" .value=${text}><input .value=${text}>`;
      expect(wordsBetween(view('a'), view('b'))).to.deep.equal([
        `on <input> 1.0 .value = ${hidden}`,
        'on <input> 1.1 .value = "b"',
      ]);
    });
  });

  describe('of the other frames to a client', () => {
    it('say why a page is sent whole', () => {
      const render = (reason: Reason) =>
        describeServerFrame({ kind: ServerKind.Render, tree: null, processed: 0, reason }, null);
      expect([Reason.Resumed, Reason.Restored, Reason.Fresh, Reason.Forked].flatMap(render)).to.deep.equal([
        'the whole page: the client is back',
        'the whole page: the session was restored',
        'the whole page: the session is a fresh one',
        'the whole page: the session is a copy',
      ]);
    });

    it('never tell a token', () => {
      const words = describeServerFrame(
        { kind: ServerKind.Render, tree: 'of the page', processed: 1, reason: Reason.Forked, token: 'top secret' },
        null
      );
      expect(words.join()).to.not.contain('top secret').and.to.not.contain('of the page');
    });

    it('say what has become of the events', () => {
      expect(describeServerFrame({ kind: ServerKind.Adopt, tree: null, processed: 1 }, null)).to.deep.equal([
        'the page is as it was rendered',
        '1 event processed',
      ]);
      expect(
        describeServerFrame({ kind: ServerKind.Acknowledge, processed: 3, late: 2, dropped: 1 }, null)
      ).to.deep.equal(['3 events processed', '2 of all not stored yet', '1 event came to nothing']);
      expect(describeServerFrame({ kind: ServerKind.Acknowledge, processed: 1, late: null }, null)).to.deep.equal([
        '1 event processed',
        'the session is in memory alone',
      ]);
    });

    it('say which command a client gets', () => {
      expect(describeServerFrame({ kind: ServerKind.Command, name: 'move', operands: [5_000] }, null)).to.deep.equal([
        'move 5000',
      ]);
    });
  });

  describe('of a client', () => {
    it('say what it knows when it joins, and not its token', () => {
      expect(describeClientFrame(joinFrame())).to.deep.equal([
        'page load document',
        'shows the first page',
        'knows of 0 events processed, of 0 sent',
      ]);
      const words = describeClientFrame(joinFrame({ frame: 2, processed: 1, sent: 3, hashes: ['abc'] }));
      expect(words.slice(1)).to.deep.equal([
        'has applied 2 frames',
        'knows of 1 event processed, of 3 sent',
        'remembers 1 template',
      ]);
      const reloaded = {
        ...joinFrame(),
        token: 'top secret',
        names: [
          ['other', 4, 2],
          ['document', 1, 0],
        ] as EventRange[],
      };
      expect(describeClientFrame(reloaded).at(-1)).to.equal('has inherited 2 events of page load other');
      expect(describeClientFrame(reloaded).join()).to.not.contain('top secret');
    });

    it('have a line for each event, and one for the frames applied', () => {
      expect(
        describeClientFrame(
          eventsFrame(
            [
              [3, 1],
              [4, 0, ['text']],
            ],
            2
          )
        )
      ).to.deep.equal(['something at 3.1', 'something at 4.0', '2 frames applied']);
    });

    it('have lines for 200 events at the most, and how many more there are', () => {
      const words = describeClientFrame(eventsFrame(new Array(203).fill([1, 0]), 1));
      expect(words).to.have.lengthOf(mostLines + 2);
      expect(words.slice(-2)).to.deep.equal(['3 more events', '1 frame applied']);
    });

    it('say what it asks for', () => {
      expect(describeClientFrame(acknowledgeFrame(1, Ask.Render | Ask.Sign))).to.deep.equal([
        '1 frame applied',
        'asks for the whole page',
        'asks for a sign of life',
      ]);
    });
  });

  describe('of an event', () => {
    const event = (): EventRecord => ({ instance: 3, part: 1 });
    const data = (given: Partial<EventData>): EventData => ({ type: 'any', ...eventDefaults, ...given });

    it('say what it was, where, and what came with it unless that is as always', () => {
      expect(describeEvent(event(), at('click'), undefined)).to.equal('click on <input> 3.1');
      expect(describeEvent(event(), at('input'), data({ value: 'Ada', checked: true }))).to.equal(
        'input on <input> 3.1: value "Ada", checked true'
      );
      expect(describeEvent(event(), at('input'), data({}))).to.equal('input on <input> 3.1');
      expect(describeEvent({ ...event(), instance: ['hash', 0, 'key'] }, at('click'), undefined)).to.equal(
        'click on <input> ["hash",0,"key"].1'
      );
    });
  });

  describe('of anything', () => {
    it('never fail for what a diff makes of random pages', function () {
      this.timeout(60_000);
      let lines = 0;
      for (let seed = 1; seed <= 500; seed++) {
        const random = new Random(seed);
        const source = views(randomTemplate(random, 'flow', 1 + random.below(4)), random);
        try {
          const page = new Page(source.next().value);
          for (let step = 0; step < 4; step++) {
            for (const line of page.show(source.next().value)) {
              expect(line, `seed ${seed}`)
                .to.match(/\S/)
                .and.to.not.match(/undefined|\[object/);
              lines++;
            }
          }
        } catch (error) {
          // Some templates are refused, for what the content model says of them.
          if (!(error instanceof TroupeError)) throw error;
        }
      }
      expect(lines).to.be.above(1_000);
    });

    it('never fail for whatever a server could say of a page', () => {
      const { rendered } = new Page(html`<p class=${'a'} @click=${{ type: 'a' }}>${'b'}</p>${[html`<i>${1}</i>`]}`);
      const small = fc.integer({ min: 0, max: 4 });
      const change = fc.tuple(small, small, anyWire);
      fc.assert(
        fc.property(fc.array(change, { maxLength: 4 }), anyWire, (changes, tree) => {
          for (const line of describeServerFrame(patch(...changes.flat()), rendered)) expect(line).to.be.a('string');
          describeServerFrame({ kind: ServerKind.Command, name: 'x', operands: [tree] }, rendered);
        }),
        lawParameters(1_000)
      );
    });

    it('never fail for any frame of a client that can be read', () => {
      const record = fc.tuple(fc.oneof(fc.nat(9), fc.array(anyWire, { maxLength: 3 })), fc.nat(9), fc.array(anyWire));
      const frame = fc.oneof(
        fc.tuple(fc.constant(ClientKind.Events), fc.array(record), fc.nat(9)),
        fc.tuple(fc.constant(ClientKind.Acknowledge), fc.nat(9), fc.nat(3)),
        fc.array(anyWire)
      );
      let read = 0;
      fc.assert(
        fc.property(frame, fc.constantFrom(...eventNames), (fields, name) => {
          let decoded: ReturnType<typeof decodeClientFrame>;
          try {
            decoded = decodeClientFrame(pack(fields));
          } catch (error) {
            if (error instanceof Malformed) return;
            throw error;
          }
          read++;
          for (const line of describeClientFrame(decoded)) expect(line).to.match(/\S/);
          if (decoded.kind !== ClientKind.Events) return;
          for (const event of decoded.events) {
            let data: EventData | undefined;
            try {
              data = decodePayload(name, event.payload);
            } catch (error) {
              if (!(error instanceof Malformed)) throw error;
            }
            expect(describeEvent(event, at(name), data)).to.be.a('string');
          }
        }),
        lawParameters(2_000)
      );
      expect(read).to.be.above(500);
    });

    it('find what is deep in a page', () => {
      const deep = (text: string, depth: number): Anything =>
        depth === 0 ? html`<i>${text}</i>` : html`<div>${deep(text, depth - 1)}</div>`;
      const page = new Page(deep('a', 20));
      expect(page.rendered).to.be.instanceOf(Instance);
      expect(page.show(deep('b', 20))).to.deep.equal(['in <i> 21.0: "b"']);
    });
  });
});
