import { expect } from 'chai';
import fc from 'fast-check';
import { type AnyActorRef, createMachine, fromPromise } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import {
  actorIdOf,
  childIdOf,
  pathId,
  readActorId,
  sessionId,
  subscriptionIdOf,
} from '../../../runtime/inspect/actor-id.js';
import { childrenOf } from '../../../runtime/inspect/actor-tree.js';
import { html } from '../../../runtime/template/html.js';
import type { ComponentInstance } from '../../../runtime/tree/component-instance.js';
import { Company } from '../../fixtures/instances.js';
import { lawParameters } from '../../laws/parameters.js';

/** Any text: letters, signs, halves of characters. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('/', '#', '>', '%', '@', 'u', 'd', '8', '\ud800', '\udc00', '😀', '\n') })
);

/** The id of an instance is never empty. */
const anyPath = fc.array(
  anyText.filter((text) => text !== ''),
  { maxLength: 4 }
);

const Leaf = component({
  name: 'leaf',
  init: () => ({}),
  update: (model, _message: { type: 'x' }) => model,
  view: () => html`<i></i>`,
});

const Branch = component({
  name: 'a branch',
  init: () => ({}),
  update: (model, _message: { type: 'x' }) => model,
  view: () => html`${Leaf({ key: 'message/7 #>' })}`,
});

const page = (key: string) =>
  component({
    name: 'page',
    init: () => ({}),
    update: (model, _message: { type: 'x' }) => model,
    view: () => html`<main>${Branch({ key })}</main>`,
  });

/** The only instance in another. */
const inside = (instance: ComponentInstance): ComponentInstance => [...instance.children][0] as ComponentInstance;

describe('actor ids', () => {
  it('name the session, its components, what these declare, and shared actors', () => {
    expect(readActorId(sessionId)).to.deep.equal({ kind: 'session' });
    expect(readActorId('/')).to.deep.equal({ kind: 'component', path: [] });
    expect(readActorId('/message%20number%207')).to.deep.equal({ kind: 'component', path: ['message number 7'] });
    expect(readActorId('/#every 1000')).to.deep.equal({ kind: 'subscription', path: [], key: 'every 1000' });
    expect(readActorId('/>fetching')).to.deep.equal({ kind: 'child', path: [], ids: ['fetching'] });
    expect(readActorId('/a/b>c>d')).to.deep.equal({ kind: 'child', path: ['a', 'b'], ids: ['c', 'd'] });
    expect(readActorId('@room')).to.deep.equal({ kind: 'shared', name: 'room' });
  });

  it('are distinguished from texts that are none', () => {
    for (const id of ['', 'Session', 'session ', 'a', ' /', '/%', '/%zz', '/a/%e0%a4', '/>%', '/%ud80']) {
      expect(readActorId(id), id).to.equal(undefined);
    }
  });

  it('lead to instances by the way from the root', () => {
    const root = new Company().hire(page('one'));
    const branch = inside(root);
    expect(actorIdOf(root)).to.equal('/');
    expect(actorIdOf(branch)).to.equal('/a%20branch%20string%20one');
    expect(readActorId(actorIdOf(inside(branch)))).to.deep.equal({
      kind: 'component',
      path: ['a branch string one', 'leaf string message/7 #>'],
    });
    expect(readActorId(subscriptionIdOf(branch, 'topic #a>b/c\n'))).to.deep.equal({
      kind: 'subscription',
      path: ['a branch string one'],
      key: 'topic #a>b/c\n',
    });
  });

  it('lead to actors that a logic has started by those that have started them', () => {
    const inner = createMachine({ invoke: { id: 'in>ner', src: fromPromise(() => new Promise(() => undefined)) } });
    const outer = createMachine({ invoke: { id: 'outer/%', src: inner } });
    const instance = new Company().hire(component({ name: 'logic', logic: outer, view: () => html`<i></i>` }));
    const [child] = childrenOf(instance.snapshot) as [AnyActorRef];
    const [grandchild] = childrenOf(child.getSnapshot()) as [AnyActorRef];
    expect(childIdOf(instance, child)).to.equal('/>outer%2F%25');
    expect(childIdOf(instance, grandchild)).to.equal('/>outer%2F%25>in%3Ener');
    expect(readActorId(childIdOf(instance, grandchild))).to.deep.equal({
      kind: 'child',
      path: [],
      ids: ['outer/%', 'in>ner'],
    });
    instance.stop();
  });

  it('come back as what they were made of, whatever keys are', () => {
    fc.assert(
      fc.property(anyPath, anyText, (path, key) => {
        expect(readActorId(pathId(path))).to.deep.equal({ kind: 'component', path });
        expect(readActorId(`${pathId(path)}#${key}`)).to.deep.equal({ kind: 'subscription', path, key });
      }),
      lawParameters()
    );
  });

  it('are made of the keys of components, half characters among them', () => {
    fc.assert(
      fc.property(anyText, (key) => {
        const branch = inside(new Company().hire(page(key)));
        expect(readActorId(actorIdOf(branch))).to.deep.equal({ kind: 'component', path: [branch.id] });
        expect(actorIdOf(branch).isWellFormed()).to.equal(true);
      }),
      lawParameters(50)
    );
  });

  it('are different for different paths', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (left, right) => {
        expect(pathId(left) === pathId(right)).to.equal(JSON.stringify(left) === JSON.stringify(right));
      }),
      lawParameters()
    );
  });

  it('never fail to be read', () => {
    fc.assert(
      fc.property(anyText, (id) => void readActorId(`/${id}`)),
      lawParameters()
    );
  });
});
