/** The style sheets of the examples, by the path they are served at. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Compiled, this file stands in `dist/examples/`; the style sheets are not copied there.
const own = (path: string): Buffer => readFileSync(new URL(`../../examples/${path}`, import.meta.url));

const ofPackage = (path: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(path));

export const sheets: ReadonlyMap<string, Buffer> = new Map([
  ['/style.css', own('style.css')],
  ['/todo.css', own('03-todo/todo.css')],
  ['/todomvc.css', ofPackage('todomvc-app-css/index.css')],
]);
