import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { createReporter, type WrittenReport } from '../../../runtime/platform/error-report.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { hidden } from '../../../runtime/platform/redact.js';
import type { Instance } from '../../../runtime/render/rendered.js';
import { noteTyped, type SecretKeeper } from '../../../runtime/session/secret-input.js';
import { LiveSession } from '../../../runtime/session/session.js';
import { pack, unpack } from '../../../runtime/session/session-snapshot.js';
import { html, repeat } from '../../../runtime/template/html.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import { type EventData, eventDefaults } from '../../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, FakeHost, joinFrame, startSession } from '../../fixtures/live-session.js';

type Message = { readonly type: 'typed'; readonly text: string };

const typed = ({ value }: EventData): Message => ({ type: 'typed', text: value });

const Field = component({
  name: 'field',
  init: ({ name }: { readonly name: string }) => ({ name, text: '' }),
  update: (model, { text }: Message) => ({ ...model, text }),
  view: ({ name }) => html<Message>`<input type="password" name=${name} @input=${typed}>`,
});

/** Parts of the root: 0 to 2 events, 3 rows with a field each, 4 a component with one. */
const Page = component({
  name: 'page',
  init: () => ({ text: '' }),
  update: (model, { text }: Message) => {
    if (text.startsWith('throw')) throw new Error(`${text} after ${model.text}`);
    return { ...model, text };
  },
  view: () => html<Message>`
    <input @input=${typed}>
    <input type="password" @keydown=${typed}>
    <form @submit=${(_event: EventData) => null}>
      ${repeat(
        ['one'],
        (name) => name,
        (name) => html`<input type="password" name=${`row-${name}`}>`
      )}
      ${Field({ key: 1, name: 'of-field' })}
      <input type="password" name="of-page">
    </form>`,
});

/** A host that keeps reports as they are written down. */
class WritingHost extends FakeHost {
  readonly written: WrittenReport[] = [];
  override readonly report = createReporter(undefined, (report) => this.written.push(report));
}

function begun(): { readonly session: LiveSession; readonly host: WritingHost } {
  const host = new WritingHost();

  return { session: startSession(Page, host), host };
}

/** A joined session; what an event of a part of the page's root leads to. */
function joined(): {
  readonly session: LiveSession;
  happens(part: number, ...payload: readonly Wire[]): WrittenReport[];
} {
  const { session, host } = begun();
  const connection = new FakeConnection();
  session.join(connection, joinFrame());
  const number = (session.rendered as Instance).number;

  return {
    session,
    happens(part, ...payload) {
      session.receive(connection, eventsFrame([[number, part, payload]]));
      host.turn();
      return host.written;
    },
  };
}

/** What is found to be secret of these, once an event has told something. */
function secretsOf(given: Partial<EventData>, texts: readonly string[]): readonly string[] {
  const keeper: SecretKeeper = { secrets: undefined };
  noteTyped(keeper, begun().session.rendered as Instance, { type: 'any', ...eventDefaults, ...given });

  return texts.filter((text) => keeper.secrets?.redact(text) === hidden);
}

