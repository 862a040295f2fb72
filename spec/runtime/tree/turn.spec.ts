import { expect } from 'chai';
import fc from 'fast-check';
import { Company, FakeTree, type Note, note, notebook, shownBy, textsOf } from '../../fixtures/instances.js';
import { lawParameters } from '../../laws/parameters.js';

describe('turn', () => {
  let company: Company;
  let tree: FakeTree;

  beforeEach(() => {
    company = new Company();
    tree = new FakeTree();
  });

  describe('conflation', () => {
    it('takes many messages in order and shows them once', () => {
      const seen: string[] = [];
      const instance = company.hire(notebook('a', seen));
      seen.length = 0;
      for (const text of 'abcd') tree.post(instance, note(text));
      expect(tree.run()).to.equal(4);
      expect(tree.mailbox.size).to.equal(0);
      expect(seen).to.deep.equal(['update a', 'update b', 'update c', 'update d', 'view abcd']);
      expect(shownBy(instance)).to.equal('a b c d');
    });

    it('shows only the components that took something, in the order they were first written to', () => {
      const seen: string[] = [];
      const [a, b, c] = ['a', 'b', 'c'].map((name) => company.hire(notebook(name, seen)));
      seen.length = 0;
      tree.post(c as never, note('1'));
      tree.post(a as never, note('2'));
      tree.post(c as never, note('3'));
      tree.run();
      expect(seen).to.deep.equal(['update 1', 'update 2', 'update 3', 'view 13', 'view 2']);
      expect(tree.log).to.deep.equal(['committed c 1 3', 'committed a 2']);
      expect(shownBy(b as never)).to.equal('');
    });

    it('does not show a component whose messages were all refused', () => {
      const seen: string[] = [];
      const instance = company.hire(notebook('a', seen));
      const before = instance.rendered;
      seen.length = 0;
      tree.post(instance, note('!'));
      tree.run();
      expect(seen).to.deep.equal(['update !']);
      expect(instance.rendered).to.equal(before);
    });

    it('counts an event that led to no message, in its place', () => {
      const instance = company.hire(notebook('a'));
      tree.post(instance, undefined);
      tree.post(instance, note('a'));
      expect(tree.run()).to.equal(2);
      expect(textsOf(instance)).to.deep.equal(['a']);
    });

    it('counts only the events of the page that is joined', () => {
      const instance = company.hire(notebook('a'));
      tree.post(instance, note('a'));
      tree.pageLoad = 2;
      tree.post(instance, note('b'));
      tree.mailbox.push({ instance, message: note('c'), at: 0, pageLoad: 0 });
      expect(tree.run()).to.equal(1);
      expect(textsOf(instance)).to.deep.equal(['a', 'b', 'c']);
    });
  });

  describe('an envelope that has to be resolved', () => {
    it('is resolved when all before it is shown, and shown before what comes after it is taken', () => {
      const seen: string[] = [];
      const instance = company.hire(notebook('a', seen));
      seen.length = 0;
      tree.post(instance, note('a'));
      for (const text of ['b', 'c']) {
        const envelope = { instance, message: note(text), at: 0, pageLoad: tree.pageLoad };
        tree.mailbox.push({
          ...envelope,
          message: undefined,
          resolve: () => {
            seen.push(`resolve ${text} where ${shownBy(instance)} is shown`);
            return envelope;
          },
        });
      }
      tree.post(instance, note('d'));
      // Each turn ends before one: what is shown until then is sent first.
      expect([tree.run(), tree.run(), tree.run()]).to.deep.equal([1, 1, 2]);
      expect(seen).to.deep.equal([
        ...['update a', 'view a'],
        ...['resolve b where a is shown', 'update b', 'view ab'],
        ...['resolve c where a b is shown', 'update c', 'view abc'],
        ...['update d', 'view abcd'],
      ]);
    });

    it('comes after what was raised before it came, and counts though it leads to nothing', () => {
      const instance = company.hire(notebook('a'));
      tree.post(instance, note('a', note('raised')));
      tree.run();
      tree.post(instance, note('b', note('late')));
      tree.mailbox.push({
        instance,
        message: undefined,
        at: 0,
        pageLoad: 1,
        resolve: () => ({ instance, message: undefined, at: 0, pageLoad: 1 }),
      });
      expect([tree.run(), tree.run()]).to.deep.equal([1, 1]);
      expect(textsOf(instance)).to.deep.equal(['a', 'raised', 'b', 'late']);
    });

    it('takes a turn for itself', () => {
      const instance = company.hire(notebook('a'));
      for (let number = 0; number < 3; number++) {
        const envelope = { instance, message: note(`${number}`), at: 0, pageLoad: 1 };
        tree.mailbox.push({ ...envelope, resolve: () => envelope });
      }
      expect([tree.run(), tree.run(), tree.mailbox.size]).to.deep.equal([1, 1, 1]);
    });
  });

  describe('faults', () => {
    it('drops and reports the one message that update refuses, and keeps the others in order', () => {
      const instance = company.hire(notebook('a'));
      for (const text of ['a', '!', 'b']) tree.post(instance, note(text));
      expect(tree.run()).to.equal(3);
      expect(textsOf(instance)).to.deep.equal(['a', 'b']);
      expect(shownBy(instance)).to.equal('a b');
      expect(company.told).to.deep.equal(['update of a: cannot take !']);
    });

    it('drops and reports the one message whose outcome view refuses, and keeps the others in order', () => {
      const instance = company.hire(notebook('a'));
      for (const text of ['a', '?', 'b']) tree.post(instance, note(text));
      expect(tree.run()).to.equal(3);
      expect(textsOf(instance)).to.deep.equal(['a', 'b']);
      expect(shownBy(instance)).to.equal('a b');
      expect(company.told).to.deep.equal(['view of a: cannot show ?']);
    });

    it('keeps a message that view refuses if a later one of the turn makes it good', () => {
      const instance = company.hire(notebook('a'));
      for (const text of ['a', '?', '-', 'b']) tree.post(instance, note(text));
      tree.run();
      expect(textsOf(instance)).to.deep.equal(['a', 'b']);
      expect(company.told).to.deep.equal([]);
    });

    it('touches no other component when one view throws among several', () => {
      const seen: string[] = [];
      const [a, b, c] = [notebook('a', seen), notebook('b'), notebook('c', seen)].map((kind) => company.hire(kind));
      seen.length = 0;
      const envelopes: [typeof a, string][] = [
        [a, '1'],
        [b, '2'],
        [c, '3'],
        [b, '?'],
        [a, '4'],
        [b, '5'],
        [c, '6'],
      ];
      for (const [instance, text] of envelopes) tree.post(instance as never, note(text));
      tree.run();
      expect([a, b, c].map((instance) => textsOf(instance as never))).to.deep.equal([
        ['1', '4'],
        ['2', '5'],
        ['3', '6'],
      ]);
      expect([a, b, c].map((instance) => shownBy(instance as never))).to.deep.equal(['1 4', '2 5', '3 6']);
      expect(seen, 'the others are taken and shown once').to.deep.equal([
        'update 1',
        'update 3',
        'update 4',
        'update 6',
        'view 14',
        'view 36',
      ]);
      expect(company.told).to.deep.equal(['view of b: cannot show ?']);
    });

    it('takes a message again that update refused only because of the culprit before it', () => {
      const instance = company.hire({
        ...notebook('a'),
        transition: (snapshot: never, event: never, scope: never) => {
          const { context } = snapshot as { context: { texts: readonly string[] } };
          if (context.texts.includes('?') && 'message' in (event as object))
            return { ...(snapshot as object), effects: [], fault: new Error('poisoned') };

          return (notebook('a') as unknown as { transition(...given: never[]): unknown }).transition(
            snapshot,
            event,
            scope
          );
        },
      } as never);
      for (const text of ['a', '?', 'b']) tree.post(instance, note(text));
      tree.run();
      expect(textsOf(instance)).to.deep.equal(['a', 'b']);
      expect(company.told).to.deep.equal(['view of a: cannot show ?']);
    });

    it('reports a message that update refuses only when it is taken again', () => {
      const faults: string[] = [];
      const instance = company.hire({
        ...notebook('a'),
        transition: (snapshot: never, event: { message?: Note }, scope: never) => {
          const { context } = snapshot as { context: { texts: readonly string[] } };
          if (event.message?.text === 'b' && !context.texts.includes('?')) {
            faults.push('refused');
            return { ...(snapshot as object), effects: [], fault: new Error('needs ?') };
          }

          return (notebook('a') as unknown as { transition(...given: unknown[]): unknown }).transition(
            snapshot,
            event,
            scope
          );
        },
      } as never);
      for (const text of ['a', '?', 'b']) tree.post(instance, note(text));
      tree.run();
      expect(faults).to.deep.equal(['refused']);
      expect(textsOf(instance)).to.deep.equal(['a']);
      expect(company.told).to.deep.equal(['view of a: cannot show ?', 'update of a: needs ?']);
    });

    it('refuses what is no message and goes on', () => {
      const instance = company.hire(notebook('a'));
      for (const wrong of [null, 'text', {}, { type: 7 }, Promise.resolve(), { type: 'xstate.stop' }])
        tree.post(instance, wrong as never);
      tree.post(instance, note('a'));
      expect(tree.run()).to.equal(7);
      expect(textsOf(instance)).to.deep.equal(['a']);
      expect(instance.actor?.getSnapshot()).to.have.property('status', 'active');
      expect(company.faults).to.have.length(6);
      expect(company.told[5]).to.include('sent an object with type xstate.stop; a message is an object with a type');
    });

    it('drops exactly the culprits of any turn, as if messages were taken one by one', () => {
      const text = fc.constantFrom('a', 'b', 'c!', 'd?');
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(2), text), { maxLength: 40 }), (envelopes) => {
          const staff = new Company();
          const turn = new FakeTree();
          const instances = ['x', 'y', 'z'].map((name) => staff.hire(notebook(name)));
          for (const [index, given] of envelopes) turn.post(instances[index] as never, note(given));
          expect(turn.run()).to.equal(envelopes.length);
          instances.forEach((instance, index) => {
            const given = envelopes.filter(([to]) => to === index).map(([, of]) => of);
            const good = given.filter((of) => of.length === 1);
            expect(textsOf(instance)).to.deep.equal(good);
            expect(shownBy(instance)).to.equal(good.join(' '));
            expect(staff.faults.filter(({ component }) => component === instance.component.name)).to.have.length(
              given.length - good.length
            );
          });
        }),
        lawParameters(200)
      );
    });
  });

  describe('effects', () => {
    it('are carried out after every component is committed', () => {
      const [a, b] = [notebook('a'), notebook('b')].map((kind) => company.hire(kind));
      tree.post(a as never, note('1', note('2')));
      tree.post(b as never, note('3'));
      tree.run();
      expect(tree.log.slice(0, 3)).to.deep.equal(['committed a 1', 'committed b 3', 'performed 2']);
      expect(textsOf(a as never)).to.deep.equal(['1', '2']);
    });

    it('are discarded with the message that asked for them', () => {
      const instance = company.hire(notebook('a'));
      tree.post(instance, note('a', note('of a')));
      tree.post(instance, note('!', note('of !')));
      tree.post(instance, note('?', note('of ?')));
      tree.post(instance, note('b', note('of b')));
      tree.run();
      expect(tree.log.filter((line) => line.startsWith('performed'))).to.deep.equal([
        'performed of a',
        'performed of b',
      ]);
      expect(textsOf(instance)).to.deep.equal(['a', 'b', 'of a', 'of b']);
    });

    it('are carried out once though the message was taken twice', () => {
      const instance = company.hire(notebook('a'));
      tree.post(instance, note('a', note('of a')));
      tree.post(instance, note('?'));
      tree.run();
      expect(tree.log.filter((line) => line.startsWith('performed'))).to.deep.equal(['performed of a']);
    });

    it('raise messages that are followed within the turn, behind those that waited', () => {
      const instance = company.hire(notebook('a'));
      tree.post(instance, note('1', note('2', note('3'))));
      tree.post(instance, note('4'));
      expect(tree.run()).to.equal(2);
      expect(tree.mailbox.size).to.equal(0);
      expect(textsOf(instance)).to.deep.equal(['1', '4', '2', '3']);
    });

    it('raise for 16 rounds at the most; the rest waits for the next turn', () => {
      const instance = company.hire(notebook('a'));
      const chain = Array.from({ length: 39 }).reduceRight<Note>(
        (next, _, index) => note(`${index}`, next),
        note('last')
      );
      tree.post(instance, chain);
      tree.run();
      expect(tree.mailbox.size).to.be.above(0);
      expect(textsOf(instance)).to.have.length(16);
      tree.run();
      expect(tree.mailbox.size).to.be.above(0);
      expect(textsOf(instance)).to.have.length(32);
      tree.run();
      expect(tree.mailbox.size).to.equal(0);
      expect(textsOf(instance)).to.have.length(40);
      expect(textsOf(instance).at(-1)).to.equal('last');
    });
  });

  describe('limits', () => {
    it('takes 256 messages, then shows them and leaves the rest', () => {
      const instance = company.hire(notebook('a'));
      for (let index = 0; index < 600; index++) tree.post(instance, note(`${index}`));
      expect(tree.run()).to.equal(256);
      expect(tree.mailbox.size).to.be.above(0);
      expect(textsOf(instance)).to.have.length(256);
      expect(tree.run()).to.equal(256);
      expect(tree.mailbox.size).to.be.above(0);
      expect(tree.run()).to.equal(88);
      expect(tree.mailbox.size).to.equal(0);
      expect(textsOf(instance)).to.deep.equal(Array.from({ length: 600 }, (_, index) => `${index}`));
    });

    it('counts raised messages among the 256', () => {
      const instance = company.hire(notebook('a'));
      for (let index = 0; index < 200; index++) tree.post(instance, note(`${index}`, note('raised')));
      tree.run();
      expect(tree.mailbox.size).to.be.above(0);
      expect(textsOf(instance)).to.have.length(256);
    });

    it('takes no more when 8 ms have gone by, and always takes something', () => {
      const slow = company.hire(notebook('a'));
      const step = tree.now.bind(tree);
      tree.now = () => {
        tree.time += 10;
        return step();
      };
      for (let index = 0; index < 100; index++) tree.post(slow, note(`${index}`, note('raised')));
      const events = tree.run();
      expect(tree.mailbox.size).to.be.above(0);
      expect(events).to.be.within(1, 16);
      expect(textsOf(slow)).to.have.length(events);
    });
  });

  describe('taken', () => {
    it('is called for every envelope, once it is committed, whatever became of it', () => {
      const instance = company.hire(notebook('a'));
      const taken: string[] = [];
      for (const text of ['a', '!', '?', 'b'])
        tree.post(instance, note(text), () => taken.push(`${text} of ${shownBy(instance)}`));
      tree.post(instance, undefined, () => taken.push('nothing'));
      tree.post(instance, null as never, () => taken.push('no message'));
      tree.run();
      expect(taken).to.deep.equal(['a of a b', '! of a b', '? of a b', 'b of a b', 'nothing', 'no message']);
    });
  });
});
