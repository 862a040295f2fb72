/**
 * The law of overlays, run in a browser: for every sequence of events, answers and views, a page in which no event is under
 * way is the same as one that is rendered fresh; and at any other time it is so beneath its overlays.
 */

import { Inputs } from '../../../client/inputs.js';
import { Overlays } from '../../../client/overlays.js';
import { html, repeat } from '../../../runtime/template/html.js';
import { Random } from '../schema.js';
import { adopted, created, patch, render, renderWhole, same } from './law.js';

// VIEWS -----------------------------------------------------------------------

/** What a run of cases came to. */
export interface OverlayOutcome {
  readonly failures: readonly string[];
  /** How often a page was compared while overlays were on, and how many elements they were on. */
  readonly covered: number;
  readonly overlays: number;
}

type Message = { type: 'done' };
const done: Message = { type: 'done' };

const words = ['', 'a', 'b', 'a b', 'busy', 'wait'] as const;

interface Row {
  readonly key: string;
  readonly classes: string | undefined;
  readonly overlay: string | undefined;
  readonly text: string | undefined;
  readonly handles: boolean;
  readonly disabled: boolean;
}

const rowOf = ({ key, classes, overlay, text, handles, disabled }: Row) => html<Message>`
  <li class=${classes} pending:class="busy ${overlay}" data-key=${key} @click=${handles ? done : null}>
    <span pending:text="Wait">${text}<b>${classes}</b></span>
    <button ?disabled=${disabled} @click=${done} pending:disabled pending:text="Paying">${text}</button>
  </li>`;

/** A random view. It has an overlay of each kind, on what views write as well and on what they do not. */
function viewOf(random: Random) {
  const word = () => words[random.below(words.length)];
  const flag = () => random.chance(0.5);
  const rows = [...'abcdef']
    .filter(flag)
    .sort(() => (flag() ? 1 : -1))
    .map((key) => ({ key, classes: word(), overlay: word(), text: word(), handles: flag(), disabled: flag() }));

  return html<Message>`
    <section class="static ${word()}" title=${word() || null} ?hidden=${flag()} @click=${flag() ? done : null}
      pending:class="busy a" pending:title=${word()} pending:hidden pending:aria-busy="true">
      <p class=${word()} aria-pressed=${word() || null} data-word=${word()} pending:aria-pressed=${word()}
        pending:class=${word()} pending:data-word="wait" pending:text=${word()}>${word()} ${flag() && html`<i>${word()}</i>`}</p>
      <form @submit=${done} @input=${done} ?inert=${flag()} pending:inert>
        <fieldset ?disabled=${flag()} pending:disabled><input name="attributes" ?readonly=${flag()} pending:readonly></fieldset>
        <button name="closest" ?disabled=${flag()} ?pending:disabled=${flag()} pending:text=${word()}>${word()}</button>
      </form>
      <ul>${repeat(rows, ({ key }) => key, rowOf)}</ul>
      ${flag() && html<Message>`<em @click=${done} class=${word()} pending:class="busy">${word()}</em>`}
    </section>
    <p pending:text="never">${word()}</p>`;
}

// CASES -----------------------------------------------------------------------

interface Counts {
  covered: number;
  overlays: number;
}

function runCase(seed: number, counts: Counts): void {
  const random = new Random(seed);
  let template = viewOf(random);
  const subject = adopted(template, seed % 2 === 0);
  const { root } = subject;
  const inputs = new Inputs(root);
  const overlays = new Overlays();
  inputs.overlays = overlays;
  let raised = 0;
  let processed = 0;

  const compare = (what: string): void => {
    const clone = root.cloneNode(true) as Element;
    for (const element of clone.querySelectorAll('[data-troupe-pending]'))
      element.removeAttribute('data-troupe-pending');
    same(what, clone, created(template));
  };
  const raise = (): void => {
    const elements = [...root.querySelectorAll('[data-troupe-on]')];
    const element = elements[random.below(elements.length)] as Element;
    const types = `${element.getAttribute('data-troupe-on')}`.split(' ');
    inputs.pend(element, ++raised, types[random.below(types.length)] as string);
    if (random.chance(0.7)) overlays.show();
  };
  const frame = (answered: number): void => {
    processed = answered;
    inputs.processed(processed);
    const kind = random.below(8);
    if (kind > 1) {
      template = viewOf(random);
      subject.rendered = render(template, subject.rendered);
      if (kind === 2) renderWhole(subject, random);
      else patch(subject);
    } else if (kind === 1) renderWhole(subject, random);
    compare('while the frame is applied');
    inputs.release();
  };

  try {
    for (let step = 0; step < 12; step++) {
      const kind = random.below(5);
      if (kind < 2) raise();
      else if (kind === 2) inputs.release();
      else frame(processed + random.below(raised - processed + 1));
      if (raised === processed) compare('nothing is under way');
      else {
        const on = root.innerHTML;
        counts.overlays += root.querySelectorAll('.busy, [aria-busy]').length;
        overlays.lift(processed);
        compare('beneath overlays');
        overlays.show();
        overlays.show();
        counts.covered += +(root.innerHTML === on);
      }
    }
    frame(raised);
    compare('all is answered');
  } finally {
    overlays.lift(raised);
    root.remove();
  }
}

/** Runs cases of consecutive seeds. */
function run(first: number, count: number): OverlayOutcome {
  const failures: string[] = [];
  const counts: Counts = { covered: 0, overlays: 0 };
  for (let seed = first; seed < first + count && failures.length < 3; seed++) {
    try {
      runCase(seed, counts);
    } catch (error) {
      const { expected, actual } = error as { expected?: string; actual?: string };
      failures.push(`seed ${seed}: ${(error as Error).stack}\nexpected\n${expected}\nactual\n${actual}`);
    }
  }

  return { failures, ...counts };
}

Object.assign(window, { specs: { run } });
