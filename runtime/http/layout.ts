/**
 * The layout: the HTML around a page (`<html>`, `<head>`, `<body>`), rendered at GET only. A host program can replace
 * it with the option `document`; the values in its holes are escaped as in any template. `http.ts` renders pages and
 * status pages (404 and the like) here.
 *
 * The layout contains no inline script and no inline style, so that pages work under the content security policy
 * `default-src 'self'`.
 */

import { noRequest, type PageProps } from '../component/component.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { synchronous } from '../platform/promise.js';
import type { PostMarks } from '../render/page-forms.js';
import { documentMarkup, postsMarkup } from '../render/render-to-string.js';
import { html, PageRoot, Template } from '../template/html.js';
import { Mark } from '../wire/patch.js';

// TYPES -----------------------------------------------------------------------

/** What a document is made of. Each goes into a hole as it is. */
export interface DocumentPage {
  /** The page itself: the live root element. Goes into `<body>`. */
  readonly root: Template<never>;
  /**
   * The URL of the client script, for `<script type="module" src=${script}></script>` in `<head>`. It differs from page
   * to page behind the `#`: by that the script finds the root of its page.
   */
  readonly script: string;
  /**
   * The URL of a small script that keeps what the user does before the client script has started, for
   * `<script src=${collector}></script>` at the beginning of `<head>`. Without it, that is lost.
   */
  readonly collector: string;
  /** The option `language`, for `<html lang=${language}>`. */
  readonly language: string;
  /** The option `styles`: URLs of style sheets. */
  readonly styles: readonly string[];
  /** The option `title`. */
  readonly title: string;
  /** Path and query of the page. */
  readonly url: string;
  /** What the page component was given: `params`, `query`, `path`, `principal`. */
  readonly props: PageProps;
}

/** Makes the document of a page. */
export type DocumentTemplate = (page: DocumentPage) => Template<never>;

/** How this server's documents are made. */
export interface Layout {
  readonly language: string;
  /** The option `notice`. */
  readonly notice?: string | false | undefined;
  readonly styles: readonly string[];
  readonly template: DocumentTemplate;
  readonly title: string;
  /** Called with each refused value of a hole, an unsafe URL for instance. */
  readonly warn: (error: TroupeError) => void;
}

/** One page, as `http.ts` has it: HTML of its content and what the client needs. */
export interface PageContent {
  /** HTML of the root's content. */
  readonly content: string;
  readonly props: PageProps;
  /** The path of the script that pages load before it. */
  readonly collector: string;
  /** The path of the client script. */
  readonly script: string;
  /** The path of the socket. */
  readonly socket: string;
  readonly token: string;
  readonly url: string;
  /** '' if the browser asked for it by a reload; `fresh` if nothing that a page load before has left counts. Default: neither */
  readonly reload?: '' | 'fresh' | undefined;
  /** What stands beside the root, for forms and buttons without script. Default: nothing. */
  readonly posts?: PostMarks | undefined;
}

// PAGES -----------------------------------------------------------------------

/** Style sheets, as they stand in `<head>`. */
function linked(styles: readonly string[]): readonly Template<never>[] {
  return styles.map((href) => html`<link rel="stylesheet" href=${href}>`);
}

/** The document of a server that brings none: readable, zoomable, titled, in a language. */
export const defaultLayout: DocumentTemplate = ({
  collector,
  language,
  root,
  script,
  styles,
  title,
}) => html`<!doctype html>
<html lang=${language}>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    ${collector !== '' && html`<script src=${collector}></script>`}
    ${linked(styles)}
    ${script !== '' && html`<script type="module" src=${script}></script>`}
  </head>
  <body>
    ${root}
  </body>
</html>`;

/** The live root. Its content was escaped when it was rendered. Nothing for browsers without script stands in it. */
function root({ content, reload, socket, token, posts }: PageContent, notice: Layout['notice']): Template<never> {
  const said = notice === false ? '' : notice;
  const page = html`<div id="troupe" data-troupe-notice=${said} data-troupe-reload=${reload} data-troupe-socket=${socket} data-troupe-token=${token}>${new PageRoot(content)}</div>`;
  if (posts === undefined) return page;
  const { before, behind } = postsMarkup(posts, token);
  const last = html`<div id="troupe-posts" hidden>${new PageRoot(behind)}</div>`;
  if (before === '') return html`${page}${last}`;

  return html`<div id="troupe-post-keys" hidden>${new PageRoot(before)}</div>${page}${last}`;
}

/** The first 16 characters of the signature that a token begins with: 96 bits that raw HTML in the page cannot know. */
const signatureOf = (token: string): string => /^[\w-]{0,16}/.exec(token)?.[0] ?? '';

/**
 * The HTML of a whole page.
 *
 * @throws what the document template throws; TroupeError `template` or `value` if it cannot be rendered,
 * `options` if the page could not work in it
 */
export function renderPage({ language, notice, styles, template, title, warn }: Layout, page: PageContent): string {
  const { collector, props, token, url } = page;
  // By the signature the script finds the root.
  const script = `${page.script}#${signatureOf(token)}`;
  const made = template({ root: root(page, notice), script, collector, language, styles, title, url, props });
  const text = documentMarkup(checkedTemplate(made), warn);

  checkPage(text, page);
  return text;
}

