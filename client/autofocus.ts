/**
 * Gives the focus to elements with `autofocus` that come while the page is shown: browsers do so when they load a page, and not
 * later. `more.ts` starts it.
 */

/** Gives an element the focus when it comes into `root` with `autofocus`, or gets that: once, whatever moves or changes then. */
export function followAutofocus(root: Element): void {
  const find = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('[autofocus]')];
  let known = find();
  new MutationObserver(() => {
    const found = find();
    found.find((element) => !known.includes(element))?.focus();
    known = found;
  }).observe(root, { attributeFilter: ['autofocus'], childList: true, subtree: true });
}
