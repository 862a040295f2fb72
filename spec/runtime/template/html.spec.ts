import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import {
  html,
  isMessage,
  PageRoot,
  Repeat,
  repeat,
  Template,
  UnsafeHtml,
  unsafeHtml,
} from '../../../runtime/template/html.js';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof TroupeError ? error.code : String(error);
  }

  return undefined;
}

describe('html', () => {
  it('takes an object for a message if its type is a string that XState does not use', () => {
    expect(isMessage({ type: 'said' })).to.equal(true);
    const others = [undefined, null, 'said', {}, { type: 7 }, { type: 'xstate.stop' }];
    expect(others.filter(isMessage)).to.deep.equal([]);
  });

  it('keeps what it is given and looks at nothing', () => {
    const inside = {};
    const template = html`<p ${inside as never}`;

    expect(template).to.be.instanceOf(Template);
    expect([...template.statics]).to.deep.equal(['<p ', '']);
    expect(template.values[0]).to.equal(inside);
  });

  it('has one identity of statics for each literal', () => {
    const view = (n: number) => html`<p>${n}</p>`;

    expect(view(1).statics).to.equal(view(2).statics);
    expect(html`<p>${1}</p>`.statics).to.not.equal(html`<p>${1}</p>`.statics);
  });

  it('carries a brand that no data has', () => {
    const forged = JSON.parse(JSON.stringify(html`<p>${1}</p>`));

    expect(forged).to.deep.equal({ statics: ['<p>', '</p>'], values: [1] });
    expect(forged).to.not.be.instanceOf(Template);
  });
});

describe('repeat', () => {
  it('keeps items, key and view, and calls neither', () => {
    const items = [1];
    const fail = (): never => {
      throw new Error('called');
    };
    const list = repeat(items, fail, fail);

    expect(list).to.be.instanceOf(Repeat);
    expect([list.items, list.key, list.view]).to.deep.equal([items, fail, fail]);
  });

  it('throws an error for what is no array and no function, with the signature', () => {
    const wrong: readonly (readonly unknown[])[] = [
      [undefined, String, String],
      [new Set([1]), String, String],
      ['text', String, String],
      [[1], 'id', String],
      [[1], String, undefined],
    ];
    for (const values of wrong) {
      expect(codeOf(() => (repeat as (...values: readonly unknown[]) => unknown)(...values))).to.equal(ErrorCode.Value);
    }
    expect(() => repeat(undefined as never, String, String)).to.throw(
      'repeat(items, key, view) takes an array and two functions.'
    );
  });
});

describe('unsafeHtml', () => {
  it('keeps the string', () => {
    expect(unsafeHtml('<b>')).to.be.instanceOf(UnsafeHtml).and.to.deep.equal(new UnsafeHtml('<b>'));
    expect(unsafeHtml('')).to.not.be.instanceOf(PageRoot);
  });

  it('throws an error for what is no string', () => {
    for (const value of [undefined, null, 1, {}, html`<p></p>`]) {
      expect(codeOf(() => unsafeHtml(value as never))).to.equal(ErrorCode.Value);
    }
  });
});
