import { expect } from 'chai';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { Instance, Mount } from '../../../runtime/render/nodes.js';
import { rootContext } from '../../../runtime/template/content-model.js';
import { type Arrangement, type ChildInstance, ChildSet } from '../../../runtime/tree/child-set.js';

/** A child that takes props if they are marked as new. */
class Kid implements ChildInstance {
  readonly component = { name: 'kid' };
  readonly id: string;
  readonly mount: Mount;
  needsView = true;
  seenIn = 0;
  isPresent = false;

  constructor(id: string) {
    this.id = `kid string ${id}`;
    this.mount = new Mount(id, this, rootContext);
  }

  receive(props: object): boolean {
    return 'isNew' in props;
  }

  setPresent(isPresent: boolean): void {
    this.isPresent = isPresent;
  }
}

/** A rendered tree in which these stand. */
const page = (children: readonly Kid[]): Instance =>
  new Instance(
    {} as never,
    children.map(({ mount }) => mount),
    undefined,
    undefined,
    true
  );

describe('child set', () => {
  let set: ChildSet<Kid>;
  const [a, b, c] = [new Kid('a'), new Kid('b'), new Kid('c')];

  beforeEach(() => {
    set = new ChildSet('page');
    for (const kid of [a, b, c]) Object.assign(kid, { needsView: true, seenIn: 0, isPresent: false });
  });

  /** A view places these, and stands. */
  function view(children: readonly Kid[], props: object = {}, stored: readonly string[] = []): Arrangement<Kid> {
    set.begin();
    for (const child of children) set.place(child, props, rootContext);
    set.accept(page(children));

    return set.arrange(page(children), stored) as Arrangement<Kid>;
  }

  it('returns the children that have to be rendered: new ones, and ones whose props have changed', () => {
    expect(view([a, b])).to.deep.equal({ next: [a, b], left: [] });
    a.needsView = b.needsView = false;
    expect(view([a, b])).to.deep.equal({ next: [], left: [] });
    expect(view([a, b, c], { isNew: true })).to.deep.equal({ next: [a, b, c], left: [] });
    expect([a, b, c].map(({ isPresent }) => isPresent)).to.deep.equal([true, true, true]);
  });

  it('returns the children that have left, and lets them come back until the end of the turn', () => {
    view([a, b]);
    a.needsView = b.needsView = false;
    expect(view([b])).to.deep.equal({ next: [], left: [a] });
    expect([a.isPresent, set.find(a.id), [...set.leaving]]).to.deep.equal([false, a, [a]]);
    expect(view([a, b])).to.deep.equal({ next: [], left: [] });
    expect([a.isPresent, [...set.leaving], [...set.settle()]]).to.deep.equal([true, [], []]);
    view([]);
    expect([...set.settle()]).to.deep.equal([b, a]);
    expect([set.find(a.id), set.find(b.id), [...set.present]]).to.deep.equal([undefined, undefined, []]);
  });

  it('keeps children in the order in which they arrived, restored ones in their stored order', () => {
    view([a, c]);
    view([c, b, a]);
    expect([...set.present]).to.deep.equal([a, c, b]);
    set = new ChildSet('page');
    view([a, b, c], {}, [c.id, a.id]);
    expect([...set.present]).to.deep.equal([c, a, b]);
  });

  it('refuses a child that is placed twice, or stands twice', () => {
    const code = ErrorCode.DuplicateKey;
    set.begin();
    set.place(a, {}, rootContext);
    expect(() => set.place(a, {}, rootContext))
      .to.throw('The view of page has two kid with the key a.')
      .with.property('code', code);
    expect(() => set.accept(page([a, a])))
      .to.throw('two kid with the key a')
      .with.property('code', code);
  });

  it('forgets what a view has placed that did not stand', () => {
    set.begin();
    set.place(a, {}, rootContext);
    expect(set.isPlacing).to.equal(true);
    set.begin();
    expect([set.isPlacing, set.arrange(page([]), [])]).to.deep.equal([false, undefined]);
    expect([...set.present]).to.deep.equal([]);
  });

  it('keeps what an earlier view of the turn has placed in rows that a later one takes over', () => {
    set.begin();
    set.place(a, { isNew: true }, rootContext);
    set.accept(page([a]));
    set.begin();
    set.place(b, {}, rootContext);
    set.accept(page([a, b]));
    expect(set.arrange(page([a, b]), [])).to.deep.equal({ next: [a, b], left: [] });
  });
});
