import { expect } from 'chai';
import { invalidUrl, safeSrcset, safeUrl, takesUrl } from '../../../runtime/template/safe-url.js';

describe('safe URL', () => {
  describe('safeUrl', () => {
    const safe = [
      '',
      '/',
      '/a:b',
      'a/b?c=javascript:alert(1)',
      '#javascript:x',
      '?a:b',
      './javascript:x',
      'https://example.org/',
      'HTTP://example.org',
      'mailto:a@example.org',
      'tel:+49',
      'sms:1',
      'blob:https://example.org/1',
      'about:blank',
      'javascript',
      'java script',
      'xjavascript:alert(1)',
      'data:image/png;base64,AAAA',
      'data:image/gif,x',
      'DATA:image/JPEG;base64,x',
      'data:image/webp;base64,x',
      'data:image/avif;base64,x',
      'feed:https://example.org/',
      'view-source:https://example.org/',
    ];
    for (const url of safe) it(`passes ${JSON.stringify(url)}`, () => expect(safeUrl(url)).equal(true));

    const unsafe = [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      ' javascript:alert(1)',
      '\u0000\u001f javascript:alert(1)',
      'java\nscript:alert(1)',
      'java\tscript\r\n:alert(1)',
      'java\u0000script:alert(1)',
      '\u007fjavascript:alert(1)',
      'vbscript:x',
      'livescript:x',
      'mocha:x',
      'data:text/html,<script>alert(1)</script>',
      'data:,x',
      'data:;base64,x',
      'data:image/svg+xml,<svg/>',
      'data:image/pngx,x',
      'd\nata:text/html,x',
      'feed:javascript:alert(1)',
      'view-source:feed:javascript:alert(1)',
      'jar:javascript:alert(1)!/',
      'feed: java\tscript:alert(1)',
    ];
    for (const url of unsafe) it(`refuses ${JSON.stringify(url)}`, () => expect(safeUrl(url)).equal(false));

    it('does not take long for a long chain of wrappers', () => {
      expect(safeUrl(`${'feed:'.repeat(20_000)}javascript:x`)).equal(false);
    });
  });

  describe('safeSrcset', () => {
    it('passes candidates that are safe', () => {
      expect(safeSrcset('a.png 1x, https://example.org/b.png 2x,c.png 100w')).equal(true);
      expect(safeSrcset('data:image/png;base64,AAAA 1x, b.png')).equal(true);
    });

    it('refuses a candidate that is not, wherever it stands', () => {
      expect(safeSrcset('javascript:x')).equal(false);
      expect(safeSrcset('a.png 1x, javascript:x 2x')).equal(false);
      expect(safeSrcset(', ,a.png, JAVASCRIPT:x')).equal(false);
      expect(safeSrcset('a.png (x, y) 2x, data:text/html,x 3x')).equal(false);
    });

    it('takes a comma at the end of a URL as the end of the candidate', () => {
      expect(safeSrcset('a.png, javascript:x')).equal(false);
    });
  });

  describe('takesUrl', () => {
    it('knows attributes and properties, in any case', () => {
      for (const name of [
        'href',
        'SRC',
        'formAction',
        'formaction',
        'xlink:href',
        'srcset',
        'poster',
        'ping',
        'action',
      ]) {
        expect(takesUrl('x', name), name).equal(true);
      }
    });

    it('knows data of an object only', () => {
      expect([takesUrl('object', 'data'), takesUrl('x-chart', 'data')]).deep.equal([true, false]);
    });

    it('knows what is no URL', () => {
      expect(['title', 'value', 'data-href', 'alt'].some((name) => takesUrl('a', name))).equal(false);
    });
  });

  it('the replacement leads nowhere and is safe itself', () => {
    expect([invalidUrl, safeUrl(invalidUrl)]).deep.equal(['about:invalid', true]);
  });
});
