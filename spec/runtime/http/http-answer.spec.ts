import { expect } from 'chai';
import { answerRedirect, answerStatus, withLength } from '../../../runtime/http/http-answer.js';

const header = ({ headers }: { readonly headers: readonly string[] }, name: string): string | undefined =>
  headers[headers.indexOf(name) + 1];

describe('http answer', () => {
  it('has the length of its body in bytes', () => {
    expect(header(withLength(200, [], 'ä'), 'Content-Length')).to.equal('2');
  });

  it('of a status is a page that is not kept, with a link if it is about a page', () => {
    const answer = answerStatus(409, ['/style.css'], undefined, '/a?b="c"');
    expect(answer.status).to.equal(409);
    expect(header(answer, 'Cache-Control')).to.equal('no-store');
    expect(answer.body).to.include('<a href="/a?b=&quot;c&quot;">').and.include('/style.css');
    expect(answerStatus(404, []).body).to.not.include('<a ');
  });

  it('sends the browser to a page', () => {
    const answer = answerRedirect(303, '/a', ['Set-Cookie', 'b=c']);
    expect(answer.status).to.equal(303);
    expect(header(answer, 'Location')).to.equal('/a');
    expect(header(answer, 'Set-Cookie')).to.equal('b=c');
  });
});
