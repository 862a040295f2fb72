import { expect } from 'chai';
import { assign, createActor, emit, fromCallback, fromPromise, setup } from 'xstate';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { pageOf, ReadOnlyTree } from '../../../runtime/recording/read-only-tree.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { actor } from '../../../runtime/subscription/actor.js';
import { callback } from '../../../runtime/subscription/callback.js';
import { every } from '../../../runtime/subscription/every.js';
import { generator } from '../../../runtime/subscription/generator.js';
import { presence } from '../../../runtime/subscription/presence.js';
import { task } from '../../../runtime/subscription/task.js';
import { shared, topic } from '../../../runtime/subscription/topic.js';
import { type AnyMessage, html, type Placement } from '../../../runtime/template/html.js';
import type { TreeImage } from '../../../runtime/tree/tree-image.js';
import { settled } from '../../fixtures/live-session.js';
import { Recorded } from '../../fixtures/recorded.js';

/** HTML without the marks of its holes. */
const bare = (html: string): string => html.replaceAll(/<!--.*?-->/g, '');

/** An image of one component. */
const alone = ({ name, version }: AnyComponent, state: unknown): TreeImage => ({
  turns: 1,
  root: { id: '', name, version, state, subscriptions: undefined, children: [] },
  envelopes: [],
});

