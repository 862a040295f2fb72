import { expect } from 'chai';
import { formElementsIn } from '../../../runtime/render/form-controls.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { type Hole, html, repeat } from '../../../runtime/template/html.js';

const elements = (view: Hole<{ readonly type: string }>) => formElementsIn(renderRoot(view, undefined, () => {}));

/** The element with this attribute `name`. */
const named = (view: Hole<{ readonly type: string }>, name: string) =>
  elements(view).find((element) => element.given('name') === name);

const message = { type: 'clicked' };

describe('form controls', () => {
  it('are found in document order, in children and rows too', () => {
    const view = html<typeof message>`
      <form><input name="a">${html<typeof message>`<input name=${'b'}>`}${repeat([1, 2], String, (key) => html<typeof message>`<input name="c${key}">`)}<button name="d"></button></form>`;
    expect(elements(view).flatMap((element) => element.given('name') ?? [])).to.deep.equal(['a', 'b', 'c1', 'c2', 'd']);
    expect(elements(view).every(({ name, form }) => name === 'form' || form?.name === 'form')).to.equal(true);
    expect(named(view, 'c2')?.address.slice(1)).to.deep.equal([null, 1, '2']);
  });

  it('belong to the form that they name', () => {
    const view = html<typeof message>`<form id="a"></form><form id="b"><input name="x" form="a"></form>`;
    expect(named(view, 'x')?.form?.given('id')).to.equal('a');
  });

  it('have their attributes and properties, however these are written', () => {
    const view = html<typeof message>`
      <input name="a" value="&lt;1" ?required=${true}><input name="b" .value=${2} ?required=${false}>
      <input name="c" type="checkbox" .checked=${true}><textarea name="d">one ${'two'}</textarea>
      <textarea name="e" .value=${'three'}></textarea><input name="f" type="radio" checked>`;
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => named(view, name)?.value)).to.deep.equal([
      '<1',
      '2',
      'on',
      'one two',
      'three',
      'on',
    ]);
    expect(['a', 'b', 'c', 'f'].map((name) => named(view, name)?.has('required'))).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
    expect(['a', 'c', 'f'].map((name) => named(view, name)?.has('checked'))).to.deep.equal([false, true, true]);
  });

  it('show the options that are selected, by themselves or by the value of the select', () => {
    const view = html<typeof message>`
      <select name="a"><option>x</option><option disabled>y</option></select>
      <select name="b"><option>x</option><option ?selected=${true} value="1">y</option></select>
      <select name="c" .value=${'y'}><option>x</option>${html<typeof message>`<option> ${'y'} </option>`}</select>
      <select name="d" multiple><option selected>x</option><option .selected=${true}>y</option></select>
      <select name="e"><option disabled>x</option><option>y</option></select>`;
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => named(view, name)?.selected)).to.deep.equal([
      ['x'],
      ['1'],
      ['y'],
      ['x', 'y'],
      ['y'],
    ]);
  });

  it('are disabled by themselves and by the fieldsets around them, except in the first legend', () => {
    const view = html<typeof message>`
      <fieldset ?disabled=${true}><legend><input name="a"></legend><input name="b"><legend><input name="c"></legend>
        ${html<typeof message>`<input name="d">`}</fieldset><input name="e" disabled><input name="f">`;
    const disabled = ['a', 'b', 'c', 'd', 'e', 'f'].filter((name) => named(view, name)?.isDisabled);
    expect(disabled).to.deep.equal(['b', 'c', 'd', 'e']);
  });

  it('have the handlers that are there, of what happens at them', () => {
    const view = html<typeof message>`<input name="a" @input=${message} @change=${null} @input.window=${message}>`;
    expect(named(view, 'a')?.handlers('input')).to.deep.equal([0]);
    expect(named(view, 'a')?.handlers('change')).to.deep.equal([]);
  });
});
