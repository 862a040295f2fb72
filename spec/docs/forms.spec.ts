/** `docs/forms.md` says what is so: its listing compiles, and its tables are complete. */

import { expect } from 'chai';
import { codeIn, listingsOf, read, rowsOf, section } from './markdown.js';

const forms = read('docs/forms.md');

/** The names of the members of a class or an interface in the source of the form. */
function membersOf(head: RegExp, member: RegExp): readonly (string | undefined)[] {
  const source = read('components/form/form.ts');
  const body = new RegExp(`${head.source} \\{([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? '';

  return [...body.matchAll(member)].map(([, name]) => name);
}

describe('forms.md', () => {
  it('shows code that compiles', () => {
    const [listing] = listingsOf(forms);
    expect(read('spec/fixtures/signup-form.ts').replace(/^.*\n\n/, '')).to.equal(listing?.text);
  });

  it('lists every option', () => {
    const options = membersOf(/export interface FormOptions<Input, Output>/, /^ {2}readonly (\w+)\??:/gm);
    expect(options).to.have.lengthOf(7);
    expect(rowsOf(section(forms, 'The state')).map(([name]) => codeIn(name))).to.deep.equal(options);
  });

  it('names every function of a form', () => {
    const functions = membersOf(/export class Form<Input, Output>/, /^ {2}(?!constructor)(\w+)\(/gm);
    expect(functions).to.include.members(['field', 'summary', 'submitted']);
    expect(functions.filter((name) => !new RegExp(`[\`.]${name}\\(`).test(forms))).to.deep.equal([]);
  });
});