describe('read-only-tree', () => {
  describe('pages', () => {
    /** What has run. */
    const ran = new Set<string>();
    const run = (what: string): void => void ran.add(what);

    const Light = component({
      name: 'light',
      logic: setup({
        types: {} as { context: { on: number }; events: AnyMessage },
        actors: {
          work: fromPromise(async () => run('invoked promise')),
          listen: fromCallback(() => run('invoked callback')),
        },
      }).createMachine({
        context: { on: 0 },
        initial: 'off',
        entry: () => run('entry'),
        states: {
          off: { after: { 10: { target: 'on', actions: () => run('action') } } },
          on: {
            entry: [assign({ on: ({ context }) => context.on + 1 }), emit({ type: 'shone' })],
            invoke: [{ src: 'work' }, { src: 'listen' }],
            after: { 1000000: 'off' },
          },
        },
      }),
      view: ({ value, context }) => html`<i>${value} ${context.on}</i>`,
      subscriptions: () => {
        run('subscriptions of a machine');
        return [];
      },
    });

    type Told = { type: 'told' };
    const Busy = component({
      name: 'busy',
      init: ({ key }: { readonly key: string }) => {
        run('init');
        return { key, told: 0 };
      },
      update: (model, message: AnyMessage, enqueue: Enqueue<AnyMessage, AnyMessage>) => {
        run('update');
        if (message.type === 'asked') {
          enqueue.publish('all', { type: 'told' });
          enqueue.send('room', { type: 'told' });
          enqueue.parent({ type: 'told' });
        }
        return { ...model, told: model.told + 1 };
      },
      received: (model) => {
        run('received');
        return model;
      },
      view: ({ key, told }) => html<AnyMessage>`<p>${key} ${told}</p>${Light({ key: 'l' }) as Placement<never>}`,
      subscriptions: () => {
        run('subscriptions');
        return [
          every(10, { type: 'told' }),
          generator<Told>('g', async function* () {
            run('generator');
            yield { type: 'told' };
          }),
          task<Told>('t', async () => {
            run('task');
            return { type: 'told' };
          }),
          callback<Told>('c', () => {
            run('callback');
            return () => run('callback stopped');
          }),
          topic<Told>('all', { missed: { type: 'told' } }),
          shared<Told>('room', () => {
            run('shared');
            return { type: 'told' };
          }),
          presence<Told>('all', {
            member: null,
            joined: () => {
              run('joined');
              return null;
            },
            left: () => null,
          }),
          actor<Told>('a', fromPromise(async () => run('actor')) as never),
        ];
      },
    });

    const App = component({
      name: 'app',
      init: () => {
        run('init of the page');
        return { title: 'x', told: 0 };
      },
      update: (model, { type }: AnyMessage) =>
        type === 'told' ? { ...model, told: model.told + 1 } : { ...model, title: `${model.title}y` },
      view: ({ title, told }) =>
        html<AnyMessage>`<h1>${title} ${told}</h1>${Busy({ key: title.length > 1 ? 'b' : 'a' }) as Placement<AnyMessage>}`,
      onError: () => {
        run('onError');
        return { type: 'told' };
      },
    }) as AnyComponent;

    it('show recorded states, and nothing runs', async () => {
      const recorded = new Recorded(App);
      recorded.host.backplane.attend = () => {
        run('attend');
        return () => {};
      };
      const shown: string[] = [recorded.html];
      const steps: (TreeImage | undefined)[] = [recorded.recording.first];
      const note = (): void => {
        shown.push(recorded.html);
        steps.push(recorded.recording.steps.at(-1)?.after);
      };
      await recorded.rest();
      note();
      recorded.tell(['busy string a'], { type: 'asked' });
      await recorded.rest();
      note();
      await recorded.pass(40);
      recorded.tell([], { type: 'renamed' });
      await recorded.rest();
      note();
      const must = [
        'invoked promise',
        'invoked callback',
        'action',
        'generator',
        'task',
        'callback',
        'actor',
        'init',
        'update',
      ];
      expect([...ran]).to.include.members(must);
      recorded.end();
      await settled();
      ran.clear();

      const pages = steps.map((image) => pageOf(App, image as TreeImage, { at: 7 }));
      await settled();
      expect([...ran]).to.deep.equal([]);
      expect(pages).to.deep.equal(shown.map((page) => ({ html: page, faults: [] })));
      expect(new Set(shown)).to.have.length(shown.length);
    });

    it('have a notice with the error in place of a component that cannot be shown', () => {
      const Part = component({
        name: 'part',
        init: (_props: { readonly key: number }) => 1,
        update: (model, _message: AnyMessage) => model,
        view: (model) => {
          if (model > 1) throw new Error('too <much>');
          return html`<b>${model}</b>`;
        },
      });
      const Page = component({
        name: 'page',
        init: () => null,
        update: (model, _message: AnyMessage) => model,
        view: () => html`<div>${Part({ key: 1 })}${Part({ key: 2 })}${Part({ key: 3 })}</div>`,
      }) as AnyComponent;
      const part = (key: number, version: number) => ({ ...alone(Part, key).root, id: `part number ${key}`, version });
      const image = alone(Page, null);
      const page = pageOf(Page, { ...image, root: { ...image.root, children: [part(1, 1), part(2, 1), part(3, 5)] } });
      expect(page.html).to.contain('<b>1</b>').and.to.contain('view of part threw: too &lt;much&gt;');
      expect(page.html).to.contain('The state of part is not known');
      expect(page.faults).to.deep.equal([
        {
          path: [],
          component: '',
          code: 'version',
          message: 'What is stored is of part, version 5; the component is part, version 1.',
        },
        { path: ['part number 2'], component: 'part', code: 'view', message: 'view of part threw: too <much>' },
        {
          path: ['part number 3'],
          component: 'part',
          code: 'init',
          message: 'init of part threw: The state of part is not known. In a read-only tree no component begins.',
        },
      ]);
    });

    const Root = component({
      name: 'root',
      init: () => 1,
      update: (model, _message: AnyMessage) => model,
      view: () => {
        throw new Error('<never>');
      },
    }) as AnyComponent;

    it('are a notice if the root cannot be shown', () => {
      const page = pageOf(Root, alone(Root, 1));
      expect(bare(page.html)).to.equal(
        '<p role="alert">This page cannot be shown: view of root threw: &lt;never&gt;</p>'
      );
      expect(page.faults.map(({ code }) => code)).to.deep.equal([ErrorCode.View]);
      expect(pageOf(Root, alone(Root, undefined)).html).to.contain('The state of root is not known');
      expect(pageOf({ ...Root, name: 'other' } as AnyComponent, alone(Root, 1)).html).to.contain(
        'What is stored is of root'
      );
    });

    it('show a machine that has not begun in its initial state', () => {
      const { html: shown } = pageOf(Light as AnyComponent, alone(Light as AnyComponent, undefined));
      expect(bare(shown)).to.equal('<i>off 0</i>');
    });
  });

  describe('trees', () => {
    const Item = component({
      name: 'item',
      init: ({ key }: { readonly key: number; readonly title: string }) => ({ key, count: 0, at: 0, id: '' }),
      update: (model, _message: AnyMessage, enqueue: Enqueue<AnyMessage, AnyMessage>) => {
        enqueue.parent({ type: 'counted' });
        return { ...model, count: model.count + 1, at: enqueue.at, id: enqueue.id };
      },
      received: (model) => ({ ...model, count: model.count + 10 }),
      view: ({ count }) => html`<li>${count}</li>`,
    });
    const List = component({
      name: 'list',
      init: () => ({ keys: [1], title: 'a' }),
      update: (model, message: AnyMessage & { keys?: number[]; title?: string }) => ({ ...model, ...message }),
      view: ({ keys, title }) =>
        html<AnyMessage>`<ul>${keys.map((key) => Item({ key, title }) as Placement<AnyMessage>)}</ul>`,
    }) as unknown as AnyComponent;

    const image = (keys: readonly number[], count: number): TreeImage => {
      const { root } = alone(List, { keys, title: 'a' });
      const children = keys.map((key) => ({
        ...alone(Item as unknown as AnyComponent, { key, count, at: 0, id: '' }).root,
        id: `item number ${key}`,
      }));

      return { turns: 1, root: { ...root, children }, envelopes: [] };
    };
    const state = (tree: ReadOnlyTree, key: number): unknown => tree.find([`item number ${key}`])?.shown;
    const told = (keys: readonly number[]) => ({
      path: [],
      message: { type: 'set', keys } as never,
      at: 0,
      id: undefined,
    });

    it('deliver a message with its recorded time and id, and return the requested effects', () => {
      const tree = new ReadOnlyTree(List, image([1, 2], 3));
      expect(tree.take({ path: ['item number 2'], message: { type: 'x' }, at: 99, id: 'the id' })).to.equal(true);
      const effects = tree.show();
      expect(state(tree, 2)).to.deep.equal({ key: 2, count: 4, at: 99, id: 'the id' });
      expect(effects.map(([instance, { kind, message }]) => [instance.id, kind, message])).to.deep.equal([
        ['item number 2', 'parent', { type: 'counted' }],
      ]);
      expect(bare(markup(tree.root.rendered))).to.equal('<ul><li>3</li><li>4</li></ul>');
      expect(tree.take({ path: ['item number 7'], message: { type: 'x' }, at: 0, id: undefined })).to.equal(false);
      expect(tree.takeEvent({ path: [], event: { type: 'x' } })).to.equal(false);
    });

    it('let new components begin, and let a removed one come back within its turn only', () => {
      const tree = new ReadOnlyTree(List, image([1], 3), { begins: true });
      const set = (...keys: readonly number[]): void => {
        tree.take(told(keys));
        tree.show();
      };
      set(1, 2);
      expect(state(tree, 2)).to.deep.include({ count: 0 });
      set();
      set(1);
      expect(state(tree, 1)).to.deep.include({ count: 3 });
      set();
      tree.settle();
      set(1);
      expect(state(tree, 1)).to.deep.include({ count: 0 });
      expect(tree.faults).to.deep.equal([]);
    });

    it('pass changed props on', () => {
      const tree = new ReadOnlyTree(List, image([1], 3));
      tree.take({ path: [], message: { type: 'set', title: 'b' } as never, at: 0, id: undefined });
      tree.show();
      expect(state(tree, 1)).to.deep.include({ count: 13 });
    });

    it('have no actors', () => {
      const tree = new ReadOnlyTree(List, image([], 0), { at: 77 });
      expect(() => tree.system()).to.throw('A read-only tree has no actors.');
      expect(tree.clock.now()).to.equal(77);
    });

    it('take the events that machines make of changed props if an option says so', () => {
      const Machine = component({
        name: 'machine',
        logic: setup({
          types: {} as {
            context: { title: string };
            events: AnyMessage & { title: string };
            input: { key: number; title: string };
          },
        }).createMachine({
          context: ({ input }) => ({ title: input.title }),
          on: { named: { actions: assign({ title: ({ event }) => event.title }) } },
        }),
        received: (_snapshot, { title }) => ({ type: 'named', title }),
        view: ({ context }) => html`<b>${context.title}</b>`,
      });
      const Page = component({
        name: 'page',
        init: () => 'a',
        update: (_model, { title }: AnyMessage & { title: string }) => title,
        view: (title) => html`<div>${Machine({ key: 1, title } as never) as Placement<never>}</div>`,
      }) as unknown as AnyComponent;
      const pages = [true, false].map((takes) => {
        const tree = new ReadOnlyTree(Page, alone(Page, 'a'), { begins: true, takesOfProps: () => takes });
        tree.take({ path: [], message: { type: 'named', title: 'b' } as never, at: 0, id: undefined });
        tree.show();
        return markup(tree.root.rendered);
      });
      expect(pages).to.deep.equal(['<div><b>b</b></div>', '<div><b>a</b></div>']);
      const started = createActor(Machine as never, { input: { title: 'c' } } as never);
      expect((started.getSnapshot() as unknown as { context: unknown }).context).to.deep.equal({ title: 'c' });
    });
  });
});
