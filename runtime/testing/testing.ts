/**
 * What `troupe/testing` offers: a component, or a whole site, without a network and without a browser. The server
 * is made of its real parts, the client is the real one on a DOM in this process, and time moves when the
 * test moves it. Any test runner will do.
 */

import type { AnyComponent, PageProps } from '../component/component.js';
import { type HostedComponent, hostComponent } from './component-host.js';
import { type TestPage, visit } from './test-page.js';
import { TestServer, type TestServerOptions } from './test-server.js';

/** How a page is opened: what the server is made with, and what the page is. */
export interface OpenOptions extends Omit<TestServerOptions, 'routes'> {
  /** Whether the client is started at once. Default true; else by `page.start()`. */
  readonly start?: boolean;
  /** Path and query. Default '/'. */
  readonly url?: string;
}

/** How a page of a whole site is opened. */
export interface SiteOptions extends OpenOptions {
  readonly routes: TestServerOptions['routes'];
}

/**
 * Opens a page, of one component or of a site.
 *
 * ```ts
 * const page = await openPage(Counter);
 *
 * await page.click(page.getByRole('button', { name: '+' }));
 * page.text(); // '- 1 +'
 * await page.close();
 * ```
 *
 * With `props` the component stands in a page as it would in the view of another one: `page.sent` is what it sends
 * to its parent, `page.give(props)` changes its props. Without, it is the page itself, as in a route. A site is
 * `openPage({ routes, url })`.
 *
 * What is done to a page resolves when all has come to rest, and rejects if something was reported by then: a throw
 * in `update` or `view`, an error in the browser's console. Where that is expected, give `onError`.
 *
 * **Note:** needs jsdom, @testing-library/dom and @testing-library/user-event. There is no layout: every element has
 * the size 0. What waits for the world outside is not waited for; call `page.rest()` when it has come.
 *
 * @throws Error if a package is missing, there is no page, or something went wrong on the way
 */
export function openPage<Props>(
  component: HostedComponent<Props>,
  options: OpenOptions & { readonly props: NoInfer<Props> & object }
): Promise<TestPage>;
export function openPage(component: AnyComponent<PageProps>, options?: OpenOptions): Promise<TestPage>;
export function openPage(site: SiteOptions): Promise<TestPage>;
export async function openPage(
  given: AnyComponent<PageProps> | HostedComponent<object> | SiteOptions,
  options: OpenOptions & { readonly props?: object } = {}
): Promise<TestPage> {
  if (typeof given !== 'function') return open(given as SiteOptions);
  const { props, ...rest } = options;
  const page = props === undefined ? given : hostComponent(given as HostedComponent<object>, props);

  return open({ ...rest, routes: { '/**': page as AnyComponent<PageProps> } });
}

function open({ start = true, url = '/', ...options }: SiteOptions): Promise<TestPage> {
  return visit({ server: new TestServer(options), browser: { cookie: undefined }, url, start });
}
