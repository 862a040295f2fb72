import { expect } from 'chai';
import { component, html, repeat } from 'troupe';
import { type FormMessage, type FormState, form } from 'troupe/components/form';
import { openPage, type TestPage } from 'troupe/testing';
import { z } from 'zod';
import { redact } from '../../../runtime/platform/redact.js';
import { lawParameters } from '../../laws/parameters.js';
import { Random } from '../../laws/schema.js';

// A FORM ----------------------------------------------------------------------

const schema = z.object({
  email: z.email('no address'),
  age: z.number('no number').int().min(18, 'too young').optional(),
  pin: z.string().min(4, 'too short'),
  agreed: z.literal(true, 'not agreed'),
  plan: z.enum(['free', 'paid'], 'no plan'),
  colours: z.array(z.enum(['red', 'green'])),
  days: z.array(z.string()),
  guests: z.array(z.object({ name: z.string().min(1, 'no name') })).max(3, 'too many'),
});

/** Resolved by the specs: who asks whether a name is taken. */
const asked: { value: string; answer(issue: string | null): void; fail(): void }[] = [];

const signup = form({
  name: 'signup',
  schema,
  initial: { email: '', age: '', pin: '', agreed: false, plan: 'free', colours: [], days: [], guests: [] },
  fields: { pin: { type: 'password' } },
  labels: { pin: 'PIN', 'guests[].name': 'Guest' },
  checks: {
    email: (value) =>
      new Promise((resolve, reject) => asked.push({ value, answer: resolve, fail: () => reject(new Error('down')) })),
  },
});

interface Model {
  readonly form: FormState;
  readonly sent: readonly unknown[];
}

const Page = component({
  name: 'signup-page',
  init: (): Model => ({ form: signup.start(), sent: [] }),
  update: ({ form: before, sent }, message: FormMessage): Model => {
    const after = signup.update(before, message);
    const output = signup.submitted(before, after);

    return { form: after, sent: output === undefined ? sent : [...sent, output] };
  },
  subscriptions: (model) => signup.subscriptions(model.form),
  view: ({ form: state, sent }) => html<FormMessage>`
    <form ${signup.form()} novalidate>
      ${signup.summary(state, 'Not yet')}
      <label for="signup-email">E-mail</label> <input ${signup.field(state, 'email')}> ${signup.error(state, 'email')}
      <label for="signup-age">Age</label> <input ${signup.field(state, 'age')}> ${signup.error(state, 'age')}
      <label for="signup-pin">PIN</label> <input ${signup.field(state, 'pin')}> ${signup.error(state, 'pin')}
      <label><input ${signup.field(state, 'agreed')}> I agree</label> ${signup.error(state, 'agreed')}
      ${signup.options('plan').map((plan) => html<FormMessage>`<label><input ${signup.option(state, 'plan', plan)}> ${plan}</label>`)}
      <label for="signup-colours">Colours</label>
      <select ${signup.field(state, 'colours')} multiple>${['red', 'green'].map((colour) => html`<option ${signup.choice(state, 'colours', colour)}>${colour}</option>`)}</select>
      ${['Mo', 'Tu'].map((day) => html<FormMessage>`<label><input ${signup.option(state, 'days', day)}> ${day}</label>`)}
      ${repeat(
        signup.rows(state, 'guests'),
        ({ key }) => key,
        ({ index }) => html<FormMessage>`<fieldset>
          <input ${signup.field(state, `guests[${index}].name`)} aria-label=${`guest ${index}`}>
          ${signup.error(state, `guests[${index}].name`)}
          <button type="button" @click=${signup.removed('guests', index)}>remove ${index}</button>
          <button type="button" @click=${signup.moved('guests', index, index - 1)}>up ${index}</button>
        </fieldset>`
      )}
      <button type="button" @click=${signup.added('guests', { name: '' })}>add</button>
      <button>Send</button><button type="reset">Reset</button>
    </form>
    <output id="sent">${JSON.stringify(sent)}</output>
    <output id="dirty">${String(signup.isDirty(state))}</output>`,
});

// SPEC ------------------------------------------------------------------------

