/**
 * A text field with `.value` had a handler of `keydown` that waits for Enter, and none of `input`. Each key told the
 * server of the edit before it, the handler gave no message, and the server wrote the text of the view again: all that
 * was typed was lost but for the last character.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { openPage, type TestPage } from 'troupe/testing';

interface Model {
  readonly title: string;
  readonly renamed: number;
}
type Message = { type: 'renamed'; title: string } | { type: 'cleared' };

const Title = component({
  name: 'title',
  init: (): Model => ({ title: 'call', renamed: 0 }),
  update: ({ renamed }, message: Message): Model =>
    message.type === 'renamed' ? { title: message.title, renamed: renamed + 1 } : { title: '', renamed },
  view: ({ title, renamed }) => html<Message>`
    <input .value=${title} @keydown=${({ key, value }) => key === 'Enter' && { type: 'renamed', title: value.trim() }}>
    <button @click=${{ type: 'cleared' }}>Clear</button>
    <p>${renamed}: ${title}</p>`,
});

describe('a text field whose keys are heard, but not its input', () => {
  let page: TestPage;
  let field: HTMLInputElement;

  beforeEach(async () => {
    page = await openPage(Title);
    field = page.getByRole('textbox');
  });

  afterEach(() => page.close());

  const told = (): string | null | undefined => page.document.querySelector('p')?.textContent;

  it('keeps what is typed, and its handler gets it', async () => {
    await page.type(field, ' a doctor');
    expect(field.value).to.equal('call a doctor');
    await page.press('{Enter}');
    expect(told()).to.equal('1: call a doctor');
    expect(field.value).to.equal('call a doctor');
  });

  it('shows what the view gives once the handler has given a message, also if that is the same', async () => {
    await page.type(field, '  ');
    await page.press('{Enter}');
    expect(told()).to.equal('1: call');
    expect(field.value).to.equal('call');
  });

  it('shows what the view gives when that changes', async () => {
    // The event of a key has the text before it.
    await page.type(field, ' a doctor{ArrowLeft}');
    await page.click(page.getByRole('button'));
    expect(told()).to.equal('0: ');
    expect(field.value).to.equal('');
  });
});
