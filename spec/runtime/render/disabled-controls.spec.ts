import { expect } from 'chai';
import { isDisabled, isDisabledAt, type Waypoint, wayTo } from '../../../runtime/render/disabled-controls.js';
import type { Instance } from '../../../runtime/render/nodes.js';
import type { Template } from '../../../runtime/template/html.js';
import { loose, render } from '../../fixtures/rendering.js';

const message = { type: 'clicked' };

describe('render/disabled-controls', () => {
  const instanceOf = (template: Template<unknown>): Instance => render(template) as Instance;

  it('says whether a control is disabled in its template', () => {
    for (const [value, isOff] of [
      [true, true],
      [false, false],
    ] as const) {
      const button = instanceOf(loose`<button ?disabled=${value} @click=${message}></button>`);
      expect(isDisabledAt(button, 1)).to.equal(isOff);
      const field = instanceOf(loose`<button .disabled=${value} @click=${message}></button>`);
      expect(isDisabledAt(field, 1)).to.equal(isOff);
    }
    const absent = instanceOf(loose`<button disabled=${null} @click=${message}></button>`);
    const empty = instanceOf(loose`<button disabled=${''} @click=${message}></button>`);
    expect([absent, empty].map((each) => isDisabledAt(each, 1))).to.deep.equal([false, true]);
  });

  it('says whether a fieldset of another template disables it, except in its legend', () => {
    const button = loose`<button @click=${message}></button>`;
    const legend = loose`<legend><button @click=${message}></button></legend>`;
    const page = instanceOf(loose`<fieldset disabled>${legend}<p>${button}</p></fieldset>`);
    const [inLegend, inParagraph] = page.values as [Instance, Instance];
    [inLegend.number, inParagraph.number] = [1, 2];
    expect([1, 2].map((number) => isDisabled(wayTo(page, number, 0) as readonly Waypoint[]))).to.deep.equal([
      false,
      true,
    ]);
    expect(wayTo(page, 3, 0)).to.equal(undefined);
  });

  it('takes no legend but the first for one that a fieldset does not disable', () => {
    const button = loose`<button @click=${message}></button>`;
    const isOff = (page: Template<unknown>, at = 0): boolean => {
      const root = instanceOf(page);
      const inner = root.values[at] as Instance;
      inner.number = 1;

      return isDisabled(wayTo(root, 1, inner.definition.parts.length - 1) as readonly Waypoint[]);
    };
    const one = loose`<legend><button @click=${message}></button></legend>`;
    const two = loose`<legend></legend><legend><button @click=${message}></button></legend>`;
    expect(isOff(loose`<fieldset disabled>${one}</fieldset>`)).to.equal(false);
    expect(isOff(loose`<fieldset disabled>${two}</fieldset>`)).to.equal(true);
    expect(isOff(loose`<fieldset disabled><p></p>${one}<legend></legend></fieldset>`)).to.equal(false);
    expect(isOff(loose`<fieldset disabled><legend></legend>${one}</fieldset>`)).to.equal(true);
    expect(isOff(loose`<fieldset disabled><legend>${button}</legend></fieldset>`)).to.equal(false);
    expect(isOff(loose`<fieldset disabled><legend></legend><legend>${button}</legend></fieldset>`)).to.equal(true);
  });
});
