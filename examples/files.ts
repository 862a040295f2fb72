/** The style sheets and the script of the examples, by the path they are served at. */

import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

// Compiled, this file stands in `dist/examples/`; the style sheets are not copied there.
const own = (path: string): Buffer => readFileSync(new URL(`../../examples/${path}`, import.meta.url));

const compiled = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));

const ofPackage = (path: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(path));

const files: ReadonlyMap<string, Buffer> = new Map([
  ['/style.css', own('style.css')],
  ['/todo.css', own('03-todo/todo.css')],
  ['/todomvc.css', ofPackage('todomvc-app-css/index.css')],
  ['/controls.css', own('08-controls/controls.css')],
  ['/star-rating.js', compiled('08-controls/star-rating.js')],
]);

/** Answers with the file at a path, if there is one; says whether it did. */
export function answerFile(path: string | undefined, response: ServerResponse): boolean {
  const file = files.get(path ?? '');
  if (file === undefined) return false;
  const type = path?.endsWith('.js') ? 'text/javascript' : 'text/css';
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache' }).end(file);

  return true;
}
