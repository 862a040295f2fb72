/**
 * The document around each page: as the default one, but that the pages of TodoMVC have style sheets of their own, and
 * the page of controls one more, and the script of its custom element.
 */

import { html } from 'troupe';
import type { DocumentTemplate } from 'troupe/server';

/** The option `document` of the examples' server. */
export const document: DocumentTemplate = ({ collector, language, props, root, script, styles, title }) => {
  const isTodo = /^\/todo(?:\/|$)/.test(props.path);
  const isControls = props.path === '/controls';
  const sheets = isTodo ? ['/todomvc.css', '/todo.css'] : isControls ? [...styles, '/controls.css'] : styles;

  return html`<!doctype html>
<html lang=${language}>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <script src=${collector}></script>
    ${sheets.map((href) => html`<link rel="stylesheet" href=${href}>`)}
    <script type="module" src=${script}></script>
    ${isControls && html`<script type="module" src="/star-rating.js"></script>`}
  </head>
  <body>
    ${root}
  </body>
</html>`;
};
