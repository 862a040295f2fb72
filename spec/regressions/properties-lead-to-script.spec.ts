/**
 * A hole could set the parts of a link's URL: with `.protocol`, `<a href="x:alert(1)">` became a link that runs script.
 * `?attributeName` on an animation passed a check that compared its name in lower case.
 */

import { expect } from 'chai';
import { define } from '../../runtime/template/template.js';
import { Namespace } from '../../runtime/wire/patch.js';
import { newPage } from '../browser/chromium.js';

const literal = (...strings: string[]): TemplateStringsArray => Object.assign(strings, { raw: strings });

/** A template with this property in a hole. */
const defined = (element: string, property: string) =>
  define(literal(`<${element} .${property}=`, element === 'area' ? '>' : `></${element}>`), Namespace.Html);

/** Whether a template may have this property in a hole: not, unchecked, or as a URL that is checked. */
function taken(element: string, property: string): 'refused' | 'unchecked' | 'checked' {
  try {
    const { parts } = defined(element, property);
    return parts[0]?.isUrl ? 'checked' : 'unchecked';
  } catch {
    return 'refused';
  }
}

/** In the page: the properties of a link that can be set so that its URL runs script. */
function leadingToScript(element: string): readonly string[] {
  const names = new Set<string>();
  const sample = document.createElement(element);
  for (let object: object | null = sample; object; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) names.add(name);
  }

  return [...names].filter((name) =>
    ['javascript', 'javascript:', 'javascript:alert(1)'].some((value) => {
      const link = document.createElement(element) as HTMLAnchorElement;
      link.href = 'x:alert(1)';
      try {
        Object.assign(link, { [name]: value });
      } catch {
        return false;
      }
      return link.protocol === 'javascript:';
    })
  );
}

describe('a property of a link', () => {
  for (const element of ['a', 'area']) {
    it(`is set by no hole of <${element}> if it makes the URL one that runs script`, async () => {
      const { page, expectNoErrors } = await newPage();
      const leading = await page.evaluate(leadingToScript, element);
      expect(leading).to.include.members(['href', 'protocol']);
      expect(leading.filter((name) => taken(element, name) === 'unchecked')).to.deep.equal([]);
      expect(taken(element, 'href')).to.equal('checked');
      await expectNoErrors();
    });

    it(`is not a part of the URL of <${element}>, and the error says what to write`, () => {
      for (const name of 'hash host hostname password pathname port protocol search username'.split(' ')) {
        expect(() => defined(element, name)).to.throw(
          `The property .${name} cannot be set from a hole of <${element}>. It changes the scheme or another part of a URL. Write the whole URL: href=\${…}.`
        );
      }
    });
  }
});

describe('a boolean attribute', () => {
  for (const name of ['attributeName', 'attributename', 'ATTRIBUTENAME']) {
    for (const element of ['animate', 'set', 'animateMotion', 'animateTransform']) {
      it(`?${name} of <${element}> has no hole`, () => {
        expect(() => define(literal(`<svg><${element} ?${name}=`, ' /></svg>'), Namespace.Html)).to.throw(
          /^A hole cannot stand in attributeName/
        );
      });
    }
  }
});
