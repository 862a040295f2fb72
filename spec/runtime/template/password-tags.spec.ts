import { expect } from 'chai';
import { isSecretWord, saysPurpose } from '../../../runtime/template/password-tags.js';
import { define } from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

describe('secret tags', () => {
  /** The parts that are marked as secret, by element and name. */
  const secretIn = (statics: TemplateStringsArray): readonly string[] =>
    define(statics, Namespace.Html)
      .parts.filter(({ isSecret }) => isSecret)
      .map(({ name, element }) => `${element} ${name}`);

  it('mark the parts of a password field in every notation', () => {
    expect(secretIn(literal`<input type="password" @input=${1} @keydown=${2}>`)).deep.equal([
      'input input',
      'input keydown',
    ]);
    expect(secretIn(literal`<input TYPE=PassWord @change=${1}>`)).deep.equal(['input change']);
    expect(secretIn(literal`<input type='pass&#119;ord' @change=${1}>`)).deep.equal(['input change']);
    expect(secretIn(literal`<x-field type="password" @input=${1}></x-field>`)).deep.equal(['x-field input']);
  });

  it('mark the parts of an input whose type is a hole', () => {
    expect(secretIn(literal`<input type=${1} @input=${2}>`)).deep.equal(['input input']);
    expect(secretIn(literal`<input type="pass${1}" @input=${2}>`)).deep.equal(['input input']);
    expect(secretIn(literal`<input .type=${1} @input=${2}>`)).deep.equal(['input input']);
    expect(secretIn(literal`<button type=${1} @click=${2}></button>`)).deep.equal([]);
  });

  it('mark the parts of a field for passwords, codes and cards', () => {
    for (const purpose of ['current-password', 'new-password', 'one-time-code', 'cc-number', 'cc-csc']) {
      const source = [`<input autocomplete="section-a ${purpose.toUpperCase()}" @input=`, '>'];
      expect(secretIn(Object.assign(source, { raw: source })), purpose).deep.equal(['input input']);
    }
    expect(secretIn(literal`<input type="text" autocomplete="email" @input=${1}>`)).deep.equal([]);
    expect(secretIn(literal`<input autocomplete=${1} @input=${2}>`)).deep.equal(['input input']);
  });

  it('mark the events around such a field in the template, and none beside it', () => {
    const found = secretIn(
      literal`<main @keydown=${1}><p @click=${2}></p><div @input=${3}><br><input @input=${4}><input type="password"></div></main>`
    );
    expect(found).deep.equal(['main keydown', 'div input']);
  });

  it('mark events with a value or entries on elements that may contain a field of another template', () => {
    const found = secretIn(literal`<form @submit=${1} @input=${2} @click=${4} @scroll=${5}>${3}</form>`);
    expect(found).deep.equal(['form submit', 'form input', 'form click']);
    expect(secretIn(literal`<button @click=${1}>${2}</button><p @wheel=${3}>${4}</p><p @click=${5}></p>`)).deep.equal(
      []
    );
  });

  it('mark the values of such a field', () => {
    expect(
      secretIn(literal`<input type="password" .value=${1} name=${2}><input type=${3} .defaultValue=${4}>`)
    ).deep.equal(['input value', 'input defaultValue']);
    expect(secretIn(literal`<input type="password" value="a ${1}">`)).deep.equal(['input value']);
    expect(secretIn(literal`<input type="email" .value=${1}>`)).deep.equal([]);
  });

  it('give the static names of the fields, and the parts that decide whether there is one', () => {
    const statics = literal`<input type="password" name="pass-1"><input name="user"><input name=${1}><input type=${2} name=${3}><input type="password" name="pass-2">`;
    expect(define(statics, Namespace.Html).secret).deep.equal({
      isCertain: true,
      deciding: [1],
      names: ['pass-1', 'pass-2'],
      naming: [2],
    });
    const open = literal`<input type=${1} name="open-1"><input autocomplete=${2} name="open-2">`;
    expect(define(open, Namespace.Html).secret).deep.equal({
      isCertain: false,
      deciding: [0, 1],
      names: ['open-1', 'open-2'],
      naming: [],
    });
  });

  it('know the words of fields for secrets, and whether an autocomplete names a purpose', () => {
    expect(['password', 'section-a One-Time-Code', 'text', ''].map(isSecretWord)).deep.equal([
      true,
      true,
      false,
      false,
    ]);
    expect(['email', 'on', ' off ', ''].map(saysPurpose)).deep.equal([true, false, false, false]);
  });
});
