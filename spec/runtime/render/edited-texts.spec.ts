import { expect } from 'chai';
import { EditedTexts } from '../../../runtime/render/edited-texts.js';

const typed = (at: number, text: string, cut = 0) => ({ at, cut, text });

describe('render/edited-texts', () => {
  it('knows what a control shows after an edit, until the view gives the same', () => {
    const texts = new EditedTexts();
    expect(texts.edit(1, 0, typed(0, 'a'), 0, '')).to.equal('a');
    texts.answer(1, 0);
    expect([texts.isEdited, texts.shown(1, 0), texts.shown(1, 1)]).to.deep.equal([true, 'a', undefined]);
    texts.agree(1, 0);
    expect([texts.isEdited, texts.shown(1, 0)]).to.deep.equal([false, undefined]);
  });

  it('rebases an edit on writes that the client had not seen, and on no others', () => {
    const texts = new EditedTexts();
    texts.write(5, 1, 0, 'one', '');
    expect(texts.edit(1, 0, typed(3, 't'), 4, '')).to.equal('t');
    texts.agree(1, 0);
    expect(texts.edit(1, 0, typed(4, 'w'), 4, 't')).to.equal('tw');
    texts.agree(1, 0);
    expect(texts.edit(1, 0, typed(2, 'o'), 5, 'tw')).to.equal('two');
    texts.agree(1, 0);
    texts.acknowledge(5);
    expect(texts.edit(1, 0, typed(3, '!'), 0, 'two')).to.equal('two!');
  });

  it('keeps the controls apart', () => {
    const texts = new EditedTexts();
    texts.write(5, 1, 0, 'one', '');
    expect(texts.edit(2, 0, typed(3, 't'), 4, 'one')).to.equal('onet');
    expect(texts.edit(1, 3, typed(3, 't'), 4, 'one')).to.equal('onet');
  });

  it('merges an edit with what the view gives and the client was not sent', () => {
    const texts = new EditedTexts();
    texts.edit(1, 0, typed(0, 'one'), 0, '');
    texts.answer(1, 0);
    expect(texts.edit(1, 0, typed(3, 't'), 0, '')).to.equal('t');
    expect(texts.shown(1, 0)).to.equal('onet');
  });

  it('leaves a text to the user until an edit is answered', () => {
    const texts = new EditedTexts();
    expect(texts.edit(1, 0, typed(3, 't'), 0, 'one')).to.equal('onet');
    expect(texts.edit(1, 0, typed(4, 'w'), 0, 'one')).to.equal('onetw');
    expect([texts.isEdited, texts.shown(1, 0)]).to.deep.equal([false, 'onetw']);
    texts.answer(1, 0);
    expect([texts.isEdited, texts.shown(1, 0)]).to.deep.equal([true, 'onetw']);
  });
});