/** The client applies styles by script. Where no script runs they stand in the HTML. */
const withStyles = (content: string): string => content.replaceAll(` ${Mark.Style}="`, ' style="');

/**
 * The HTML of an error page, which is not live: it loads no script, and its links are links.
 *
 * @param content HTML of the root's content
 * @throws as `renderPage`
 */
export function renderErrorPage(layout: Layout, content: string, props: PageProps, url: string): string {
  const { language, styles, template, title, warn } = layout;
  const root = html`<div id="troupe">${new PageRoot(withStyles(content))}</div>`;
  const made = template({ root, script: '', collector: '', language, styles, title, url, props });

  return documentMarkup(checkedTemplate(made), warn);
}

/** The props of a read-only page, which no request asks for. */
const readOnlyProps: PageProps = {
  params: {},
  query: {},
  path: '',
  principal: undefined,
  browser: '',
  flash: undefined,
  request: noRequest,
};

/**
 * The HTML of a read-only page, which shows a past state. If the document template cannot make it without a request,
 * the default one does. Scripts and forms of the layout are left in it: the content security policy that it is
 * served with keeps them from running.
 *
 * @param content HTML of the root's content; it cannot be clicked or focused
 */
export function renderReadOnly({ language, styles, template, title }: Layout, content: string, path: string): string {
  const styled = withStyles(content);
  const page: DocumentPage = {
    // Links open in a new tab, which the sandbox refuses: no link of a layout leads away from the page.
    root: html`<base target="_blank"><div id="troupe" inert>${new PageRoot(styled)}</div>`,
    script: '',
    collector: '',
    language,
    styles,
    title,
    url: path,
    props: { ...readOnlyProps, path },
  };
  const make = (made: unknown): string => documentMarkup(checkedTemplate(made), () => undefined);
  try {
    return make(template(page));
  } catch {
    return make(defaultLayout(page));
  }
}

// CHECKS ----------------------------------------------------------------------

function documentError(what: string): TroupeError {
  return new TroupeError(ErrorCode.Options, `The option \`document\` ${what}`);
}

function checkedTemplate(given: unknown): Template<never> {
  const made = synchronous(
    given,
    'The option `document` returned a promise; it returns a template at once. Load what it shows in `init`.',
    ErrorCode.Options
  );
  if (made instanceof Template) return made as Template<never>;

  const what = typeof made === 'object' && made !== null ? 'an object' : typeof made;
  throw documentError(`returned ${what}; it returns a template: ({ root, script }) => html\`<!doctype html>…\`.`);
}

/** A page needs its root, once, and the script. The check searches for text that occurs nowhere else: the token's signature and the script's URL. */
function checkPage(text: string, { script, token }: PageContent): void {
  const mark = ` ${Mark.Token}="${signatureOf(token)}`;
  const first = text.indexOf(mark);

  if (first === -1) throw documentError('does not show the page. Put ${root} into its <body>.');
  if (text.includes(mark, first + mark.length)) {
    throw documentError('shows the page more than once. Put ${root} into its <body> once.');
  }
  if (!text.includes(script)) {
    throw documentError(
      'does not load the client script. Put <script type="module" src=${script}></script> into its <head>.'
    );
  }
}

// STATUS PAGES ----------------------------------------------------------------

/** What each status means to the person who sees it. */
const meanings: { readonly [status: number]: readonly [title: string, text: string] } = {
  400: ['Bad request', 'This address cannot be read. Check it for stray characters.'],
  401: ['Not allowed', 'You are not signed in, or may not see this page.'],
  403: [
    'Not accepted',
    'This page is out of date, or was not sent by a page of this site. Go back, load the page again, and repeat what you did.',
  ],
  404: ['Not found', 'There is no page at this address.'],
  405: ['Method not allowed', 'This page can only be read.'],
  409: [
    'Not there any more',
    'What you used is not in the page any more, or cannot be used now. Nothing has happened.',
  ],
  410: ['Out of date', 'The page was open for too long. What you did has not arrived: load the page, and repeat it.'],
  413: ['Too much', 'What you sent is larger than the server accepts. Go back, and send less.'],
  414: ['Address too long', 'This address is longer than the server accepts.'],
  415: ['Not accepted', 'The server takes forms alone.'],
  426: ['No connection', 'Something between you and the server does not let live connections through.'],
  429: [
    'Too many requests',
    'Too many pages are open from your network, or too much was sent at once. Try again in a moment.',
  ],
  500: ['Something went wrong', 'The page could not be made. Trying again may help.'],
  503: ['Not ready', 'The page cannot be made right now. Try again in a moment.'],
};

/**
 * A small page that says what a status means; `detail` stands below it, to be quoted in a request for help. `styles` are URLs
 * of style sheets, `link` is the path of the page that it is about.
 */
export function renderStatus(status: number, styles: readonly string[] = [], detail?: string, link?: string): string {
  const [title, text] = meanings[status] ?? ['Something went wrong', ''];

  return documentMarkup(
    html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    ${linked(styles)}
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>
      ${link !== undefined && html`<p><a href=${link}>To the page</a></p>`}
      ${detail && html`<pre>${detail}</pre>`}
    </main>
  </body>
</html>`,
    // An invalid style sheet URL is reported when a page is rendered.
    () => undefined
  );
}
