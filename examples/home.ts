/** The index page: every example, with the one idea it adds. */

import { component, html } from 'troupe';

/** What the index says of an example. */
export interface Entry {
  readonly path: string;
  readonly title: string;
  readonly idea: string;
}

/** The ladder of examples. */
export const entries: readonly Entry[] = [
  { path: '/counter', title: 'Counter', idea: 'State, messages and a view.' },
  { path: '/streaming', title: 'Streaming', idea: 'A generator pushes a value every 10 ms into a keyed list.' },
  { path: '/todo', title: 'Todo', idea: 'A shared actor keeps the todos of each browser: TodoMVC.' },
  { path: '/traffic-light', title: 'Traffic light', idea: 'A statechart with delays is a component.' },
  { path: '/chat', title: 'Chat', idea: 'Rooms are shared actors; all browsers are in step.' },
  { path: '/table', title: 'Table', idea: 'Ten thousand keyed rows, of which only the changed ones are looked at.' },
  { path: '/resume', title: 'Resume', idea: 'A long form outlives its connection, its process and its machine.' },
  { path: '/controls', title: 'Controls', idea: 'Every control of a page, while the server writes into it.' },
  { path: '/signup', title: 'Sign up', idea: 'One schema makes a form, with what is wrong where it is.' },
];

const entryView = ({ path, title, idea }: Entry) => html`<li><a href=${path}>${title}</a><br>${idea}</li>`;

/** The link has no token: this page is for all. */
const inspectorView = (path: string) => html`
  <p>See inside while they run: the <a href=${path}>inspector</a>. If it is not found, open the link first that
  <code>npm start</code> has printed.</p>`;

/** The page component that lists examples, and where they can be seen at work, if they can. */
export const home = (listed: readonly Entry[], inspector: string | undefined) =>
  component({
    name: 'home',
    init: () => ({ entries: listed, inspector }),
    update: (model) => model,
    view: (model) => html`
      <main>
        <h1>Troupe examples</h1>
        <ol class="examples">${model.entries.map(entryView)}</ol>
        ${model.inspector && inspectorView(model.inspector)}
      </main>`,
  });
