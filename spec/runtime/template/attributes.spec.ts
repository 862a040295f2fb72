import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { define } from '../../../runtime/template/template.js';
import { Namespace, PartKind } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

/** Kind, name and statics of each part. */
function bindingsOf(statics: TemplateStringsArray, namespace: Namespace = Namespace.Html) {
  return define(statics, namespace).parts.map(({ kind, name, strings }) => [kind, name, ...strings]);
}

const expectFault = (statics: TemplateStringsArray, message: RegExp) =>
  expect(() => define(statics, Namespace.Html)).throw(TroupeError, message);

describe('attributes', () => {
  it('are attributes, with the statics around their holes', () => {
    expect(bindingsOf(literal`<p title=${1} lang="a ${2} b${3}" id=x${4}></p>`)).deep.equal([
      [PartKind.Attribute, 'title', '', ''],
      [PartKind.Attribute, 'lang', 'a ', ' b', ''],
      [PartKind.Attribute, 'id', 'x', ''],
    ]);
  });

  it('are class and style by their names, in any case', () => {
    expect(bindingsOf(literal`<p CLASS="a ${1}" Style=${2}></p>`)).deep.equal([
      [PartKind.Class, 'class', 'a ', ''],
      [PartKind.Style, 'style', '', ''],
    ]);
  });

  it('are boolean, properties and events by their prefix', () => {
    expect(bindingsOf(literal`<p ?Hidden=${1} .scrollTop=${2} @my-Event="${3}"></p>`)).deep.equal([
      [PartKind.Boolean, 'hidden', '', ''],
      [PartKind.Property, 'scrollTop', '', ''],
      [PartKind.Event, 'my-Event', '', ''],
    ]);
  });

  it('keep the names of SVG and MathML, however they are written', () => {
    const names = (statics: TemplateStringsArray, namespace: Namespace) =>
      define(statics, namespace).parts.map(({ name }) => name);

    expect(names(literal`<svg viewbox=${1} preserveAspectRatio=${2} Fill=${3}></svg>`, Namespace.Html)).deep.equal([
      'viewBox',
      'preserveAspectRatio',
      'fill',
    ]);
    expect(names(literal`<stop OFFSET=${1} xlink:href=${2} />`, Namespace.Svg)).deep.equal(['offset', 'xlink:href']);
    expect(names(literal`<mi definitionurl=${1}></mi>`, Namespace.MathMl)).deep.equal(['definitionURL']);
    expect(names(literal`<p viewBox=${1}></p>`, Namespace.Html)).deep.equal(['viewbox']);
  });

  it('have their statics decoded', () => {
    expect(bindingsOf(literal`<a href="?a=1&amp;b=${1}&copy=2&colon;&#58;&#x2f;"></a>`)).deep.equal([
      [PartKind.Attribute, 'href', '?a=1&b=', '&copy=2::/'],
    ]);
  });

  it('are URLs by their names', () => {
    const { parts } = define(
      literal`<a href="/x/${1}" title=${2} .href=${3}></a><object data=${4}></object><p data=${5} data-href=${6}></p><form
        action=${7}><button formaction=${8} .formAction=${9}></button></form><img srcset=${10} src=${11}><svg><use xlink:href=${12} /></svg>`,
      Namespace.Html
    );
    expect(parts.filter(({ isUrl }) => isUrl).map(({ hole }) => hole + 1)).deep.equal([1, 3, 4, 7, 8, 9, 10, 11, 12]);
  });

  it('are reflected where the first page can carry the property', () => {
    const { parts } = define(
      literal`<input .value=${1} .checked=${2} .indeterminate=${3}><select .value=${4}><option .selected=${5}>a</option></select><textarea
        .value=${6}></textarea>`,
      Namespace.Html
    );
    expect(parts.filter(({ isReflected }) => isReflected).map(({ hole }) => hole + 1)).deep.equal([1, 2, 5, 6]);
  });

  it('open what can be opened, and are reflected where an attribute says so', () => {
    const { parts } = define(
      literal`<details .open=${1}></details><dialog .open=${2}></dialog><dialog popover .open=${3}></dialog><p
        popover=${4} .open=${5}></p><p .popover=${6} .open=${7}></p><own-element .open=${8}></own-element>`,
      Namespace.Html
    );
    expect(parts.filter(({ isReflected }) => isReflected).map(({ hole }) => hole + 1)).deep.equal([1, 2]);
  });

  const faults: readonly (readonly [what: string, statics: TemplateStringsArray, message: RegExp])[] = [
    ['an on… attribute', literal`<p onclick=${1}></p>`, /^A hole cannot stand in onclick: .* Write @click=\$\{…\}/],
    ['an on… attribute in capitals', literal`<p OnClick="a(${1})"></p>`, /Write @click=/],
    ['a boolean on… attribute', literal`<p ?onload=${1}></p>`, /Write @load=/],
    ['an on… property', literal`<p .onclick=${1}></p>`, /^The property \.onclick cannot be set .* Write @click=/],
    ['an on… attribute of SVG', literal`<svg onload=${1}></svg>`, /Write @load=/],
    ['a style string', literal`<p style="color: ${1}"></p>`, /takes an object, alone: style=\$\{\{ color: … \}\}/],
    ['two holes in a style', literal`<p style="${1}${2}"></p>`, /takes an object, alone/],
    ['a boolean style', literal`<p ?style=${1}></p>`, /no boolean attribute\. Write style=/],
    ['a boolean class', literal`<p ?class=${1}></p>`, /no boolean attribute\. Write class=/],
    ['srcdoc', literal`<iframe srcdoc=${1}></iframe>`, /cannot stand in srcdoc\. Serve the content/],
    ['the property srcdoc', literal`<iframe .srcdoc=${1}></iframe>`, /Serve the content/],
    ['innerHTML', literal`<p .innerHTML=${1}></p>`, /child hole, with unsafeHtml/],
    ['outerHTML', literal`<p .outerHTML=${1}></p>`, /child hole, with unsafeHtml/],
    ['textContent', literal`<p .textContent=${1}></p>`, /Use a child hole/],
    ['className', literal`<p .className=${1}></p>`, /Use class="…"/],
    ['the property style', literal`<p .style=${1}></p>`, /Use a style object/],
    [
      'more than a hole in an event',
      literal`<p @click="a ${1}"></p>`,
      /^@click takes one hole and nothing else\. Write @click=/,
    ],
    ['two holes in a property', literal`<p .value=${1}${2}></p>`, /^\.value takes one hole/],
    ['no hole in a boolean attribute', literal`<p ?hidden></p>`, /^\?hidden takes one hole/],
    ['an event without name', literal`<p @=${1}></p>`, /^@ is not the name of an event/],
    ['an option that is none', literal`<p @input.debounced=${1}></p>`, /^@input has no option \.debounced/],
    ['a property without name', literal`<p .a-b=${1}></p>`, /^\.a-b is not the name of a property/],
    ['a name no browser sets', literal`<p [a]=${1}></p>`, /^\[a\] is not the name of an attribute/],
    [
      'a reference that is not known',
      literal`<p title="&bigstar; ${1}"></p>`,
      /^What &bigstar; means beside a hole is not known/,
    ],
    ['a reference that a hole goes on', literal`<p title="&copy${1}"></p>`, /^What &copy means/],
    ['a meta http-equiv', literal`<meta http-equiv="refresh" content=${1}>`, /cannot stand in <meta http-equiv>/],
    ['the name of a meta http-equiv', literal`<meta http-equiv=${1} content="0">`, /cannot stand in <meta http-equiv>/],
    ['the property of a meta', literal`<meta .httpEquiv=${1}>`, /cannot stand in <meta http-equiv>/],
    ['a base', literal`<base href=${1}>`, /cannot stand in <base>/],
    [
      'what an animation animates',
      literal`<svg><set attributeName=${1} to="x"/></svg>`,
      /cannot stand in attributeName/,
    ],
    [
      'an animated URL',
      literal`<svg><animate attributename="xlink:href" values=${1} /></svg>`,
      /cannot animate xlink:href/,
    ],
    ['an animated URL set to', literal`<svg><set attributeName=href to="a${1}" /></svg>`, /cannot animate href/],
    [
      'the encoding of an annotation',
      literal`<math><annotation-xml encoding=${1}></annotation-xml></math>`,
      /stand in encoding/,
    ],
    [
      '.value beside value',
      literal`<input value="a" .value=${1}>`,
      /set the same thing in the first page\. Remove value/,
    ],
    ['.open of what does not open', literal`<p .open=${1}></p>`, /^The property \.open .* of <p>.* Add popover/],
    ['.open of SVG', literal`<svg popover .open=${1}></svg>`, /^The property \.open .* of <svg>.* Add popover/],
    ['.open beside open', literal`<dialog open .open=${1}></dialog>`, /Remove open/],
    ['.checked beside ?checked', literal`<input .checked=${1} ?checked=${2}>`, /Remove \?checked/],
  ];

  for (const [what, statics, message] of faults) {
    it(`throws an error if there is a hole in ${what}`, () => expectFault(statics, message));
  }

  it('accepts an animation of something else', () => {
    expect(bindingsOf(literal`<svg><animate attributeName="cx" from=${1} to=${2} /></svg>`).length).equal(2);
  });

  describe('that stand twice on an element', () => {
    const twice: readonly (readonly [string, TemplateStringsArray])[] = [
      ['static', literal`<p title="a" TITLE="b"></p>`],
      ['static and with a hole', literal`<p title="a" title=${1}></p>`],
      ['boolean and static', literal`<p ?hidden=${1} hidden></p>`],
      ['class', literal`<p class="a" class=${1}></p>`],
      ['in SVG', literal`<svg viewBox="0" viewbox=${1}></svg>`],
      ['events', literal`<p @click=${1} @click=${2}></p>`],
      ['properties', literal`<p .value=${1} .value=${2}></p>`],
    ];
    for (const [what, statics] of twice) {
      it(`throws an error if they are ${what}`, () => expectFault(statics, /^The element has two .* Remove one/));
    }

    it('are something else with another prefix', () => {
      expect(bindingsOf(literal`<p title=${1} .title=${2} @title=${3} @Title=${4}></p>`).length).equal(4);
    });
  });
});
