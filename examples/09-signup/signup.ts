/**
 * A form from a schema: it says what is right, once. The server checks each edit by it, the browser gets those of its rules
 * that it can check by itself, and the page says what is wrong where it is. Whether a name is taken is a rule that takes
 * time.
 */

import { component, html, repeat } from 'troupe';
import { type FormMessage, type FormState, form } from 'troupe/components/form';
import { z } from 'zod';

// SCHEMA ----------------------------------------------------------------------

const topics = ['Releases', 'Security', 'Meetings'] as const;
const mostMembers = 4;

const schema = z.object({
  name: z
    .string()
    .min(3, 'A name has three letters at least.')
    .regex(/^[a-zA-Z0-9]*$/, 'A name has letters and digits only.'),
  email: z.email('This is no e-mail address.'),
  password: z.string().min(8, 'A password has eight characters at least.'),
  size: z
    .number('How many are you? A number, please.')
    .int('How many are you? A whole number, please.')
    .min(1, 'There is one of you at least.')
    .max(500, 'For more than 500 people, talk to us.')
    .optional(),
  topics: z.array(z.enum(topics)),
  members: z
    .array(z.object({ email: z.email('This is no e-mail address.') }))
    .max(mostMembers, `Invite ${mostMembers} people at the most, the others later.`),
  agreed: z.literal(true, 'Please agree to the rules.'),
});

/** Names that others have. */
const taken = new Set(['ada', 'admin', 'grace', 'troupe']);

/** Asking takes as long as a database, far away, would. */
async function checkName(name: string, signal: AbortSignal): Promise<string | undefined> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 400);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });

  return taken.has(name.toLowerCase()) ? `${name} is taken. Try ${name}${name.length}.` : undefined;
}

const signup = form({
  name: 'signup',
  schema,
  initial: { name: '', email: '', password: '', size: '', topics: ['Security'], members: [], agreed: false },
  fields: {
    name: { autocomplete: 'username' },
    password: { type: 'password', autocomplete: 'new-password' },
    'members[].email': { autocomplete: 'off' },
  },
  labels: {
    ...{ name: 'Name', email: 'E-mail', password: 'Password', size: 'Size', members: 'Members', agreed: 'Rules' },
    'members[].email': 'Member',
  },
  checks: { name: checkName },
});

// MODEL -----------------------------------------------------------------------

interface Model {
  readonly form: FormState;
  /** What was sent, without the password. */
  readonly sent: { readonly name: string; readonly email: string; readonly members: number } | undefined;
}

type Message = FormMessage | { type: 'begunAnew' };

const beginning = (): Model => ({ form: signup.start(), sent: undefined });

function update(model: Model, message: Message): Model {
  if (message.type === 'begunAnew') return beginning();
  const after = signup.update(model.form, message);
  const person = signup.submitted(model.form, after);
  if (person === undefined) return { ...model, form: after };
  const { name, email, members } = person;

  // The password goes no further than this.
  return { form: signup.start(), sent: { name, email, members: members.length } };
}

// VIEW ------------------------------------------------------------------------

type Field = Parameters<typeof signup.field>[1];

/** A label, what is wrong, and the control. */
function line(state: FormState, path: Field, label: string, hint?: string) {
  return html<Message>`
    <div class="field">
      <label for=${signup.id(path)}>${label}</label>
      ${hint && html`<span class="hint">${hint}</span>`}
      ${signup.error(state, path)}
      <input ${signup.field(state, path)}>
    </div>`;
}

function memberRow(state: FormState, index: number, count: number) {
  const path = `members[${index}].email` as const;

  return html<Message>`
    <li>
      ${line(state, path, `E-mail of member ${index + 1}`)}
      <p class="row">
        <button type="button" aria-label=${`Move member ${index + 1} up`} ?disabled=${index === 0}
          @click=${signup.moved('members', index, index - 1)}>Up</button>
        <button type="button" aria-label=${`Move member ${index + 1} down`} ?disabled=${index === count - 1}
          @click=${signup.moved('members', index, index + 1)}>Down</button>
        <button type="button" aria-label=${`Remove member ${index + 1}`}
          @click=${signup.removed('members', index)}>Remove</button>
      </p>
    </li>`;
}

function members(state: FormState) {
  const rows = signup.rows(state, 'members');

  return html<Message>`
    <fieldset id=${signup.id('members')} tabindex="-1">
      <legend>Invite others (optional)</legend>
      ${signup.error(state, 'members')}
      <ol class="members">${repeat(
        rows,
        ({ key }) => key,
        ({ index }) => memberRow(state, index, rows.length)
      )}</ol>
      <button type="button" @click=${signup.added('members', { email: '' })}>Add a member</button>
    </fieldset>`;
}

const topicBox = (state: FormState, topic: string) => html<Message>`
  <label class="option"><input ${signup.option(state, 'topics', topic)}> ${topic}</label>`;

const signupForm = (state: FormState) => html<Message>`
  <form ${signup.form()} novalidate aria-labelledby="signup-title">
    ${signup.summary(state, 'Before you can sign up:')}
    ${line(state, 'name', 'Name', 'Three letters or digits at least. Try “ada”, who was here before.')}
    ${line(state, 'email', 'E-mail')}
    ${line(state, 'password', 'Password', 'Eight characters at least. It never comes back to the page.')}
    ${line(state, 'size', 'How many are you? (optional)')}
    <fieldset>
      <legend>Tell us about</legend>
      ${topics.map((topic) => topicBox(state, topic))}
    </fieldset>
    ${members(state)}
    <div class="field">
      ${signup.error(state, 'agreed')}
      <label class="option"><input ${signup.field(state, 'agreed')}> I agree to the rules</label>
    </div>
    <p class="row">
      <button class="main">Sign up</button>
      <button type="reset">Begin anew</button>
      <span class="hint" role="status">${state.isWaiting ? 'Asking whether the name is free …' : ''}</span>
    </p>
  </form>`;

const thanks = ({ name, email, members: count }: NonNullable<Model['sent']>) => html<Message>`
  <section aria-labelledby="thanks">
    <div role="status">
      <h2 id="thanks">Welcome, ${name}</h2>
      <p>A letter is on its way to <b>${email}</b>${count > 0 && `, and to ${count} more`}.</p>
    </div>
    <p class="row"><button type="button" @click=${{ type: 'begunAnew' }}>Sign up another one</button></p>
  </section>`;

// COMPONENT -------------------------------------------------------------------

/** The page component. */
export const Signup = component({
  name: 'signup',
  secret: ['password'],
  init: beginning,
  update,
  subscriptions: (model) => signup.subscriptions(model.form),
  view: ({ form: state, sent }) => html<Message>`
    <main class="resume signup">
      <h1 id="signup-title">Sign up</h1>
      <p>Every rule stands in one schema. Leave a field, and the page says what is wrong with it.</p>
      ${sent === undefined ? signupForm(state) : thanks(sent)}
      <p><a href="/">All examples</a></p>
    </main>`,
});
