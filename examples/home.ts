/** The index page: every example, with the one idea it adds. */

import { component, html } from 'troupe';

/** What the index says of an example. */
export interface Entry {
  readonly path: string;
  readonly title: string;
  readonly idea: string;
}

const entryView = ({ path, title, idea }: Entry) => html`<li><a href=${path}>${title}</a><br>${idea}</li>`;

/** The link has no token: this page is for all. */
const inspectorView = (path: string) => html`
  <p>See inside while they run: the <a href=${path}>inspector</a>. If it is not found, open the link first that
  <code>npm start</code> has printed.</p>`;

/** The page component that lists `entries`, and where they can be seen at work, if they can. */
export const home = (entries: readonly Entry[], inspector: string | undefined) =>
  component({
    name: 'home',
    init: () => ({ entries, inspector }),
    update: (model) => model,
    view: (model) => html`
      <main>
        <h1>Troupe examples</h1>
        <ol class="examples">${model.entries.map(entryView)}</ol>
        ${model.inspector && inspectorView(model.inspector)}
      </main>`,
  });
