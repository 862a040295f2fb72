import { expect } from 'chai';
import { TextControls } from '../../client/text-controls.js';

/** Just enough of an input. */
function control(value = '', type = 'text') {
  return {
    type,
    value,
    isConnected: true,
    selectionStart: value.length as number | null,
    selectionEnd: value.length,
    selectionDirection: 'none',
    setSelectionRange(start: number, end: number) {
      this.selectionStart = start;
      this.selectionEnd = end;
    },
    type_(text: string, texts: TextControls) {
      const at = this.selectionStart ?? 0;
      texts.begin(this as unknown as Element);
      this.value = this.value.slice(0, at) + text + this.value.slice(this.selectionEnd);
      this.setSelectionRange(at + text.length, at + text.length);
    },
  };
}

type Control = ReturnType<typeof control>;
const asElement = (input: Control): Element => input as unknown as Element;

function bench() {
  let composing = false;
  const texts = new TextControls(() => composing);
  const input = control();
  let event = 0;
  texts.write(asElement(input), '', true);

  return {
    texts,
    input,
    compose: (is: boolean) => {
      composing = is;
    },
    type(text: string) {
      input.type_(text, texts);
      const telling = texts.tell(asElement(input), input.value);
      texts.sent(asElement(input), ++event, true, telling);

      return telling?.payload;
    },
    frame(value: string | undefined, processed: number, durable = processed) {
      texts.processed(processed, durable);
      if (value !== undefined) texts.write(asElement(input), value, false);
      texts.release();
    },
  };
}

describe('client/text-controls', () => {
  it('leaves controls alone that have no text', () => {
    const texts = new TextControls(() => false);
    for (const type of ['number', 'checkbox', 'date', 'select-one', 'file']) {
      expect(texts.write(asElement(control('', type)), '1', false), type).to.equal(false);
    }
  });

  it('sends what was typed, where, and what was removed', () => {
    const { input, type } = bench();
    expect(type('one')).to.deep.equal(['one']);
    expect(type('!')).to.deep.equal(['!', 3]);
    input.setSelectionRange(0, 3);
    expect(type('o')).to.deep.equal(['o', 0, 3]);
  });

  it('keeps what was typed since, when the server empties the control', () => {
    const { frame, input, type } = bench();
    type('one');
    type('two');
    frame('', 1);
    expect([input.value, input.selectionStart]).to.deep.equal(['two', 3]);
    frame('two', 2);
    expect(input.value).to.equal('two');
  });

  it('keeps what the user has typed in place of all, although it ends like what was there', () => {
    const { frame, input, type } = bench();
    type('ab');
    input.setSelectionRange(0, 2);
    type('b');
    frame('', 1);
    expect(input.value).to.equal('b');
  });

  it('changes an edit that waits to be sent by what the server writes', () => {
    const { frame, type } = bench();
    type('one');
    const waiting = type('t');
    frame('', 1);
    expect(waiting).to.deep.equal(['t']);
  });

  it('shows what the server writes for the newest edit', () => {
    const { frame, input, type } = bench();
    type('5551');
    frame('(555) 1', 1);
    expect([input.value, input.selectionStart]).to.deep.equal(['(555) 1', 7]);
  });

  it('keeps an edit that no event has told of', () => {
    const { frame, input, texts } = bench();
    input.type_('mine', texts);
    frame('theirs', 0);
    expect(input.value).to.equal('theirsmine');
  });

  it('writes nothing while the user composes, and everything afterwards', () => {
    const { compose, frame, input, type } = bench();
    type('ka');
    compose(true);
    frame('KA', 1);
    expect(input.value).to.equal('ka');
    type('n');
    compose(false);
    frame(undefined, 1);
    expect(input.value).to.equal('KAn');
  });

  it('goes back with a server that goes back, and sends the same again', () => {
    const { frame, input, type } = bench();
    const edit = type('typed');
    frame(undefined, 1, 0);
    frame('', 0);
    expect([input.value, edit]).to.deep.equal(['typed', ['typed']]);
    frame('TYPED', 1);
    expect(input.value).to.equal('TYPED');
  });

  it('joins an edit to one that waits to be sent, and to no other', () => {
    const { input, texts, type } = bench();
    const waiting = type('one');
    input.type_('two', texts);
    expect(texts.join(asElement(input), 2, input.value)).to.equal(false);
    expect(texts.join(asElement(input), 1, input.value)).to.equal(true);
    expect(waiting).to.deep.equal(['onetwo']);
    expect(type('!')).to.deep.equal(['!', 6]);
  });

  it('tells a text that the browser had put there before the page was known as a whole, and edits after that', () => {
    const texts = new TextControls(() => false);
    const input = control('typed');
    texts.write(asElement(input), '', true);
    const first = texts.tell(asElement(input), 'typed');
    texts.sent(asElement(input), 1, true, first);
    expect(first?.payload).to.equal(undefined);
    input.type_('!', texts);
    expect(texts.tell(asElement(input), input.value)?.payload).to.deep.equal(['!', 5]);
    texts.processed(1, 1);
    texts.write(asElement(input), 'typed', false);
    expect(input.value).to.equal('typed!');
  });

  it('forgets a control that has left the page', () => {
    const { frame, input, texts, type } = bench();
    type('one');
    input.isConnected = false;
    frame(undefined, 1);
    expect(texts.tell(asElement(input), 'one')).to.equal(undefined);
  });

  it('adds an edit whose event was refused to the next one', () => {
    const { input, texts, type } = bench();
    input.type_('too long', texts);
    texts.tell(asElement(input), input.value);
    texts.refused(asElement(input));
    expect(type('!')).to.deep.equal(['too long!']);
  });
});