describe('form', () => {
  let page: TestPage;
  const field = (label: string) => page.getByLabelText(label);
  const button = (name: string) => page.getByRole('button', { name });
  const described = (label: string) => {
    const id = field(label).getAttribute('aria-describedby');
    return id === null ? null : page.document.getElementById(id)?.textContent;
  };
  const sent = () => JSON.parse(page.document.querySelector('#sent')?.textContent ?? '') as unknown[];

  beforeEach(async () => {
    asked.length = 0;
    page = await openPage(Page);
  });
  afterEach(() => page.close());

  /** Answers the newest question. */
  async function answer(issue: string | null): Promise<void> {
    asked.at(-1)?.answer(issue);
    await page.rest();
  }

  it('gives controls what the schema says of them', () => {
    const email = field('E-mail');
    expect(email.id).to.equal('signup-email');
    expect(email.outerHTML).to.include('name="email" type="text"').and.include('required');
    expect(field('Age').outerHTML).to.include('type="number"').and.include('min="18"').and.not.include('required');
    expect(field('PIN').outerHTML).to.include('type="password"').and.include('minlength="4"').and.not.include('value=');
  });

  it('says what is wrong with a field once it was left', async () => {
    await page.type(field('E-mail'), 'ada');
    expect(described('E-mail')).to.equal(null);
    await page.act((user) => user.tab());
    expect(described('E-mail')).to.equal('no address');
    expect(field('E-mail').getAttribute('aria-invalid')).to.equal('true');
    await page.type(field('E-mail'), '@example.com');
    expect(described('E-mail')).to.equal(null);
    expect(field('E-mail').hasAttribute('aria-invalid')).to.equal(false);
  });

  it('says all that is wrong after a submission, with links to the fields', async () => {
    await page.click(button('Send'));
    const summary = page.getByRole('alert');
    expect(
      [...summary.querySelectorAll('a')].map((link) => [link.getAttribute('href'), link.textContent])
    ).to.deep.equal([
      ['#signup-email', 'no address'],
      ['#signup-pin', 'PIN: too short'],
      ['#signup-agreed', 'not agreed'],
    ]);
    expect(sent()).to.deep.equal([]);
    for (const link of summary.querySelectorAll('a')) {
      const id = link.getAttribute('href')?.slice(1) ?? '';
      expect(page.document.getElementById(id), id).to.not.equal(null);
    }
  });

  describe('its summary', () => {
    const summary = () => page.document.querySelector<HTMLElement>('.troupe-error-summary');
    const isFocused = () => page.document.activeElement === summary();

    it('takes the focus when a submission has failed, and again when the next one has', async () => {
      await page.click(button('Send'));
      expect(isFocused()).to.equal(true);
      const first = summary();
      await page.click(button('Send'));
      expect(isFocused()).to.equal(true);
      expect(summary()).to.not.equal(first);
      await page.type(field('PIN'), '1');
      expect(isFocused()).to.equal(false);
      await page.type(field('PIN'), '{Enter}');
      expect(isFocused()).to.equal(true);
    });

    it('takes it once the answers have come that a submission has waited for, if nothing was edited meanwhile', async () => {
      await page.type(field('E-mail'), 'ada@example.com');
      await page.click(button('Send'));
      expect(summary()).to.equal(null);
      await answer(null);
      expect(isFocused()).to.equal(true);
      await page.type(field('E-mail'), 'x');
      await page.click(button('Send'));
      await page.type(field('PIN'), '1');
      await answer('is taken');
      expect(isFocused()).to.equal(false);
      expect(summary()?.textContent).to.not.include('is taken');
    });

    it('stays as it is until the next submission, and takes nothing from who types', async () => {
      await page.click(button('Send'));
      const before = summary()?.textContent;
      await page.type(field('PIN'), '1234');
      expect(described('PIN')).to.equal(null);
      await page.type(field('PIN'), '{Backspace}');
      expect(described('PIN')).to.equal('too short');
      expect([summary()?.textContent, isFocused()]).to.deep.equal([before, false]);
      await page.type(field('PIN'), '4{Enter}');
      expect(summary()?.textContent).to.include('no address').and.not.include('PIN');
    });

    it('has the focus in a page that is loaded, if nothing has happened since', async () => {
      const submit = { kind: 'submitted', entries: [] } as const;
      const edit = { kind: 'edited', name: 'age', value: '20' } as const;
      const Loaded = (...changes: readonly FormMessage['change'][]) =>
        component({
          name: 'loaded',
          init: () => changes.reduce((state, change) => signup.update(state, message(change)), signup.start()),
          update: (state) => state,
          view: (state: FormState) => html`${signup.summary(state)}`,
        });
      const message = (change: FormMessage['change']): FormMessage => ({ type: 'form', form: 'signup', change });
      for (const [changes, isThere] of [
        [[submit], true],
        [[submit, submit], true],
        [[submit, edit], false],
      ] as const) {
        const loaded = await openPage(Loaded(...changes));
        const found = loaded.document.querySelector('.troupe-error-summary[tabindex="-1"]');
        expect(found?.hasAttribute('autofocus')).to.equal(isThere);
        await loaded.close();
      }
    });
  });

  async function fill(): Promise<void> {
    await page.type(field('E-mail'), 'ada@example.com');
    await page.type(field('Age'), '36');
    await page.type(field('PIN'), '1234');
    await page.click(field('I agree'));
    await page.click(field('paid'));
    await page.select(field('Colours'), 'green');
    for (const day of ['Tu', 'Mo', 'Tu']) await page.click(field(day));
  }

  it('gives what the schema makes of it, once for a submission', async () => {
    await fill();
    await answer(null);
    await page.click(button('Send'));
    const output = {
      email: 'ada@example.com',
      age: 36,
      pin: '1234',
      agreed: true,
      plan: 'paid',
      colours: ['green'],
      days: ['Mo'],
    };
    expect(sent()).to.deep.equal([{ ...output, guests: [] }]);
    await page.type(field('Age'), '{Backspace}');
    expect(sent()).to.have.lengthOf(1);
    await page.click(button('Send'));
    expect(sent()).to.have.lengthOf(1);
    expect(described('Age')).to.equal('too young');
  });

  describe('with a rule that takes time', () => {
    it('asks it about what the schema accepts, and counts the newest answer only', async () => {
      await page.type(field('E-mail'), 'a');
      expect(asked).to.have.lengthOf(0);
      await page.type(field('E-mail'), '@b.cd');
      expect(asked.map(({ value }) => value)).to.deep.equal(['a@b.cd']);
      await page.type(field('E-mail'), 'e');
      await page.act((user) => user.tab());
      asked[0]?.answer('is taken');
      await page.rest();
      expect(described('E-mail')).to.equal(null);
      await answer('is taken, too');
      expect(described('E-mail')).to.equal('is taken, too');
      await page.type(field('E-mail'), '{Backspace}');
      expect(described('E-mail')).to.equal(null);
    });

    it('lets a submission wait for its answer', async () => {
      await fill();
      await page.click(button('Send'));
      expect(sent()).to.have.lengthOf(0);
      await answer(null);
      expect(sent()).to.have.lengthOf(1);
    });

    it('holds a submission back whose answer says that something is wrong', async () => {
      await fill();
      await page.click(button('Send'));
      await answer('is taken');
      expect(sent()).to.have.lengthOf(0);
      expect(page.getByRole('alert').textContent).to.include('is taken');
    });

    it('gives up a submission when something is edited meanwhile', async () => {
      await fill();
      await page.click(button('Send'));
      await page.type(field('Age'), '{Backspace}7');
      await answer(null);
      expect(sent()).to.have.lengthOf(0);
    });

    it('says that it could not be asked, and asks again at the next submission', async () => {
      await fill();
      asked.at(-1)?.fail();
      await page.rest();
      await page.click(field('E-mail'));
      await page.act((user) => user.tab());
      expect(described('E-mail')).to.equal('This could not be checked. Try again.');
      const times = asked.length;
      await page.click(button('Send'));
      expect(asked).to.have.lengthOf(times + 1);
      await answer(null);
      expect(sent()).to.have.lengthOf(1);
    });
  });

  describe('with rows', () => {
    const guests = () => [...page.document.querySelectorAll<HTMLInputElement>('[name^=guests]')];
    const names = () => guests().map(({ name, value }) => `${name} ${value}`);

    it('adds, moves and removes them, with their elements', async () => {
      for (const name of ['Ada', 'Grace']) {
        await page.click(button('add'));
        await page.type(guests().at(-1) as HTMLElement, name);
      }
      const [ada, grace] = guests();
      await page.click(button('up 1'));
      expect(names()).to.deep.equal(['guests[0].name Grace', 'guests[1].name Ada']);
      expect(guests()).to.deep.equal([grace, ada]);
      await page.click(button('remove 0'));
      expect(names()).to.deep.equal(['guests[0].name Ada']);
      expect(guests()).to.deep.equal([ada]);
    });

    it('says what is wrong with one, and with the list', async () => {
      for (let row = 0; row < 4; row++) await page.click(button('add'));
      await page.click(button('Send'));
      expect(page.getByRole('alert').textContent).to.include('too many');
      await page.click(button('remove 3'));
      expect(described('guest 2')).to.equal('no name');
      await page.click(button('Send'));
      const links = () => page.getByRole('alert').querySelectorAll('[href*=guests]');
      expect([...links()].map(({ textContent }) => textContent)).to.deep.equal(Array(3).fill('Guest: no name'));
      await page.click(button('remove 0'));
      expect([...links()].map((link) => link.getAttribute('href'))).to.deep.equal([
        '#signup-guests[0].name',
        '#signup-guests[1].name',
      ]);
    });
  });

  it('goes back to what it began with', async () => {
    await fill();
    await page.click(button('add'));
    await page.click(button('Send'));
    expect(page.document.querySelector('#dirty')?.textContent).to.equal('true');
    await page.click(button('Reset'));
    expect(page.document.querySelector('#dirty')?.textContent).to.equal('false');
    expect(page.queryByRole('alert')).to.equal(null);
    expect((field('E-mail') as HTMLInputElement).value).to.equal('');
    expect((field('I agree') as HTMLInputElement).checked).to.equal(false);
    expect(page.document.querySelectorAll('[name^=guests]')).to.have.lengthOf(0);
  });

  it('leaves messages of other forms alone', () => {
    const state = signup.start({ email: 'a@b.cd', age: 20 });
    expect(state.values).to.include({ email: 'a@b.cd', age: '20', plan: 'free' });
    expect(signup.update(state, { type: 'form', form: 'other', change: { kind: 'reset' } })).to.equal(state);
  });

  it('tells no secret by its messages, where they are shown', () => {
    const messages: FormMessage[] = [];
    const secretForm = form({ name: 'f', schema: z.object({ account: z.object({ pin: z.string() }) }), initial: {} });
    const attributes = secretForm.field(secretForm.start(), 'account.pin').attributes as Record<
      string,
      (event: object) => FormMessage
    >;
    messages.push(attributes['@input']?.({ value: 'hunter2' }) as FormMessage);
    const { attributes: ofForm } = secretForm.form() as { attributes: Record<string, (event: object) => FormMessage> };
    messages.push(ofForm['@submit']?.({ entries: [['account.pin', 'hunter2']] }) as FormMessage);
    const state = messages.reduce((before, message) => secretForm.update(before, message), secretForm.start());
    expect(state.values).to.deep.equal({ account: { pin: 'hunter2' } });
    for (const shown of [...messages, state]) {
      expect(JSON.stringify(shown)).to.include('hunter2');
      expect(JSON.stringify(redact(shown, new Set(['pin'])))).to.not.include('hunter2');
    }
  });

  it('refuses a check of a password, whose key would show it', () => {
    const options = {
      name: 'f',
      schema: z.object({ code: z.string() }),
      initial: {},
      checks: { code: async () => null },
    };
    expect(() => form({ ...options, fields: { code: { type: 'password' } } })).to.throw(/^Form f has a check of code/);
    expect(() => form(options)).to.not.throw();
  });

  it('refuses a schema that is async', () => {
    const late = z.object({ a: z.string().refine(async () => true) });
    const lateForm = form({ name: 'late', schema: late, initial: { a: '' } });
    expect(() => lateForm.start()).to.throw();
  });

  it('has an output exactly when nothing is wrong, whatever happens to it', () => {
    const { numRuns, seed } = lawParameters(100);
    for (let run = 0; run < numRuns; run++) {
      const random = new Random(seed + run);
      let state = signup.start();
      for (let step = 0; step < 30; step++) {
        const path = random.pick([
          'email',
          'age',
          'pin',
          'agreed',
          'plan',
          'guests[0].name',
          'guests[1].name',
          'none',
          '__proto__',
        ]);
        const value = random.pick(['', 'a@b.cd', '20', '1234', 'free', true, false]);
        const index = random.below(3);
        const change = random.pick([
          { kind: 'edited', name: path, value },
          { kind: 'edited', name: path, value },
          { kind: 'left', name: path },
          { kind: 'added', name: 'guests', row: { name: random.pick(['', 'x']) } },
          { kind: 'removed', name: 'guests', index },
          { kind: 'moved', name: 'guests', index, to: random.below(3) },
          { kind: 'submitted', entries: [[path, String(value)]] },
          { kind: 'checked', name: 'email', value: 'a@b.cd', issues: random.pick([[], ['taken']]), isFailure: false },
        ] as const);
        const before = state;
        state = signup.update(state, { type: 'form', form: 'signup', change });
        const output = signup.output(state);
        const where = `seed ${seed + run}, step ${step}`;
        const isRight = Object.keys(state.issues).length === 0 && state.answers['email']?.issues.length === 0;
        expect(output !== undefined, where).to.equal(isRight);
        if (output !== undefined) expect(schema.parse(output), where).to.deep.equal(output);
        expect(signup.submitted(before, state) !== undefined, where).to.equal(state.accepted > before.accepted);
        expect(JSON.parse(JSON.stringify(state)), where).to.deep.equal(state);
      }
    }
  });
});