describe('secret input', () => {
  it('is the value of an event, its values, and keys that write something', () => {
    expect(secretsOf({ value: 'a' }, ['a'])).to.deep.equal(['a']);
    expect(secretsOf({ values: ['a', 'b'] }, ['a', 'b'])).to.deep.equal(['a', 'b']);
    expect(secretsOf({ key: '😀' }, ['😀'])).to.deep.equal(['😀']);
    expect(secretsOf({ key: 'Enter', code: 'Enter' }, ['Enter'])).to.deep.equal([]);
  });

  it('is in the entries of a form what has the name of a password field, wherever that stands', () => {
    const entries = ['user', 'password', 'of-page', 'row-one', 'of-field'].map((name) => [name, `${name}!`] as const);
    expect(
      secretsOf(
        { entries },
        entries.map(([, value]) => value)
      )
    ).to.deep.equal([...['password!', 'of-page!', 'row-one!', 'of-field!']]);
  });

  describe('where holes decide which inputs are password fields', () => {
    type Shown = { readonly type: 'typed' };
    const Fields = component({
      name: 'fields',
      init: ({ type, purpose }: { readonly type: string; readonly purpose: string }) => ({ type, purpose }),
      update: (model, _message: Shown) => ({ ...model, type: 'text' }),
      view: ({ type, purpose }) =>
        html<Shown>`<input name="of-hole" type=${type} autocomplete=${purpose} @input=${({ value }: EventData) => (value === '' ? null : { type: 'typed' as const })}>`,
    });
    /** What is noted of an input of this type and purpose. */
    const noted = (type: string, purpose = ''): readonly unknown[] => {
      const view = startSession(Fields, new FakeHost(), false, { type, purpose }).rendered as Instance;
      const keeper: SecretKeeper = { secrets: undefined };
      noteTyped(keeper, view, { type: 'input', ...eventDefaults, value: 'hunter2' });
      noteTyped(keeper, view, { type: 'submit', ...eventDefaults, entries: [['of-hole', 'in a form']] });
      return ['hunter2', 'in a form'].filter((text) => keeper.secrets?.redact(text) === hidden);
    };

    it('is what is typed into one that shows a text now, and does not say what for', () => {
      const Toggle = component({
        name: 'toggle',
        init: () => 'text',
        update: (model, _message: Shown) => model,
        view: (type) => html<Shown>`<input type=${type} @input=${(_event: EventData) => null}>`,
      });
      const keeper: SecretKeeper = { secrets: undefined };
      const view = startSession(Toggle, new FakeHost()).rendered as Instance;
      noteTyped(keeper, view, { type: 'input', ...eventDefaults, value: 'hunter2' });
      expect(keeper.secrets?.redact('hunter2')).to.equal(hidden);
    });

    it('is what is typed into those that are, and from then on into those of their template', () => {
      expect(noted('text', 'name')).to.deep.equal([]);
      expect(noted('email', 'section-a email')).to.deep.equal([]);
      expect(noted('number')).to.deep.equal([]);
      expect(noted('Password', 'name')).to.deep.equal(['hunter2', 'in a form']);
      // One that shows what is typed is still the same field.
      expect(noted('text', 'name')).to.deep.equal(['hunter2', 'in a form']);
    });
  });

  it('makes nothing where nothing was typed', () => {
    const keeper: SecretKeeper = { secrets: undefined };
    noteTyped(keeper, begun().session.rendered as Instance, { type: 'keydown', ...eventDefaults, key: 'Tab' });
    expect(keeper.secrets).to.equal(undefined);
  });

  it('is noted in the session before the handler gets it, if the part may tell of some', () => {
    const { session, happens } = joined();
    happens(0, 'seen');
    expect(session.secrets).to.equal(undefined);
    happens(1, 'x', 'KeyX', 0, false, 'hunter2');
    happens(2, ['password', 'of a form', 'user', 'ada']);
    const states = ['seen', 'x', 'hunter2', 'of a form', 'ada'].map((text) => session.secrets?.redact(text));
    expect(states).to.deep.equal(['seen', hidden, hidden, hidden, 'ada']);
  });

  it('is known again when its session comes from a store, as far as it stands there', () => {
    const { session, happens } = joined();
    expect(session.save()).to.not.have.property('secrets');
    happens(1, 'x', 'KeyX', 0, false, 'gone-1');
    happens(1, 'x', 'KeyX', 0, false, 'hunter2');
    const image = unpack(pack(session.save()));
    expect(image.secrets).to.deep.equal(['hunter2']);
    const restored = new LiveSession(new WritingHost(), { id: 'session', component: Page, props: {}, image });
    expect(restored.secrets?.redact(['hunter2', 'gone-1'])).to.deep.equal([hidden, 'gone-1']);
  });

  it('is in no report that is written down', () => {
    const { happens } = joined();
    happens(1, 'x', 'KeyX', 0, false, 'hunter2');
    const [report, ...others] = happens(0, 'throws');
    expect(others).to.deep.equal([]);
    expect(report).to.deep.include({ code: ErrorCode.Update, component: 'page', session: 'session' });
    expect(report?.err.message).to.equal(`throws after ${hidden}`);
    expect(report?.err.stack).to.contain(`throws after ${hidden}`).and.not.contain('hunter2');
  });
});
