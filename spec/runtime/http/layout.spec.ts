import { expect } from 'chai';
import { noRequest } from '../../../runtime/component/component.js';
import {
  type DocumentTemplate,
  defaultLayout,
  type Layout,
  renderPage,
  renderReadOnly,
  renderStatus,
} from '../../../runtime/http/layout.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { html } from '../../../runtime/template/html.js';
import { Calm } from '../../fixtures/calm.js';
import { settled } from '../../fixtures/live-session.js';

const props = {
  params: {},
  query: {},
  path: '/',
  principal: undefined,
  browser: 'b',
  flash: undefined,
  request: noRequest,
};
const page = {
  content: '<p>content</p>',
  props,
  script: '/client.js',
  collector: '/collect.js',
  socket: '/socket',
  token: 'token',
  url: '/?a=1',
};

function setUp(template: DocumentTemplate = defaultLayout, overrides: Partial<Layout> = {}) {
  const warnings: unknown[] = [];
  const warn = (error: unknown) => void warnings.push(error);

  return { document: { language: 'en', styles: [], template, title: 'Title', warn, ...overrides }, warnings };
}

describe('layout', () => {
  it('has a doctype, a language, a character set, a viewport that zooms and a title', () => {
    const text = renderPage(setUp().document, page);

    expect(text).to.match(/^<!doctype html>\s*<html lang="en">/);
    expect(text).to.contain('<meta charset="utf-8">');
    expect(text).to.contain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(text).to.contain('<title>Title</title>');
    expect(text).to.match(/<\/html>$/);
  });

  it('contains the root with the content as it was rendered, nothing before or after', () => {
    const text = renderPage(setUp().document, page);

    expect(text).to.contain(
      '<div id="troupe" data-troupe-socket="/socket" data-troupe-token="token"><p>content</p></div>'
    );
  });

  it('escapes what is put into it', () => {
    const { document } = setUp(defaultLayout, { language: '"><b>', title: '</title><script>' });
    const text = renderPage(document, { ...page, token: '"><img>' });

    expect(text).to.not.contain('<b>').and.to.not.contain('<img>');
    expect(text).to.not.contain('<script>');
    expect(text).to.contain('<script src="/collect.js"></script>').and.to.contain('&lt;/title&gt;');
  });

  it('refuses URLs that could run script and says so', () => {
    const { document, warnings } = setUp(defaultLayout, { styles: ['/a.css', 'javascript:alert(1)'] });
    const text = renderPage(document, page);

    expect(text).to.contain('href="/a.css"').and.to.not.contain('javascript:');
    expect(warnings).to.have.lengthOf(1);
  });

  it("can be the host program's own", () => {
    const { document } = setUp(
      ({ props: { path }, root, script, url }) => html`<!doctype html><html lang="de"><head><title>${path}</title>
<script type="module" src=${script}></script></head><body data-url=${url}><nav>menu</nav>${root}</body></html>`
    );
    const text = renderPage(document, page);

    expect(text).to.contain('<title>/</title>').and.to.contain('data-url="/?a=1"').and.to.contain('<nav>menu</nav>');
    expect(text).to.contain('src="/client.js#token"').and.to.contain('<p>content</p>');
  });

  describe('of a host program that cannot work', () => {
    const wrong: readonly (readonly [string, DocumentTemplate, string])[] = [
      [
        'without the page',
        ({ script }) => html`<!doctype html><html><head><script src=${script}></script></head><body></body></html>`,
        'The option `document` does not show the page. Put ${root} into its <body>.',
      ],
      [
        'with the page twice',
        ({ root, script }) =>
          html`<!doctype html><html><head><script src=${script}></script></head><body>${root}<hr>${root}</body></html>`,
        'The option `document` shows the page more than once. Put ${root} into its <body> once.',
      ],
      [
        'without the script',
        ({ root }) => html`<!doctype html><html><head></head><body>${root}</body></html>`,
        'The option `document` does not load the client script. Put <script type="module" src=${script}></script> into its <head>.',
      ],
      [
        'that is nothing',
        () => undefined as never,
        'The option `document` returned undefined; it returns a template: ({ root, script }) => html`<!doctype html>…`.',
      ],
      [
        'that is a string',
        () => '<!doctype html>' as never,
        'The option `document` returned string; it returns a template: ({ root, script }) => html`<!doctype html>…`.',
      ],
      [
        'that is yet to come',
        (async () => {
          throw new Error('unheard');
        }) as never,
        'The option `document` returned a promise; it returns a template at once. Load what it shows in `init`.',
      ],
    ];
    for (const [what, template, message] of wrong) {
      it(`throws an error for one ${what}`, async () => {
        const calm = new Calm();
        calm.watch();
        expect(() => renderPage(setUp(template).document, page))
          .to.throw(TroupeError, message)
          .with.property('code', ErrorCode.Options);
        await settled();
        expect(calm.stop()).to.deep.equal([]);
      });
    }

    it('is not told so because a page speaks of what makes a root', () => {
      const content = '<pre> data-troupe-socket="/socket" data-troupe-token="</pre>';

      expect(renderPage(setUp().document, { ...page, content })).to.contain(content);
    });
  });

  it('has a page for every status, with a heading and the detail in its place', () => {
    for (const status of [400, 401, 404, 405, 414, 426, 429, 500, 503]) {
      expect(renderStatus(status), String(status)).to.match(/<title>[^<]+<\/title>.*<h1>[^<]+<\/h1>\s*<p>[^<]+<\/p>/s);
    }
    expect(renderStatus(500, [], 'Error <x>')).to.contain('<pre>Error &lt;x&gt;</pre>');
    expect(renderStatus(999)).to.contain('<h1>Something went wrong</h1>');
    expect(renderStatus(404, ['/a.css'])).to.contain('<link rel="stylesheet" href="/a.css">');
  });

  describe('a read-only page', () => {
    const shown = (content: string, template?: DocumentTemplate, path = '/there'): string =>
      renderReadOnly(setUp(template).document, content, path);

    it('stands in the layout of the server, without client script, token, and links that lead away', () => {
      const text = shown('<p>content</p>');

      expect(text).to.match(/^<!doctype html>\s*<html lang="en">/);
      expect(text)
        .to.contain('<title>Title</title>')
        .and.to.contain('<base target="_blank">')
        .and.to.contain('<div id="troupe" inert><p>content</p></div>');
      expect(text)
        .to.not.match(/<script/i)
        .and.to.not.contain('data-troupe-token');
    });

    it('has style sheets as the page has', () => {
      const { document } = setUp(defaultLayout, { styles: ['/a.css'] });

      expect(renderReadOnly(document, '', '/')).to.contain('<link rel="stylesheet" href="/a.css">');
    });

    it('gets its path, and no principal', () => {
      let told: unknown;
      shown('', (page) => {
        told = [page.url, page.props, page.script];
        return defaultLayout(page);
      });
      expect(told).to.deep.equal([
        '/there',
        {
          params: {},
          query: {},
          path: '/there',
          principal: undefined,
          browser: '',
          flash: undefined,
          request: noRequest,
        },
        '',
      ]);
    });

    it('stands in the default document if the own one throws without a request, or gives none', () => {
      const wrong: readonly DocumentTemplate[] = [
        ({ props }) => html`<html><title>${(props.principal as { name: string }).name}</title></html>`,
        (() => 'text') as unknown as DocumentTemplate,
        (async () => html`<p></p>`) as unknown as DocumentTemplate,
      ];
      for (const template of wrong)
        expect(shown('<p>content</p>', template)).to.contain('<div id="troupe" inert><p>content</p>');
    });
  });
});
