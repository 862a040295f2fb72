import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { define } from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';
import { newPage } from '../../browser/chromium.js';

/** What is wrong with a hole for this property; undefined if nothing is. */
function faultOf(element: string, property: string): string | undefined {
  const strings = [`<${element} .${property}=`, `></${element}>`];
  try {
    define(Object.assign(strings, { raw: strings }), Namespace.Html);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The properties that the reference lists. */
const listed = (() => {
  const reference = readFileSync('docs/reference.md', 'utf8');
  const [, list = ''] = /\nA hole can set these properties[^:]*:\n\n([^#]*?)\n\n/.exec(reference) ?? [];

  return [...list.matchAll(/`\.(\w+)`/g)].map(([, name]) => name as string);
})();

/** Those of them that are URLs, which are checked. */
const urls = ['action', 'cite', 'data', 'formAction', 'href', 'ping', 'poster', 'src', 'srcset'];

/** In the page: what leads to script or to other elements after such a property has been set, by element and property. */
function leadingToScript(properties: readonly string[]): readonly string[] {
  const elements =
    'a abbr area article audio b base blockquote br button canvas col data del details dialog div embed fieldset form ' +
    'h1 iframe img input ins label legend li link map meta meter object ol optgroup option output p param picture pre ' +
    'progress q script select slot source span style summary table td template textarea th time title tr track ul video';
  // Nothing is loaded in a document that is not shown.
  const inert = document.implementation.createHTMLDocument();
  const value = 'javascript:alert(1)//<img src=x>';
  const isScript = (element: Element, name: string) => /^javascript:/i.test(`${Reflect.get(element, name)}`);

  return elements.split(' ').flatMap((name) =>
    properties.filter((property) => {
      const element = inert.createElement(name);
      for (const attribute of ['href', 'src', 'data', 'action', 'formaction', 'xlink:href']) {
        element.setAttribute(attribute, 'x:alert(1)');
      }
      try {
        Object.assign(element, { [property]: value });
      } catch {
        return false;
      }
      const others = ['href', 'src', 'data', 'action', 'formAction', 'protocol'].filter((other) => other !== property);
      return element.firstElementChild !== null || others.some((other) => isScript(element, other));
    })
  );
}

describe('properties', () => {
  it('are those that the reference lists, with their capitals', () => {
    expect(listed.length).to.be.above(100);
    expect(listed.filter((name) => faultOf(name === 'open' ? 'details' : 'p', name) !== undefined)).to.deep.equal([]);
    expect(faultOf('textarea', 'readonly')).to.match(
      /^The property \.readonly cannot be set .* write \.readOnly=\$\{…\}\./
    );
    expect(faultOf('p', 'ariaLabel')).to.equal(undefined);
    expect(faultOf('p', 'aria')).to.match(/cannot be set/);
  });

  it('of no element are accepted without being listed', async () => {
    const { page, expectNoErrors } = await newPage();
    const names = await page.evaluate(() => {
      const classes = Object.getOwnPropertyNames(window).filter(
        (name) => /^(HTML|SVG|MathML)?\w*Element$/.test(name) && name !== 'frameElement'
      );
      return classes.flatMap((name) => Object.getOwnPropertyNames(Reflect.get(window, name).prototype));
    });
    expect(names.length).to.be.above(1_000);
    const accepted = new Set(names.filter((name) => !name.startsWith('aria') && faultOf('p', name) === undefined));
    expect([...accepted].filter((name) => !listed.includes(name))).to.deep.equal([]);
    await expectNoErrors();
  });

  it('change no URL and make no element, if they are not checked as URLs', async () => {
    const { page, expectNoErrors } = await newPage();
    const leading = await page.evaluate(leadingToScript, [...listed, 'protocol', 'innerHTML']);
    expect(leading).to.include.members(['protocol', 'innerHTML']);
    expect([...new Set(leading)].filter((name) => !urls.includes(name))).to.have.members(['protocol', 'innerHTML']);
    await expectNoErrors();
  });

  it('are refused if they are not listed, and the error says what to write', () => {
    for (const name of ['sandbox', 'nonce', 'text', 'content', 'vlaue', 'attributes', 'dataset', 'constructor']) {
      expect(faultOf('iframe', name)).to.match(
        /^The property \.\w+ cannot be set from a hole of <iframe>\. A hole can set \.value, .* Use the attribute \w+=/
      );
    }
  });

  it('are free in a custom element, but for those that every element has and that go around the template', () => {
    for (const name of ['data', 'protocol', 'sandbox', 'value', 'anything']) {
      expect(faultOf('my-element', name), name).to.equal(undefined);
    }
    for (const name of [
      'innerHTML',
      'outerHTML',
      'textContent',
      'innerText',
      'srcdoc',
      'className',
      'style',
      'onclick',
    ]) {
      expect(faultOf('my-element', name), name).to.match(/cannot be set from a hole of <my-element>/);
    }
    expect(faultOf('my-element', '__proto__')).to.match(/is not a property of the element/);
  });

  it('are those of the list in elements of SVG and MathML with a hyphen', () => {
    const strings = ['<svg><font-face .protocol=', ' /></svg>'];
    expect(() => define(Object.assign(strings, { raw: strings }) as never, Namespace.Html)).to.throw(/whole URL/);
  });
});
