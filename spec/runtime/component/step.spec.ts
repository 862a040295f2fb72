import { expect } from 'chai';
import { createActor } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { type Enqueue, Received } from '../../../runtime/component/effect.js';
import { type ComponentSnapshot, PropsChanged, Restored } from '../../../runtime/component/step.js';
import { html } from '../../../runtime/template/html.js';

type Message = { type: 'counted'; by: number };

let warnings: string[] = [];

/** A component whose update is that. */
const counting = (name: string, update: (count: number, message: Message, enqueue: Enqueue<Message>) => number) =>
  component({ name, init: () => 0, update, view: (count) => html`<p>${count}</p>` });

/** What a message of a session does to it. */
function taken(
  of: ReturnType<typeof counting>,
  message: Message = { type: 'counted', by: 2 }
): ComponentSnapshot<number> {
  const actor = createActor(of).start();
  actor.send(new Received(message, 7) as never);

  return actor.getSnapshot();
}

describe('step', () => {
  const { warn } = console;
  beforeEach(() => {
    warnings = [];
    console.warn = (...words: unknown[]) => void warnings.push(words.join(' '));
  });
  afterEach(() => {
    console.warn = warn;
  });

  describe('a step', () => {
    it('gives the next model and what was asked for, in order', () => {
      const snapshot = taken(
        counting('asking', (count, { by }, enqueue) => {
          enqueue.raise({ type: 'counted', by: 1 });
          enqueue.publish('news', { type: 'told' });
          enqueue.send('room', { type: 'entered' });
          (enqueue as unknown as Enqueue<Message, Message>).parent({ type: 'counted', by: 9 });
          return count + by;
        })
      );
      expect(snapshot.context).to.equal(2);
      expect(snapshot.effects).to.deep.equal([
        { kind: 'raise', message: { type: 'counted', by: 1 }, cause: undefined, index: 0 },
        { kind: 'publish', topic: 'news', message: { type: 'told' }, cause: undefined, index: 1 },
        { kind: 'send', name: 'room', message: { type: 'entered' }, cause: undefined, index: 2 },
        { kind: 'parent', message: { type: 'counted', by: 9 }, cause: undefined, index: 3 },
      ]);
      expect(warnings).to.deep.equal([]);
    });

    it('that throws keeps the model and names the fault; going back forgets it', () => {
      const actor = createActor(
        counting('throwing', () => {
          throw new Error('no');
        })
      ).start();
      const before = actor.getSnapshot();
      actor.send(new Received({ type: 'counted', by: 1 } as Message, 7) as never);
      expect(actor.getSnapshot()).to.deep.include({ status: 'active', context: 0, effects: [] });
      expect((actor.getSnapshot() as { fault?: Error }).fault?.message).to.equal('no');
      actor.send(new Restored(before) as never);
      expect(actor.getSnapshot()).to.equal(before);
    });

    it('with changed props goes through received, and is a fault without', () => {
      const Titled = component({
        name: 'titled',
        init: ({ title }: { title: string }) => title,
        update: (model: string, _message: Message) => model,
        received: (model, { title }) => `${model} ${title}`,
        view: (model) => html`<p>${model}</p>`,
      });
      const actor = createActor(Titled, { input: { title: 'a' } }).start();
      actor.send(new PropsChanged({ title: 'b' }) as never);
      expect(actor.getSnapshot().context).to.equal('a b');
      const plain = createActor(counting('plain', (count) => count)).start();
      plain.send(new PropsChanged({ title: 'b' }) as never);
      expect((plain.getSnapshot() as { fault?: Error }).fault?.message).to.equal(
        'The props of plain changed, but it has no `received(model, props)` to take them.'
      );
    });
  });

  describe('purity', () => {
    it('is not doubted where one message has one outcome, with time and ids from enqueue', () => {
      const log: string[] = [];
      taken(
        counting('pure', (count, { by }, { at, id }) => {
          log.push(`${at} ${id}`);
          return count + by;
        })
      );
      expect(log).to.have.length(2);
      expect(log[0]).to.equal(log[1]);
      expect(warnings).to.deep.equal([]);
    });

    const impurities: Readonly<Record<string, (enqueue: Enqueue<Message>) => number>> = {
      'the model is another': () => calls,
      'the effects are others': (enqueue) => {
        enqueue.raise({ type: 'counted', by: calls });
        return 0;
      },
      'it throws the second time': () => {
        if (calls > 1) throw new Error('only once');
        return 0;
      },
    };
    let calls = 0;
    for (const [what, outcome] of Object.entries(impurities)) {
      it(`is warned of as impure, once, if ${what}`, () => {
        calls = 0;
        const Impure = counting(`impure: ${what}`, (_count, _message, enqueue) => {
          calls++;
          return outcome(enqueue);
        });
        expect(taken(Impure).context).to.be.a('number');
        expect(warnings).to.have.length(1);
        expect(warnings[0]).to.match(
          /^update of impure: .* gave two results for one message \(counted\)\. It must be pure/
        );
        calls = 0;
        taken(Impure);
        expect(warnings).to.have.length(1);
      });
    }
  });

  describe('alone', () => {
    it('follows raised messages and sends its parent what is for it', () => {
      const actor = createActor(
        counting('raising', (count, { by }, enqueue) => {
          if (by > 0) enqueue.raise({ type: 'counted', by: by - 1 });
          return count + by;
        })
      ).start();
      actor.send({ type: 'counted', by: 3 });
      expect(actor.getSnapshot().context).to.equal(6);
    });
  });
});
