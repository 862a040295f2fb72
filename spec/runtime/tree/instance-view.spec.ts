import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { ErrorCode, type TroupeError } from '../../../runtime/platform/errors.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { rootContext } from '../../../runtime/template/content-model.js';
import { html } from '../../../runtime/template/html.js';
import type { InstanceState } from '../../../runtime/tree/instance-state.js';
import { InstanceView } from '../../../runtime/tree/instance-view.js';

/** A component that shows a text, and cannot show some. */
const Text = component({
  name: 'text',
  init: () => '',
  update: (model: string, _message: { type: 'x' }) => model,
  view: (text) => {
    if (text.includes('?')) throw new Error(`cannot show ${text}`);

    return html`<p>${text}</p>`;
  },
  fallback: ({ message, id }) => {
    if (message.includes('??')) throw new Error('cannot fall back');

    return html`<i>${message} ${id}</i>`;
  },
});

describe('instance view', () => {
  let faults: readonly string[];
  let view: InstanceView<never>;
  let isRoot: boolean;

  const owner = {
    component: Text as never,
    get parent(): object | undefined {
      return isRoot ? undefined : {};
    },
    makeChild: (): never => {
      throw new Error('there are no children');
    },
    report: (code: ErrorCode, error: unknown): string => {
      faults = [...faults, `${code}: ${(error as Error).message}`];
      return 'id';
    },
  };

  /** A state in which these messages have been taken; they are the texts it shows. */
  function stateOf(...texts: readonly string[]): InstanceState {
    const taken = [...texts];

    return {
      get shown() {
        return taken.join('');
      },
      *retakes() {
        for (const text of taken.splice(0)) {
          taken.push(text);
          yield;
        }
      },
      undo: () => void taken.pop(),
    } as unknown as InstanceState;
  }

  const shown = (): string => markup(view.rendered).replace(/<!--.*?-->/g, '');

  beforeEach(() => {
    faults = [];
    isRoot = false;
    view = new InstanceView('key', owner, rootContext);
  });

  it('shows a state, and counts how often the view has run', () => {
    view.showFirst(stateOf('a'));
    view.show(stateOf('b'));
    expect([shown(), view.runs, faults]).to.deep.equal(['<p>b</p>', 2, []]);
  });

  it('drops and reports the message after which the view throws', () => {
    view.showFirst(stateOf('a'));
    const state = stateOf('a', '?', 'b');
    view.show(state);
    expect([shown(), state.shown]).to.deep.equal(['<p>ab</p>', 'ab']);
    expect(faults).to.deep.equal(['view: cannot show a?']);
  });

  it('keeps what it has shown if the view throws and no message is to blame', () => {
    view.showFirst(stateOf('a'));
    view.show({ shown: '?', retakes: () => [] } as unknown as InstanceState);
    view.showElsewhere({ shown: '?', retakes: () => [] } as unknown as InstanceState);
    expect([shown(), faults]).to.deep.equal(['<p>a</p>', ['view: cannot show ?', 'view: cannot show ?']]);
  });

  it('shows the fallback if the first view throws, and a notice if that throws too', () => {
    view.showFirst(stateOf('?'));
    expect(shown()).to.equal('<i>view of text threw: cannot show ? id</i>');
    view.showFallback(ErrorCode.View, { message: '??' } as TroupeError);
    expect(shown()).to.equal('<span role="alert">This part of the page could not be shown (id).</span>');
    expect(faults).to.deep.equal(['view: view of text threw: cannot show ?', 'view: ??', 'view: cannot fall back']);
  });

  it('fails the page if the first view of the root throws', () => {
    isRoot = true;
    expect(() => view.showFirst(stateOf('?')))
      .to.throw('view of text threw: cannot show ?')
      .with.property('code', ErrorCode.View);
    expect(faults).to.deep.equal([]);
  });
});
