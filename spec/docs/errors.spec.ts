/**
 * `docs/errors.md` is complete: every code, close code, status and event is in it and nothing that does not exist, and
 * what it shows of an error is what that error says. `provocations.ts` brings the errors about.
 */

import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { ErrorCode } from '../../runtime/platform/errors.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { codeIn, listingsOf, read, rowsOf, section, subsection } from './markdown.js';
import { provocations } from './provocations.js';

const errors = read('docs/errors.md');

describe('errors.md', () => {
  const codes = section(errors, 'Error codes');

  it('has every error code, and no other', () => {
    const documented = [...codes.matchAll(/^### (.*)$/gm)].map(([, name]) => name);
    expect(documented).to.have.members(Object.values(ErrorCode));
    expect(documented).to.have.length(Object.values(ErrorCode).length);
  });

  it('says of each what causes it, what becomes of it and what to do', () => {
    for (const code of Object.values(ErrorCode)) {
      const text = subsection(codes, code);
      for (const part of ['Cause', 'What becomes of it', 'Fix']) expect(text, code).to.contain(`**${part}.**`);
    }
  });

  it('shows what those say that can be brought about simply', () => {
    const shown = Object.values(ErrorCode).filter((code) =>
      listingsOf(subsection(codes, code)).some(({ language }) => language === 'text')
    );
    expect(shown).to.have.members(Object.keys(provocations));
    expect(shown.length).to.be.at.least(20);
  });

  for (const [code, provoke] of Object.entries(provocations)) {
    it(`shows what ${code} says`, async () => {
      const [shown] = listingsOf(subsection(codes, code)).filter(({ language }) => language === 'text');
      const said = (await provoke()).filter((each) => each.code === code);
      expect(`${said[0]?.message}\n`).to.equal(shown?.text);
    });
  }

  it('has every close code with its name, and no other', () => {
    const documented = rowsOf(section(errors, 'Close codes')).map(([code, name]) => [codeIn(name), Number(code)]);
    expect(Object.fromEntries(documented)).to.deep.equal({ ...CloseCode });
  });

  it('has every status that is answered, and no other', () => {
    const documented = rowsOf(section(errors, 'HTTP statuses')).map(([status]) => Number(status));
    expect(documented).to.deep.equal([...new Set(documented)].sort((one, other) => one - other));
    // `layout.ts` says what pages of errors say; the others are answered without a page.
    const pages = [...read('runtime/http/layout.ts').matchAll(/^ {2}(\d{3}): \[/gm)].map(([, status]) =>
      Number(status)
    );
    expect(pages.length).to.be.at.least(8);
    const answered = filesOfRuntime()
      .filter((file) => /runtime\/(?:http|socket)\//.test(file))
      .flatMap((file) => [...read(file).matchAll(/\b(?:return|status: |plain\(|response, |\()([2345]\d\d)\b/g)])
      .map(([, status]) => Number(status));
    // 408 is answered by Node's own server, for which `node-limits.ts` sets the times.
    expect([...new Set([...pages, ...answered, 403, 408])].sort()).to.deep.equal(documented);
  });

  it('has every event that the page tells, and no other', () => {
    const documented = rowsOf(section(errors, 'Events on the page')).map(([name]) => codeIn(name));
    const told = [...read('client/start.ts').matchAll(/^ \* - `(troupe:\w+)`/gm)].map(([, name]) => name);
    expect(told).to.have.length(5);
    expect(documented).to.deep.equal(told);
  });

  it('lists all of a report', () => {
    const [, body = ''] =
      /export interface ErrorReport \{([\s\S]*?)\n\}/.exec(read('runtime/platform/error-report.ts')) ?? [];
    const fields = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    expect(rowsOf(section(errors, 'Error reports')).map(([name]) => codeIn(name))).to.deep.equal(fields);
  });
});

function filesOfRuntime(): readonly string[] {
  return readdirSync('runtime', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `runtime/${file}`);
}
