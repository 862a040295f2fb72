/**
 * `<search>` is younger than the other sections. Parsers that do not know it look past it for an open item: an item in
 * it closed the item around it and was moved out of both.
 */

import { expect } from 'chai';
import { html } from 'troupe';
import { define } from '../../runtime/template/template.js';
import { Namespace } from '../../runtime/wire/patch.js';

const check = (template: ReturnType<typeof html>) => () => define(template.statics, Namespace.Html);

describe('an item', () => {
  it('in <search> in an item of its kind is refused', () => {
    expect(check(html`<dl><dd><search><dd></dd></search></dd></dl>`)).to.throw(/dd/);
    expect(check(html`<ul><li><search><li></li></search></li></ul>`)).to.throw(/li/);
  });

  it('in a list in <search> in an item is not', () => {
    check(html`<ul><li><search><ul><li></li></ul></search></li></ul>`)();
  });
});
