/** `docs/identity.md` says what is so: its listing compiles, and its tables are complete. */

import { expect } from 'chai';
import { codeIn, listingsOf, read, rowsOf, section } from './markdown.js';

const identity = read('docs/identity.md');

/** The names of the members of an interface. */
function membersOf(file: string, name: string): readonly string[] {
  const [, body = ''] = new RegExp(`export interface ${name}[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(read(file)) ?? [];

  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => `${member}`);
}

describe('identity.md', () => {
  it('shows code that compiles', () => {
    const [listing] = listingsOf(section(identity, 'Who asks'));
    expect(read('spec/fixtures/identity-site.ts').replace(/^.*\n\n/, '')).to.equal(listing?.text);
  });

  it('names all that an action gets and answers, and all of a cookie and of a request', () => {
    const text = section(identity, 'Actions');
    for (const name of ['ActionRequest', 'PageProps'])
      for (const member of membersOf(
        name === 'PageProps' ? 'runtime/component/component.ts' : 'runtime/http/actions.ts',
        name
      ))
        expect(text, member).to.include(`\`${member}\``);
    const answers = membersOf('runtime/http/action-answer.ts', 'ActionAnswer');
    expect(answers).to.have.length(7);
    for (const member of answers) expect(text, member).to.include(`\`${member}\``);
    const [, setting = ''] = /`CookieSetting` is `\{ ([^}]*) \}`/.exec(text) ?? [];
    expect(setting.split(', ').sort()).to.deep.equal(
      [...membersOf('runtime/http/action-answer.ts', 'CookieSetting')].sort()
    );
    const facts = membersOf('runtime/component/component.ts', 'RequestFacts');
    for (const member of facts) expect(section(identity, 'What a request says')).to.include(`\`${member}\``);
    expect(rowsOf(text).length).to.be.at.least(5);
    expect(codeIn('`x`')).to.equal('x');
  });
});
