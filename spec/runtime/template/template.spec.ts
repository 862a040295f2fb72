import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { documentContext, rootContext } from '../../../runtime/template/content-model.js';
import {
  checkIn,
  contextOf,
  type Definition,
  define,
  defineDocument,
  markHole,
} from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

const defined = (statics: TemplateStringsArray): Definition => define(statics, Namespace.Html);

/** The context in the last part of a template that stands in another's last part, and so on. */
function contextIn(...templates: readonly TemplateStringsArray[]) {
  return templates.reduce((context, statics) => {
    const definition = define(statics, context.namespace);
    checkIn(definition, context);
    const part = definition.parts.at(-1);
    return part === undefined ? context : contextOf(part, context);
  }, rootContext);
}

/** Puts the last of the templates into the hole of the one before, and so on. */
function expectRefused(message: RegExp, ...templates: readonly TemplateStringsArray[]): void {
  const context = contextIn(...templates.slice(0, -1));
  const last = define(templates.at(-1) as TemplateStringsArray, context.namespace);
  expect(() => checkIn(last, context)).throw(TroupeError, message);
  // What is refused once is refused again: nothing of it was remembered.
  expect(() => checkIn(last, context)).throw(TroupeError, message);
}

describe('template', () => {
  describe('a definition', () => {
    it('is made once for a literal and a namespace', () => {
      const make = () => literal`<a>${1}</a>`;
      expect(define(make(), Namespace.Html)).equal(define(make(), Namespace.Html));
      expect(define(make(), Namespace.Html)).not.equal(define(make(), Namespace.Svg));
      expect(define(make(), Namespace.Svg).namespace).equal(Namespace.Svg);
    });

    it('is sent to the client as hash, namespace, HTML and places', () => {
      const { hash, wire } = defined(literal`<p class=${1} @click=${2}>${3}</p>`);
      expect(wire).deep.equal([hash, 0, '<p data-troupe-on="click"></p>', 0, 4, 'class', 0, 8, 'click', 0, 1, '']);
    });

    it('has a hash of what the client is sent', () => {
      const { hash } = defined(literal`<p class=${1}>${2}</p>`);
      expect(hash).match(/^[0-9a-z]{6,11}$/);
      expect(defined(literal`<p class="a ${1}" >${2}</p>`).hash).equal(hash);
      const others = [
        literal`<p class=${1}>a</p>`,
        literal`<p id=${1}>${2}</p>`,
        literal`<p .title=${1}>${2}</p>`,
        literal`<p>${2}</p>`,
      ];
      const hashes = [hash, ...others.map((statics) => defined(statics).hash)];
      hashes.push(define(literal`<a>${1}</a>`, Namespace.Svg).hash, define(literal`<a>${1}</a>`, Namespace.Html).hash);
      expect(new Set(hashes).size).equal(7);
    });

    it('knows whether it has event parts and child parts', () => {
      const traits = ({ hasEvents, hasChildren }: Definition) => [hasEvents, hasChildren];
      expect(traits(defined(literal`<p class=${1}></p>`))).deep.equal([false, false]);
      expect(traits(defined(literal`<p @click=${1}></p>`))).deep.equal([true, false]);
      expect(traits(defined(literal`<p>${1}</p>`))).deep.equal([false, true]);
      expect(traits(defined(literal`<p>a ${1}</p>`))).deep.equal([false, true]);
    });

    it('throws each time the same error if the template cannot be', () => {
      const make = () => literal`<p>`;
      for (let time = 0; time < 2; time++) expect(() => defined(make())).throw(TroupeError, /^<p> has no end tag/);
    });
  });

  describe('content in one template', () => {
    const faults: readonly (readonly [TemplateStringsArray, RegExp])[] = [
      [
        literal`<p><div></div></p>`,
        /^<div> cannot stand here: it stands in a <p>, which the parser ends before it\. Make the <p> a <div>/,
      ],
      [literal`<a><b><a>x</a></b></a>`, /it stands in a <a>, .* Links cannot be nested/],
      [
        literal`<form><form></form></form>`,
        /it stands in a <form>, and the parser drops it there\. Forms cannot be nested/,
      ],
      [
        literal`<table><tr><td>x</td></tr></table>`,
        /^<tr> cannot stand here: .* directly in <table>\. Put a <tbody> around it/,
      ],
      [literal`<table>x</table>`, /^Text cannot stand here: directly in <table> it is moved out, or never shown/],
      [literal`<table><tbody><tr>&nbsp;</tr></tbody></table>`, /^Text cannot stand here: directly in <tr>/],
      [literal`<select>x</select>`, /^Text cannot stand here: directly in <select>/],
      [literal`<div><td>x</td></div>`, /^<td> cannot stand here: the parser drops it outside of <tr>/],
      [literal`<tr></tr><div></div>`, /^<div> cannot stand here: .* directly in <tbody>/],
      [literal`<tr></tr>x`, /^Text cannot stand here: directly in <tbody>/],
      [
        literal`<svg><div></div></svg>`,
        /^<div> cannot stand here: it is HTML, and the parser ends the SVG before it\. .*<foreignObject>/,
      ],
      [literal`<image></image>`, /^<image> cannot stand here: the parser makes it an <img>/],
      [literal`<template>${1}</template>`, /^<template> cannot stand here: its content is inert/],
      [literal`<plaintext>x</plaintext>`, /^<plaintext> cannot stand here: it never ends/],
      [literal`<!doctype html>`, /^Only a document begins with <!doctype html>/],
      [literal`<html></html>`, /^<html> cannot stand here: it belongs to the document/],
      [literal`<body></body>`, /^<body> cannot stand here: it belongs to the document/],
    ];
    for (const [statics, message] of faults) {
      it(`throws an error for ${statics.join('${}')}`, () =>
        expect(() => defined(statics)).throw(TroupeError, message));
    }

    it('is quoted, with the place marked', () => {
      expect(() => defined(literal`<p class=${1}>\n  <b></b><ul></ul>\n</p>`)).throw(
        /\n\n {4}<p class=\$\{…\}>\n {6}<b><\/b><ul><\/ul>\n {13}\^\n {4}<\/p>$/
      );
    });
  });

  describe('content across templates', () => {
    it('throws an error at what the parser would move or close', () => {
      expectRefused(
        /^<div> cannot stand where this template is used: it stands in a <p>/,
        literal`<p>${1}</p>`,
        literal`<div></div>`
      );
      expectRefused(/in a <a>/, literal`<a>${1}</a>`, literal`<b>${1}</b>`, literal`<a>x</a>`);
      expectRefused(
        /in a <button>/,
        literal`<button>${1}</button>`,
        literal`<i>${1}</i>`,
        literal`<b><button></button></b>`
      );
      expectRefused(/in a <form>/, literal`<form>${1}</form>`, literal`<div>${1}</div>`, literal`<form></form>`);
      expectRefused(/in a <li>/, literal`<ul><li>${1}</li></ul>`, literal`<li>x</li>`);
      expectRefused(/directly in <table>/, literal`<table>${1}</table>`, literal`<tr></tr>`);
      expectRefused(
        /directly in <tr>/,
        literal`<table><tbody>${1}</tbody></table>`,
        literal`<tr>${1}</tr>`,
        literal`<div></div>`
      );
      expectRefused(/directly in <select>/, literal`<select>${1}</select>`, literal`<p>x</p>`);
      expectRefused(/^Text .* directly in <tbody>/, literal`<table><tbody>${1}</tbody></table>`, literal`x`);
      expect(() => contextIn(literal`<svg>${1}</svg>`, literal`<p>x</p>`)).throw(/ends the SVG/);
      expectRefused(/outside of <tbody>, <thead>, <tfoot>/, literal`<tr></tr>`);
    });

    it('quotes the inner template with the place marked', () => {
      expectRefused(
        /\n\n {4}<b>\$\{…\}<\/b><div><\/div>\n {15}\^$/,
        literal`<p>${1}</p>`,
        literal`<b>${2}</b><div></div>`
      );
    });

    it('throws an error if a component has what only documents have', () => {
      for (const statics of [literal`<script></script>`, literal`<noscript></noscript>`, literal`<base>`]) {
        expectRefused(/Put it into the document template/, statics);
      }
      expectRefused(/belongs to the root of the page/, literal`<p id="troupe"></p>`);
      expectRefused(/data-troupe-on belongs to Troupe/, literal`<p data-troupe-on=${1}></p>`);
      expectRefused(/data-troupe-x belongs to Troupe/, literal`<p ?data-troupe-x=${1}></p>`);
    });

    it('accepts what ends where it began', () => {
      contextIn(
        literal`<table>${1}</table>`,
        literal`<tbody>${1}</tbody>`,
        literal`<tr>${1}</tr>`,
        literal`<td>${1}</td>`,
        literal`<div></div>`
      );
      contextIn(literal`<p>${1}</p>`, literal`<button>${1}</button>`, literal`<div></div>`);
      contextIn(literal`<a>${1}</a>`, literal`<table><tbody><tr><td>${1}</td></tr></tbody></table>`, literal`<a></a>`);
      contextIn(literal`<li>${1}</li>`, literal`<ul>${1}</ul>`, literal`<li>x</li>`);
      contextIn(literal`<svg>${1}</svg>`, literal`<foreignObject>${1}</foreignObject>`, literal`<p>x</p>`);
      contextIn(literal`<select>${1}</select>`, literal`<optgroup>${1}</optgroup>`, literal`<option>x</option>`);
    });
  });

  describe('the context of a part', () => {
    it('has the namespace of the content', () => {
      expect(contextIn(literal`<svg>${1}</svg>`).namespace).equal(Namespace.Svg);
      expect(contextIn(literal`<svg>${1}</svg>`, literal`<title>${1}</title>`).namespace).equal(Namespace.Html);
      expect(contextIn(literal`<math>${1}</math>`, literal`<mi>${1}</mi>`).namespace).equal(Namespace.Html);
    });

    it('is the same for the same outer context, in turn with another', () => {
      const part = defined(literal`<div>${1}</div>`).parts[0] as Definition['parts'][number];
      const inParagraph = contextIn(literal`<p>${1}</p>`);
      for (let time = 0; time < 3; time++) {
        expect(contextOf(part, rootContext)).equal(rootContext);
        expect(contextOf(part, inParagraph).open).equal(inParagraph.open);
        expect(contextOf(part, inParagraph)).not.equal(rootContext);
      }
    });
  });

  describe('a document', () => {
    const page = literal`<!doctype html>
<html lang=${1}>
  <head><title>${2} · x</title>${3}<script type="module" src=${4}></script></head>
  <body class="a ${5}">${6}</body>
</html>
`;

    it('has its segments and parts', () => {
      const { segments, parts } = defineDocument(page);
      expect(segments).deep.equal([
        '<!doctype html>\n<html',
        '>\n  <head><title>',
        '</title><!--[-->',
        '<!--]--><script type="module"',
        '></script></head>\n  <body',
        '>',
        '</body>\n</html>\n',
      ]);
      expect(parts.map(({ kind }) => kind)).deep.equal([3, 2, 0, 3, 4, 1]);
      expect(parts.map(({ isUrl }) => isUrl)).deep.equal([false, false, false, true, false, false]);
      expect(defineDocument(page)).equal(defineDocument(page));
    });

    it('has holes for what belongs into head and body', () => {
      const [, , head, , , body] = defineDocument(page).parts as readonly Definition['parts'][number][];
      const inHead = contextOf(head as Definition['parts'][number], documentContext);
      const inBody = contextOf(body as Definition['parts'][number], documentContext);
      for (const statics of [
        literal`<link href=${1}><meta name="a"><style>a</style>`,
        literal`<script src=${1}></script>`,
      ]) {
        checkIn(defined(statics), inHead);
        checkIn(defined(statics), inBody);
      }
      expect(() => checkIn(defined(literal`<div></div>`), inHead)).throw(/directly in <head>/);
      checkIn(defined(literal`<div id="troupe" data-troupe-token=${1}></div>`), inBody);
      expect(() => checkIn(defined(literal`<p @click=${1}></p>`), inBody)).throw(/^A document is written once/);
      expect(() => checkIn(defined(literal`<p style=${1}></p>`), inBody)).throw(/^A document is written once/);
    });

    const head = '<head></head>';
    const faults: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['no doctype', [`<html>${head}<body></body></html>`], /^A document begins with <!doctype html>\. Write it first/],
      [
        'something before the doctype',
        [`<p></p><!doctype html><html>${head}<body></body></html>`],
        /^A document begins with/,
      ],
      [
        'two doctypes',
        [`<!doctype html><!doctype html><html>${head}<body></body></html>`],
        /^A document has one <!doctype html>/,
      ],
      ['no html', ['<!doctype html><!-- x -->'], /^A document has a <html>\. Write it/],
      ['no head', ['<!doctype html><html><body></body></html>'], /^A document has a <head>\. Write it/],
      ['no body', [`<!doctype html><html>${head}</html>`], /^A document has a <body>\. Write it/],
      ['two bodies', [`<!doctype html><html>${head}<body></body><body></body></html>`], /^A document has one <body>/],
      ['head behind body', [`<!doctype html><html><body></body>${head}</html>`], /^<head> stands behind <body>/],
      ['elements outside of html', [`<!doctype html><html>${head}<body></body></html><p></p>`], /outside of <html>/],
      [
        'text outside of body',
        [`<!doctype html><html>${head}x<body></body></html>`],
        /^Text cannot stand here: directly in <html>/,
      ],
      [
        'text in head',
        ['<!doctype html><html><head>x</head><body></body></html>'],
        /^Text cannot stand here: directly in <head>/,
      ],
      [
        'elements in head that do not belong there',
        ['<!doctype html><html><head><p></p></head><body></body></html>'],
        /in <head>/,
      ],
      [
        'a hole in html',
        [`<!doctype html><html>${head}`, '<body></body></html>'],
        /^A hole cannot stand here\. Put it into/,
      ],
      [
        'a hole behind html',
        [`<!doctype html><html>${head}<body></body></html>`, ''],
        /^A hole cannot stand here\. Put it into/,
      ],
      ['an event', [`<!doctype html><html>${head}<body @load=`, '></body></html>'], /^A document is written once/],
      ['a property', [`<!doctype html><html>${head}<body .title=`, '></body></html>'], /^A document is written once/],
      [
        'a style object',
        [`<!doctype html><html>${head}<body style=`, '></body></html>'],
        /^A document is written once: events, properties and style objects do nothing in it\. Use a class and a style sheet\./,
      ],
      [
        'the root itself',
        [`<!doctype html><html>${head}<body><div id="troupe"></div></body></html>`],
        /belongs to the root/,
      ],
      ['a hole in a script', [`<!doctype html><html>${head}<body><script>`, '</script></body></html>'], /in <script>/],
      ['content of body that is moved', [`<!doctype html><html>${head}<body><p><p></p></p></body></html>`], /in a <p>/],
    ];
    for (const [what, strings, message] of faults) {
      it(`throws an error if there is ${what}`, () => {
        const statics = Object.assign([...strings], { raw: strings });
        expect(() => defineDocument(statics)).throw(TroupeError, message);
      });
    }

    it('has no holes in noscript, and static content', () => {
      const statics = literal`<!doctype html><html><head><noscript><link href="x"></noscript></head><body><noscript>No script.</noscript></body></html>`;
      expect(defineDocument(statics).parts).deep.equal([]);
    });
  });

  describe('ordinary templates', () => {
    const templates: readonly TemplateStringsArray[] = [
      literal`
        <button @click=${1}>-</button>
        <output>${2}</output>
        <button @click=${3}>+</button>`,
      literal`<form @submit=${1}>
        <label>Name <input name="name" .value=${2} required></label>
        <label for="about">About</label><textarea id="about" rows="3" .value=${3}></textarea>
        <label><input type="checkbox" .checked=${4} @change=${5}> I agree to <a href="/terms">the terms</a></label>
        <select @change=${6}>
          <optgroup label="A"><option value="1" ?selected=${7}>One</option></optgroup>
          <hr>
          ${8}
        </select>
        <fieldset ?disabled=${9}><legend>Colour</legend>${10}</fieldset>
        <button type="submit" class="button ${11}">Send &raquo;</button>
      </form>`,
      literal`<table>
        <caption>People</caption>
        <colgroup><col><col class="wide"></colgroup>
        <thead><tr><th scope="col">Name</th><th>Age</th></tr></thead>
        <tbody>${1}</tbody>
        <tfoot><tr><td colspan=2>${2} in all</td></tr></tfoot>
      </table>`,
      literal`<article><h2><a href="/a/${1}?b=1&c=2">${2}</a></h2><p>By <em>${3}</em>, ${4} &mdash; <time datetime=${5}>now</time></p></article>`,
      literal`<ul class="list">${1}</ul><ol><li>a<ul><li>b</li></ul></li></ol><dl><dt>a</dt><dd>b</dd></dl>`,
      literal`<svg viewBox="0 0 10 10" width=${1} role="img" aria-label="x"><defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>
        <g fill="url(#g)" transform="translate(${2}, ${3})">${4}</g><text x="1">${5}</text><use href="#a"/></svg>`,
      literal`<figure><picture><source srcset=${1} media="(min-width: 1px)"><img src=${2} alt=${3} loading="lazy"></picture><figcaption>${4}</figcaption></figure>`,
      literal`<nav aria-label="Main"><a href="/" aria-current=${1}>Home</a> | <a href=${2}>Next</a></nav>`,
      literal`<details ?open=${1} @toggle=${2}><summary>${3}</summary><p>${4}</p></details><dialog>${5}</dialog>`,
      literal`<video controls><source src=${1} type="video/mp4"><track src="a.vtt"></video><audio src=${2}></audio>`,
      literal`<my-element some-attribute=${1} .data=${2} @my-event=${3}><span slot="a">x</span></my-element>`,
      literal`<div style=${1} class="a ${2} b ${3}" data-id=${4} hidden>${5}<!-- note --></div>`,
      literal`<pre><code class="language-${1}">${2}</code></pre><p>a &lt; b && c &amp; d</p><blockquote cite=${3}>q</blockquote>`,
      literal`<p>1 &lt; 2, a > b, "quotes", it's & fine; ${1}, ${2} and ${3}.<br>Next<br/>line</p>`,
      literal`<input type=range min=0 max=100 .value=${1} @input=${2} list="l"><datalist id="l"><option value="1"></option></datalist>`,
      literal`<math><mrow><mi>a</mi><mo>+</mo><mn>${1}</mn></mrow></math>`,
      literal`<tr class=${1}><td>${2}</td><td>${3}</td></tr>`,
      literal`<option value=${1} .selected=${2}>${3}</option>`,
      literal`<li @click=${1}>${2}</li>`,
    ];
    templates.forEach((statics, index) => {
      it(`are accepted: ${index + 1}`, () => {
        const { parts, segments } = defined(statics);
        expect(segments.length).equal(parts.length + 1);
        expect(parts.reduce((sum, { strings }) => sum + strings.length - 1, 0)).equal(statics.length - 1);
      });
    });
  });

  it('are accepted in SVG', () => {
    const { parts } = define(literal`<path d=${1} stroke="black" /><circle cx=${2} r="1"></circle>`, Namespace.Svg);
    expect(parts.map(({ name }) => name)).deep.equal(['d', 'cx']);
  });

  it('marks a hole', () => {
    expect(markHole(literal`<p>${1}</p>`, 0)).equal('    <p>${…}</p>\n       ^');
  });
});
