import { expect } from 'chai';
import { createMachine, fromPromise } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { ErrorCode, type TroupeError } from '../../../runtime/platform/errors.js';
import { rootContext } from '../../../runtime/template/content-model.js';
import { html } from '../../../runtime/template/html.js';
import { ComponentInstance } from '../../../runtime/tree/component-instance.js';
import { Calm } from '../../fixtures/calm.js';
import { Company, note, notebook, shownBy, textsOf } from '../../fixtures/instances.js';
import { settled } from '../../fixtures/live-session.js';

describe('component instance', () => {
  let company: Company;

  beforeEach(() => {
    company = new Company();
  });

  it('is dirty from its first message until it is committed', () => {
    const instance = company.hire(notebook('a'));
    expect(instance.isDirty).to.equal(false);
    instance.take(note('a'), 0);
    expect(instance.isDirty).to.equal(true);
    instance.render();
    expect(instance.isDirty).to.equal(true);
    instance.commit();
    expect(instance.isDirty).to.equal(false);
  });

  it('keeps what it shows until it is rendered', () => {
    const instance = company.hire(notebook('a'));
    instance.take(note('a'), 0);
    expect(textsOf(instance)).to.deep.equal(['a']);
    expect(shownBy(instance)).to.equal('');
    instance.render();
    expect(shownBy(instance)).to.equal('a');
  });

  it('renders to the very same tree if nothing shows', () => {
    const instance = company.hire(notebook('a'));
    const before = instance.rendered;
    instance.take(note('a'), 0);
    instance.take(note('-'), 0);
    instance.render();
    expect(instance.rendered).to.equal(before);
  });

  it('gives the effects of its messages in order, and none the second time', () => {
    const instance = company.hire(notebook('a'));
    instance.take(note('a', note('1'), note('2')), 0);
    instance.take(note('b', note('3')), 0);
    instance.render();
    expect(instance.commit().map(({ message }) => (message as { text?: string }).text)).to.deep.equal(['1', '2', '3']);
    expect(instance.commit()).to.deep.equal([]);
  });

  it('stamps a message with the time and an id that stay when it is taken again', () => {
    const stamps: [number, string][] = [];
    const instance = company.hire(
      component({
        name: 'stamped',
        init: () => 0,
        update: (model: number, message: { type: 'good' | 'bad' }, enqueue) => {
          if (message.type === 'good') stamps.push([enqueue.at, enqueue.id]);

          return message.type === 'bad' ? -1 : model + 1;
        },
        view: (model) => {
          if (model < 0) throw new Error('negative');

          return html`<p>${model}</p>`;
        },
      })
    );
    instance.take({ type: 'good' }, 7);
    instance.take({ type: 'bad' }, 8);
    instance.render();
    expect(stamps).to.have.length.of.at.least(2);
    for (const stamp of stamps) expect(stamp).to.deep.equal([7, stamps[0]?.[1]]);
  });

  it('keeps its state when update returns a promise, and tells why', () => {
    const instance = company.hire(
      component({
        name: 'async',
        init: () => ({ count: 0 }),
        update: (async () => ({ count: 1 })) as never,
        view: ({ count }) => html`<p>${count}</p>`,
      })
    );
    instance.take({ type: 'any' }, 0);
    instance.render();
    instance.commit();
    expect(instance.shown).to.deep.equal({ count: 0 });
    expect((company.faults[0] as { error: TroupeError }).error.code).to.equal(ErrorCode.Component);
    expect(company.told[0]).to.include('returned a promise');
  });

  it('survives anything that is thrown', () => {
    for (const thrown of [undefined, null, 0, '', 'text', new Error('error')]) {
      const instance = company.hire(
        component({
          name: 'thrower',
          init: () => false,
          update: (_model: boolean, message: { type: 'updating' | 'viewing' | 'mending' }) => {
            if (message.type === 'updating') throw thrown;

            return message.type === 'viewing';
          },
          view: (model) => {
            if (model) throw thrown;

            return html`<p>ok</p>`;
          },
        })
      );
      company.faults.length = 0;
      for (const type of ['updating', 'viewing', 'mending'] as const) instance.take({ type }, 0);
      instance.take({ type: 'viewing' }, 0);
      instance.render();
      instance.commit();
      expect(company.faults.map(({ code }) => code).sort(), String(thrown)).to.deep.equal(['update', 'view', 'view']);
      expect(instance.shown).to.equal(false);
      expect(instance.actor?.getSnapshot()).to.have.property('status', 'active');
    }
  });

  it('reports a view that throws though none of its messages can be blamed, and keeps them', () => {
    let fails = 0;
    const instance = company.hire(
      component({
        name: 'impure',
        init: () => 0,
        update: (model: number, _message: { type: 'counted' }) => model + 1,
        view: (model) => {
          if (model === 2 && fails++ === 0) throw new Error('only once');

          return html`<p>${model}</p>`;
        },
      })
    );
    instance.take({ type: 'counted' }, 0);
    instance.take({ type: 'counted' }, 0);
    instance.render();
    instance.commit();
    expect(company.told).to.deep.equal(['view of impure: only once']);
    expect(shownBy(instance)).to.equal(2);
  });

  it('tells of a refused URL and shows the rest', () => {
    const instance = company.hire(
      component({
        name: 'link',
        init: () => '/',
        update: (_model: string, message: { type: 'linked'; to: string }) => message.to,
        view: (to) => html`<a href=${to}>x</a>`,
      })
    );
    instance.take({ type: 'linked', to: 'javascript:alert(1)' } as never, 0);
    instance.render();
    expect(company.faults.map(({ code }) => code)).to.deep.equal([ErrorCode.UnsafeUrl]);
    expect(shownBy(instance)).to.equal('about:invalid');
  });

  it('says what it was sent that is no message', () => {
    const instance = company.hire(notebook('a'));
    instance.take(7 as never, 0);
    expect(instance.isDirty).to.equal(false);
    expect(company.told).to.deep.equal([
      "update of a: a was sent 7; a message is an object with a type, a string that does not begin with 'xstate.'.",
    ]);
  });

  it('ignores the rejection of a promise that it was sent', async () => {
    const calm = new Calm();
    calm.watch();
    company.hire(notebook('a')).take(Promise.reject(new Error('unheard')) as never, 0);
    await settled();
    expect(calm.stop()).to.deep.equal([]);
    expect(company.told[0]).to.include('a was sent a promise; a message is an object');
  });

  describe('for the inspector', () => {
    it('is dormant until it is started, and active from then on', () => {
      const instance = new ComponentInstance(notebook('a'), {}, rootContext, company);
      instance.prepare();
      expect(instance.standing).to.equal('dormant');
      instance.start();
      expect(instance.standing).to.equal('active');
      instance.take(note('!'), 0);
      expect(instance.standing).to.equal('active');
    });

    it('is broken if it could not begin, and stays so', () => {
      const Failing = component({
        name: 'failing',
        init: (_props: { readonly key: string }): object => {
          throw new Error('cannot begin');
        },
        update: (model, _message: { type: 'x' }) => model,
        view: () => html`<i></i>`,
      });
      const root = company.hire(
        component({
          name: 'page',
          init: () => ({}),
          update: (model, _message: { type: 'x' }) => model,
          view: () => html`${Failing({ key: 'one' })}`,
        })
      );
      const [child] = root.children;
      expect([root.standing, child?.standing]).to.deep.equal(['active', 'broken']);
      child?.start();
      expect(child?.standing).to.equal('broken');
    });

    it('is done when the machine it runs has come to its end', () => {
      const machine = createMachine({
        initial: 'on',
        states: { on: { on: { ended: 'off' } }, off: { type: 'final' } },
      });
      const instance = company.hire(component({ name: 'logic', logic: machine, view: () => html`<i></i>` }));
      expect(instance.standing).to.equal('active');
      instance.take({ type: 'ended' }, 0);
      instance.render();
      instance.commit();
      expect(instance.standing).to.equal('done');
    });

    it('waits when the logic it runs has failed by itself, and is active again after its pause', async () => {
      let reject: (error: Error) => void = () => undefined;
      const promise = new Promise<never>((_resolve, rejecting) => {
        reject = rejecting;
      });
      const machine = createMachine({ initial: 'on', states: { on: { invoke: { src: fromPromise(() => promise) } } } });
      const instance = company.hire(component({ name: 'logic', logic: machine, view: () => html`<i></i>` }));
      expect(instance.standing).to.equal('active');
      reject(new Error('of the child'));
      await settled();
      expect(instance.standing).to.equal('waiting');
      company.clock.advance(0);
      expect(instance.standing).to.equal('active');
      await settled();
      for (let round = 0; round < 500 && instance.standing !== 'given up'; round++) {
        company.clock.advance(100);
        await settled();
      }
      expect(instance.standing).to.equal('given up');
      instance.stop();
    });

    it('knows the message it has taken last in a turn, with what was stamped on it', () => {
      const instance = company.hire(notebook('a'));
      expect(instance.received).to.equal(undefined);
      const [first, last] = [note('a'), note('b')];
      instance.take(first, 5);
      expect(instance.received?.message).to.equal(first);
      instance.take(last, 7);
      expect(instance.received?.message).to.equal(last);
      expect(instance.received?.at).to.equal(7);
      instance.render();
      instance.commit();
      expect(instance.received).to.equal(undefined);
    });

    it('says when it was made', () => {
      company.clock.advance(500);
      expect(company.hire(notebook('a')).since).to.equal(1_500);
    });
  });
});
