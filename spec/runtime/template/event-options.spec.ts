import { expect } from 'chai';
import { eventName } from '../../../runtime/template/event-options.js';
import { define } from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

/** What an event is in frames. */
function wire(written: string, element = 'p'): string {
  const { name, options } = eventName(written, element, (message) => new Error(message));
  return name + options;
}

describe('event options', () => {
  const read: readonly (readonly [written: string, wire: string])[] = [
    ['click', 'click'],
    ['click.once', 'click|once'],
    ['click.Prevent.stop.self', 'click|prevent|stop|self'],
    ['submit.default', 'submit|default'],
    ['keydown.enter', 'keydown|0:enter'],
    ['keydown.prevent.arrow-up', 'keydown|0:arrowup|prevent'],
    ['keydown.space', 'keydown|0:'],
    ['keydown.shift.tab', 'keydown|8:tab'],
    ['keydown.k', 'keydown|08:k'],
    ['keydown.mod.k', 'keydown|24ac:k'],
    ['keydown.ctrl.shift.k', 'keydown|a:k'],
    ['keyup.alt', 'keyup|1'],
    ['click.mod', 'click|24'],
    ['input.debounce-300', 'input|*debounce-300'],
    ['input.Debounce-1.once', 'input|once|*debounce-1'],
    ['pointermove.throttle-60000', 'pointermove|*throttle-60000'],
    ['keydown.throttle-100.mod.k', 'keydown|24ac:k|*throttle-100'],
    // What happens elsewhere: the type ends with a star, and nothing is prevented by itself.
    ['click.outside', 'click*|outside|default'],
    ['keydown.window.escape', 'keydown*|window|0:escape'],
    ['scroll.window.throttle-100', 'scroll*|window|*throttle-100'],
    ['submit.document.prevent', 'submit*|document|prevent'],
    ['visibilitychange.document', 'visibilitychange*|document'],
    ['click.capture.self', 'click*|capture|self'],
    ['resize.window', 'resize*|window'],
    ['resize', 'resize*'],
    ['visible.margin-200.once', 'visible*|once|margin-200'],
    ['hidden', 'hidden*'],
    ['online.window', 'online*|window'],
    ['touchmove.passive', 'touchmove'],
    ['click.passive', 'click|default'],
    // Custom events: options if all are, else a name with dots.
    ['picked.once', 'picked|once|*'],
    ['picked.throttle-50', 'picked|*throttle-50|*'],
    ['picked.enter', 'picked.enter|*'],
    ['picked.throttle', 'picked.throttle|*'],
    ['show.bs.modal', 'show.bs.modal|*'],
    ['turbo:load', 'turbo:load|*'],
    ['a.b.once', 'a.b.once|*'],
    // Those whose data the second script tells.
    ['paste', 'paste|*'],
    ['drop.once', 'drop|once|*'],
    ['timeupdate', 'timeupdate|*'],
    ['pause', 'pause|*'],
    ['input', 'input'],
    ['animationend', 'animationend'],
  ];
  for (const [written, expected] of read) {
    it(`@${written} is ${JSON.stringify(expected)} in frames`, () => expect(wire(written)).to.equal(expected));
  }

  it('of a form ask for its entries', () => {
    for (const type of ['input', 'change', 'focusout']) expect(wire(type, 'form')).to.equal(`${type}|*`);
    for (const type of ['submit', 'click']) expect(wire(type, 'form')).to.equal(type);
  });

  const faults: readonly (readonly [written: string, message: RegExp])[] = [
    [
      'click.enter',
      /^@click has no option \.enter\. Its options are prevent, default, passive, stop, self, once, window, document, outside, capture, alt, /,
    ],
    [
      'keydown.entr',
      /^@keydown has no option \.entr\. .* f12, space, debounce-300, throttle-100, a letter or a digit\.$/,
    ],
    [
      'submit.mod',
      /^@submit has no option \.mod\. Its options are prevent, .*, capture, debounce-300, throttle-100\.$/,
    ],
    ['click.', /^@click has no option \.\./],
    ['click.once.once', /^@click has \.once twice/],
    ['keydown.enter.escape', /^@keydown can wait for one key\. Write an attribute for each/],
    ['drop.prevent.default', /^@drop has \.prevent and \.default/],
    ['input.debounce', /^@input has \.debounce\. Write \.debounce-300: a hyphen and milliseconds, 1 to 60000\.$/],
    ['input.debounce-300ms', /^@input has \.debounce-300ms\. Write \.debounce-300:/],
    ['input.throttle-0', /^@input has \.throttle-0\. Write \.throttle-100:/],
    ['input.throttle-60001', /^@input has \.throttle-60001\. Write \.throttle-100:/],
    ['input.throttle-1.5', /^@input has no option \.5\./],
    ['input.debounce-300.throttle-100', /^@input has \.debounce-300 and \.throttle-100\. Remove one\.$/],
    ['paste.debounce-300', /^@paste cannot be held back: .* Remove \.debounce-300\.$/],
    ['click.window.document', /^@click has \.window and \.document\. Remove one\.$/],
    ['click.outside.self', /^@click has \.outside and \.self\. Remove one\.$/],
    ['click.capture.stop', /^@click has \.capture and \.stop\. Remove one\.$/],
    ['wheel.passive.prevent', /^@wheel has \.passive and \.prevent\. Remove one\.$/],
    [
      'resize.outside',
      /^@resize has no option \.outside\. Its options are once, window, debounce-300, throttle-100\.$/,
    ],
    ['visible.window', /^@visible has no option \.window\. Its options are once, debounce-300, .*, margin-200\.$/],
    ['visible.margin', /^@visible has \.margin\. Write \.margin-200: a hyphen and CSS pixels, 0 to 10000\.$/],
    ['visible.margin-10001', /^@visible has \.margin-10001\./],
    ['click.margin-200', /^@click has no option \.margin-200\./],
    ['click:once', /^@click:once never happens: options follow a dot\. Write @click\.once=/],
  ];
  for (const [written, message] of faults) {
    it(`refuses @${written}`, () => expect(() => wire(written)).to.throw(message));
  }

  it('are shown where they stand in the template', () => {
    expect(() => define(literal`<p @click.twice=${1}></p>`, Namespace.Html)).to.throw(
      /\n\n {4}<p @click\.twice=\$\{…\}><\/p>\n {7}\^/
    );
  });

  it('stand in the page and in the definition, but not in the name of the part', () => {
    const { parts, segments, wire } = define(
      literal`<p @keydown.enter=${1} @keydown.escape.stop=${2} @click=${3}></p>`,
      Namespace.Html
    );
    expect(parts.map(({ name }) => name)).to.deep.equal(['keydown', 'keydown', 'click']);
    expect(segments.join('')).to.equal('<p data-troupe-on="keydown|0:enter keydown|0:escape|stop click"></p>');
    expect(wire).to.include.members(['keydown|0:enter', 'keydown|0:escape|stop', 'click']);
  });

  it('leave a form that is sent by its handler out of the URL, and no other', () => {
    const html = (statics: TemplateStringsArray): string => define(statics, Namespace.Html).html;
    expect(html(literal`<form @submit.once=${1}></form>`)).to.contain('method="dialog"');
    expect(html(literal`<form @submit.default=${1}></form>`)).to.not.contain('method=');
  });
});
