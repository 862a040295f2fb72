/**
 * The notice that a page shows while it is not live: what becomes of what the user does meanwhile, in words. `attendance.ts`
 * starts it.
 *
 * It stands at the end of `<body>`, outside of the root, so that it is in no tree of the server. Its style is a sheet without
 * specificity: any rule of the page overrides it, and no policy forbids it.
 */

import { Mark } from '../runtime/wire/patch.js';

/** Milliseconds. */
const Delay = {
  /** For which the page has not been live before there is a notice: most interruptions are shorter. */
  patience: 1_500,
  /** Until the notice has its text: a screen reader tells what changes in an element that has been there before. */
  text: 500,
} as const;

const style = `:where(.troupe-notice:not(:empty)) {
position: fixed; inset: auto 0 0; z-index: 99999; padding: .5em 1em; text-align: center;
font: 1rem/1.5 system-ui, sans-serif; color: #fff; background: #333 }`;

/** Follows the state of the connection on a root, and says so when it is not live. */
export function showNotice(root: Element): void {
  const text = root.getAttribute(Mark.Notice) ?? 'The server does not answer. What you do is kept and will be sent.';
  if (!text) return;
  let notice: Element | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    notice ??= createNotice();
    timer = setTimeout(() => notice?.replaceChildren(text), Delay.text);
  };
  const follow = (): void => {
    if (root.getAttribute(Mark.State) !== 'live') {
      timer ??= setTimeout(show, Delay.patience);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    notice?.replaceChildren();
  };
  new MutationObserver(follow).observe(root, { attributeFilter: [Mark.State] });
  follow();
}

function createNotice(): Element {
  const notice = document.createElement('div');
  notice.className = 'troupe-notice';
  notice.setAttribute('role', 'status');
  document.body.append(notice);
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets.push(sheet);
  } catch {
    // A browser without such sheets shows the text as it is.
  }
  return notice;
}
