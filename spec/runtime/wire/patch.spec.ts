import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { HandlerKind, ListOperation, Mark, Marker, Namespace, PartKind } from '../../../runtime/wire/patch.js';

// What is in these tables is in pages and caches: lines are added, never changed.

describe('patch', () => {
  it('numbers the kinds of parts', () => {
    expect(PartKind).to.deep.equal({
      Child: 0,
      Sole: 1,
      Text: 2,
      Attribute: 3,
      Class: 4,
      Style: 5,
      Boolean: 6,
      Property: 7,
      Event: 8,
    });
  });

  it('numbers the kinds of handlers; those that are sent are truthy', () => {
    expect(HandlerKind).to.deep.equal({ None: 0, Message: 1, Function: 2 });
  });

  it('numbers the namespaces', () => {
    expect(Namespace).to.deep.equal({ Html: 0, Svg: 1, MathMl: 2 });
  });

  it('numbers the operations on lists', () => {
    expect(ListOperation).to.deep.equal({ Append: 0, Insert: 1, Remove: 2, Move: 3 });
  });

  it('names the comments in the page', () => {
    expect(Marker).to.deep.equal({ Open: '[', Close: ']', End: '' });
  });

  it('names the attributes in the page', () => {
    expect(Mark).to.deep.equal({
      Events: 'data-troupe-on',
      State: 'data-troupe',
      Notice: 'data-troupe-notice',
      Socket: 'data-troupe-socket',
      Overlay: 'data-troupe-overlay',
      Pending: 'data-troupe-pending',
      Post: 'data-troupe-post',
      Reload: 'data-troupe-reload',
      Style: 'data-troupe-style',
      Token: 'data-troupe-token',
      Unstored: 'data-troupe-unstored',
    });
  });

  it('imports nothing: both sides share it', () => {
    expect(readFileSync(join(process.cwd(), 'runtime/wire/patch.ts'), 'utf8')).to.not.match(/^import\b|\bfrom '/m);
  });
});
