/** The document around each page: as the default one, but that the pages of TodoMVC have style sheets of their own. */

import { html } from 'troupe';
import type { DocumentTemplate } from 'troupe/server';

/** The option `document` of the examples' server. */
export const document: DocumentTemplate = ({ language, props, root, script, styles, title }) => {
  const sheets = /^\/todo(?:\/|$)/.test(props.path) ? ['/todomvc.css', '/todo.css'] : styles;

  return html`<!doctype html>
<html lang=${language}>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    ${sheets.map((href) => html`<link rel="stylesheet" href=${href}>`)}
    <script type="module" src=${script}></script>
  </head>
  <body>
    ${root}
  </body>
</html>`;
};
