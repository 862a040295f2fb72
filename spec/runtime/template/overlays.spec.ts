import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { define, defineDocument } from '../../../runtime/template/template.js';
import { Namespace, PartKind } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

describe('overlays', () => {
  it('stay in the page as attributes that mean nothing to a browser, beside a mark', () => {
    const { html, segments, parts } = define(
      literal`<button class="a" pending:disabled Pending:Class="busy" pending:text='Saving "it"'>Save</button>`,
      Namespace.Html
    );
    expect(html).to.equal(
      `<button class="a" pending:disabled Pending:Class="busy" pending:text='Saving "it"' data-troupe-overlay="">Save</button>`
    );
    expect(segments).to.deep.equal([html]);
    expect(parts).to.deep.equal([]);
  });

  it('with holes are parts like other attributes', () => {
    const { parts, html } = define(
      literal`<a pending:aria-pressed=${1} ?pending:hidden=${2} pending:class="a ${3}" pending:data-on="${4}"></a>`,
      Namespace.Html
    );
    expect(html).to.equal('<a data-troupe-overlay=""></a>');
    expect(parts.map(({ kind, name }) => [kind, name])).to.deep.equal([
      [PartKind.Attribute, 'pending:aria-pressed'],
      [PartKind.Boolean, 'pending:hidden'],
      [PartKind.Attribute, 'pending:class'],
      [PartKind.Attribute, 'pending:data-on'],
    ]);
  });

  it('disable nothing on the server', () => {
    const { disablers } = define(
      literal`<fieldset pending:disabled><button pending:disabled @click=${1}></button></fieldset>`,
      Namespace.Html
    );
    expect([...disablers]).to.deep.equal([]);
  });

  const allowed: readonly TemplateStringsArray[] = [
    literal`<input pending:disabled pending:readonly pending:inert pending:hidden>`,
    literal`<p pending:title="wait" pending:aria-busy="true" pending:data-state="" pending:data-a-1="x">text</p>`,
    literal`<svg><g pending:class="busy" /></svg>`,
    literal`<p @pending:x=${1}></p>`,
    literal`<p pending="x" data-pending="y"></p>`,
  ];
  for (const statics of allowed) {
    it(`may stand in ${statics.join('${…}')}`, () => void define(statics, Namespace.Html));
  }

  const refused: readonly (readonly [statics: TemplateStringsArray, message: RegExp])[] = [
    [
      literal`<p pending:onclick="x"></p>`,
      /^There is no pending:onclick\. There are pending:disabled, .*pending:data-…="…"\./,
    ],
    [literal`<p pending:onclick=${1}></p>`, /^There is no pending:onclick\./],
    [literal`<a pending:href="x"></a>`, /^There is no pending:href\./],
    [literal`<a pending:xlink:href="x"></a>`, /^There is no pending:xlink:href\./],
    [literal`<img pending:src="x">`, /^There is no pending:src\./],
    [literal`<iframe pending:srcdoc="x"></iframe>`, /^There is no pending:srcdoc\./],
    [literal`<p pending:style="x"></p>`, /^There is no pending:style\./],
    [literal`<p pending:id="x"></p>`, /^There is no pending:id\./],
    [literal`<input pending:value="x">`, /^There is no pending:value\./],
    [literal`<input pending:checked>`, /^There is no pending:checked\./],
    [literal`<p pending:data-troupe-on="click"></p>`, /^There is no pending:data-troupe-on\./],
    [literal`<p pending:=${1}></p>`, /^There is no pending:\./],
    [
      literal`<p pending:disabled=${1}></p>`,
      /^pending:disabled is a boolean attribute\. Write pending:disabled, or \?pending:disabled=\$\{…\}/,
    ],
    [literal`<p pending:hidden="false"></p>`, /^pending:hidden is a boolean attribute\./],
    [literal`<p ?pending:class=${1}></p>`, /^\?pending:class is no boolean attribute\. Write pending:class=\$\{…\}\./],
    [literal`<p pending:class></p>`, /^pending:class has a value\. Write pending:class="…"\./],
    [literal`<p pending:text=""></p>`, /^pending:text has a value\./],
    [literal`<input pending:text="x">`, /^<input> has no text that could be replaced\. Put pending:text on/],
    [literal`<ul pending:text="x"></ul>`, /^<ul> has no text/],
    [literal`<svg><text pending:text="x"></text></svg>`, /^<text> has no text/],
    [literal`<p .pending:text=${1}></p>`, /^\.pending:text is not the name of a property/],
    [literal`<p pending:hidden pending:hidden></p>`, /^The element has two pending:hidden/],
  ];
  for (const [statics, message] of refused) {
    it(`are refused in ${statics.join('${…}')}, with the place`, () => {
      expect(() => define(statics, Namespace.Html))
        .to.throw(TroupeError, message)
        .with.property('code', 'template');
    });
  }

  it('are refused in a document', () => {
    const statics = literal`<!doctype html><html><head></head><body><p pending:hidden></p></body></html>`;
    expect(() => defineDocument(statics)).to.throw(
      TroupeError,
      /^A document is written once: no event is under way in it/
    );
  });
});
