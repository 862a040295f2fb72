import { expect } from 'chai';
import { define } from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';

const message = { type: 'clicked' };

/** What disables each event and child part of a template, by the name of the part ('' for a child). */
function disablers(statics: TemplateStringsArray, ..._values: unknown[]): unknown {
  const { disablers: found, parts } = define(statics, Namespace.Html);

  return [...found].map(([part, by]) => [parts[part]?.name, by]);
}

describe('template/form-tags', () => {
  it('names what disables a control: its own attribute, and those of the fieldsets around it', () => {
    expect(disablers`<button ?disabled=${true} @click=${message}></button>`).to.deep.equal([['click', [0]]]);
    expect(disablers`<button @click=${message} .disabled=${true}></button>`).to.deep.equal([['click', [1]]]);
    expect(disablers`<input disabled="${'x'}" @input=${message}>`).to.deep.equal([['input', [0]]]);
    expect(disablers`<button disabled @click=${message}></button>`).to.deep.equal([['click', [true]]]);
    expect(
      disablers`<fieldset ?disabled=${true}><fieldset disabled><select @change=${message}></select></fieldset></fieldset>`
    ).to.deep.equal([['change', [0, true]]]);
  });

  it('names what disables the templates in a child part', () => {
    expect(disablers`<fieldset ?disabled=${true}><p>${'child'}</p></fieldset>`).to.deep.equal([['', [0]]]);
    expect(disablers`<p ?disabled=${true}>${'child'}</p>`).to.deep.equal([]);
  });

  it('leaves out the first legend of a fieldset alone', () => {
    expect(
      disablers`<fieldset disabled><p></p><legend></legend><legend><input @change=${message}></legend></fieldset>`
    ).to.deep.equal([['change', [true]]]);
    expect(
      disablers`<fieldset disabled><p><legend><input @change=${message}></legend></p></fieldset>`,
      'no child of the fieldset'
    ).to.deep.equal([['change', [true]]]);
    expect(disablers`<fieldset disabled><p></p><legend><input @change=${message}></legend></fieldset>`).to.deep.equal(
      []
    );
  });

  it('leaves out legends, elements that are no controls, and events that are no act of a user', () => {
    expect(
      disablers`<fieldset disabled><legend><input @change=${message}>${'child'}</legend></fieldset>`
    ).to.deep.equal([]);
    expect(disablers`<fieldset disabled><div @click=${message}></div></fieldset>`).to.deep.equal([]);
    expect(disablers`<input disabled @blur=${message} @invalid=${message}>`).to.deep.equal([]);
    expect(disablers`<button @click=${message}></button>`).to.deep.equal([]);
  });
});
