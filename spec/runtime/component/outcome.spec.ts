import { expect } from 'chai';
import { notFound, PageOutcome, redirect, status } from '../../../runtime/component/outcome.js';

describe('outcome', () => {
  it('is a status, and where the browser is sent', () => {
    expect(redirect('/a?b=c#d')).to.include({ status: 303, location: '/a?b=c#d' });
    expect(redirect('https://example.com/a', 307)).to.include({ status: 307, location: 'https://example.com/a' });
    expect(notFound('No such issue.')).to.include({ status: 404, location: undefined, message: 'No such issue.' });
    expect(status(403)).to.include({ status: 403, location: undefined, message: '' });
    expect(notFound()).to.be.instanceOf(PageOutcome).and.to.be.instanceOf(Error);
  });

  it('refuses a URL that browsers read as the one of another site, or that is none', () => {
    const wrong = [
      ...['//example.com', '/\\example.com', '/\t/example.com', '\t//example.com', '/a\r\nSet-Cookie: b=c', '/\n/a'],
      ...[
        'javascript:alert(1)',
        'data:text/html,a',
        'a',
        '',
        'https:/example.com',
        'https:\\\\a',
        'http://',
        'http://%',
      ],
      ...['ftp://example.com', ' https://example.com', '/a b', '/\ud800', '/a\u007f'],
      ...([undefined, null, 7, {}] as unknown[] as string[]),
    ];
    for (const url of wrong) expect(() => redirect(url), JSON.stringify(url)).to.throw('takes a path');
  });

  it('writes a URL as a header can have it', () => {
    expect(redirect('/straße/ä?q=日本')).to.have.property('location', '/stra%C3%9Fe/%C3%A4?q=%E6%97%A5%E6%9C%AC');
    expect(redirect('/a%2Fb')).to.have.property('location', '/a%2Fb');
  });

  it('refuses a code that says something else', () => {
    expect(() => redirect('/', 200 as never)).to.throw('takes 301, 302, 303, 307 or 308');
    for (const code of [200, 303, 399, 600, 404.5, Number.NaN]) {
      expect(() => status(code), String(code)).to.throw('takes a status of an error');
    }
  });
});
