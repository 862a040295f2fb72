import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/inputs', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<div id="root"></div>');
    await watched.page.evaluate(() => {
      /** Inputs of a root with one control in it, and a log of the writes that were made. */
      const createBench = () => {
        const root = document.createElement('form');
        const control = document.createElement('input');
        control.type = 'number';
        root.append(control);
        const inputs = new troupe.inputs.Inputs(root);
        troupe.more.addMore(inputs, { more: {} } as never);
        const log: string[] = [];
        const write = (what: string, name = 'value', element: Element = control): void => {
          const made = () => log.push(what);
          if (!inputs.holds(element, name, made, () => what)) made();
        };
        return { root, control, inputs, log, write };
      };
      Object.assign(window, { createBench });
    });
  });
  after(() => watched.expectNoErrors());

  it('marks an element as long as its newest event has no answer', async () => {
    const marks = await run(() => {
      const { control, root, inputs } = createBench();
      const seen: string[] = [];
      const note = () => {
        inputs.release();
        seen.push([control, root].map((element) => `${element.getAttribute('data-troupe-pending')}`).join());
      };
      inputs.pend(control, 1, 'click');
      inputs.pend(root, 2, 'click');
      inputs.pend(control, 3, 'click');
      for (const processed of [1, 2, 3]) {
        inputs.processed(processed);
        note();
      }
      return seen;
    });
    expect(marks).to.deep.equal([',', ',null', 'null,null']);
  });

  describe('a write', () => {
    it('waits while a newer event from the control is on its way', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        inputs.sent(control, 1);
        inputs.sent(control, 2);
        inputs.processed(1);
        write('first');
        inputs.release();
        const early = [...log];
        inputs.processed(2);
        write('second');
        inputs.release();
        return [early, log];
      });
      expect(log).to.deep.equal([[], ['second']]);
    });

    it('waits again if the event is on its way again, because it was not durable', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        inputs.sent(control, 1);
        inputs.processed(1, 0);
        write('as typed');
        inputs.processed(0, 0);
        write('before that was typed');
        inputs.release();
        const early = [...log];
        inputs.processed(1, 1);
        write('as typed again');
        inputs.release();
        inputs.processed(0, 1);
        write('durable');
        return [early, log];
      });
      expect(log).to.deep.equal([['as typed'], ['as typed', 'as typed again', 'durable']]);
    });

    it('is made when nothing is on its way any more, the last one only', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        inputs.sent(control, 1);
        write('a');
        write('b');
        write('c', 'checked');
        inputs.processed(1);
        inputs.release();
        inputs.release();
        return log;
      });
      expect(log).to.deep.equal(['b', 'c']);
    });

    it('into another control does not wait', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        inputs.sent(control, 1);
        write('other', 'value', document.createElement('select'));
        return log;
      });
      expect(log).to.deep.equal(['other']);
    });

    it('into an option waits for its select', async () => {
      const log = await run(() => {
        const { inputs, log, write } = createBench();
        const select = document.createElement('select');
        select.add(new Option('a'));
        inputs.sent(select, 1);
        write('selected', 'selected', select.options[0] as Element);
        const early = [...log];
        inputs.processed(1);
        inputs.release();
        return [early, log];
      });
      expect(log).to.deep.equal([[], ['selected']]);
    });

    it('into a radio button waits for an event from another one of its group, and of no other group', async () => {
      const log = await run(() => {
        const { root, inputs, write } = createBench();
        root.innerHTML = '<input type="radio" name="a"><input type="radio" name="a"><input type="radio" name="b">';
        const [first, second, other] = root.children as unknown as Element[];
        const log: boolean[] = [];
        inputs.sent(second as Element, 1, true);
        for (const element of [first, second, other])
          log.push(
            inputs.holds(
              element as Element,
              'checked',
              () => write('x'),
              () => 'x'
            )
          );
        return log;
      });
      expect(log).to.deep.equal([true, true, false]);
    });

    it('waits for the end of a composition', async () => {
      const log = await run(() => {
        const { control, log, write } = createBench();
        control.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
        write('a');
        const early = [...log];
        control.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
        return [early, log];
      });
      expect(log).to.deep.equal([[], ['a']]);
    });

    it('over an early edit waits until the edit is processed, and is dropped if it has no handler', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        inputs.keep([control]);
        write('dropped');
        inputs.letGo();
        inputs.keep([control]);
        write('made');
        inputs.sent(control, 1);
        inputs.letGo();
        const early = [...log];
        inputs.processed(1);
        inputs.release();
        return [early, log];
      });
      expect(log).to.deep.equal([[], ['made']]);
    });
  });

  describe('the last write', () => {
    it('is made again when an edit is processed and nothing came of it', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        write('a');
        control.value = 'typed';
        inputs.sent(control, 1, true);
        inputs.release();
        inputs.processed(1);
        inputs.release();
        inputs.release();
        return log;
      });
      expect(log).to.deep.equal(['a', 'a']);
    });

    it('is not made again where the user has gone on, nor for an event that does not tell the value', async () => {
      const log = await run(() => {
        const { control, inputs, log, write } = createBench();
        write('a');
        control.value = '1';
        inputs.sent(control, 1, true);
        control.value = '12';
        inputs.processed(1);
        inputs.release();
        inputs.sent(control, 2);
        inputs.processed(2);
        inputs.release();
        return log;
      });
      expect(log).to.deep.equal(['a']);
    });

    it('is made again in all of a group of radio buttons, and in the options of a select', async () => {
      const log = await run(() => {
        const { root, inputs, log, write } = createBench();
        root.innerHTML =
          '<input type="radio" name="a"><input type="radio" name="a" checked><select><option>x</select><input name="a">';
        const [first, second, select, other] = root.children as unknown as Element[];
        write('first', 'checked', first);
        write('second', 'checked', second);
        write('option', 'selected', select?.firstElementChild as Element);
        write('other', 'value', other);
        log.length = 0;
        inputs.sent(second as Element, 1, true);
        inputs.sent(select as Element, 2, true);
        inputs.processed(2);
        inputs.release();
        return log;
      });
      expect(log).to.have.members(['first', 'second', 'second', 'option']);
    });

    it('is not made where the page shows it already, but again after an edit', async () => {
      const log = await run(() => {
        const { control, inputs, log } = createBench();
        const held = inputs.holds(
          control,
          'value',
          () => log.push('default'),
          () => 'default',
          true
        );
        inputs.sent(control, 1, true);
        inputs.processed(1);
        inputs.release();
        return [held, ...log];
      });
      expect(log).to.deep.equal([true, 'default']);
    });
  });

  it('finds the controls that no longer show what the page was loaded with', async () => {
    const found = await run(() => {
      const root = document.createElement('form');
      root.innerHTML = `
        <input name="text" value="a"><input name="typed" value="a"><input type="checkbox" name="box" checked>
        <input type="checkbox" name="unchecked" checked><input type="radio" name="r1"><input type="range" name="range">
        <input type="color" name="color"><textarea name="area">
x</textarea><textarea name="edited">x</textarea>
        <select name="select"><option>a<option>b</select><select name="chosen"><option>a<option>b</select>
        <select name="many" multiple><option selected>a<option>b</select>
        <select name="both" multiple><option selected>a<option>b</select><input type="hidden" name="hidden" value="x">`;
      const control = (name: string) => root.querySelector(`[name=${name}]`) as HTMLInputElement & HTMLSelectElement;
      const before = troupe.inputs.findEdits(root).length;
      control('typed').value = 'b';
      control('unchecked').checked = false;
      control('r1').checked = true;
      control('edited').value = 'y';
      control('chosen').value = 'b';
      (control('both').options[1] as HTMLOptionElement).selected = true;
      return [before, troupe.inputs.findEdits(root).map((element) => element.getAttribute('name'))];
    });
    expect(found).to.deep.equal([0, ['typed', 'unchecked', 'r1', 'edited', 'chosen', 'both']]);
  });
});

declare function createBench(): {
  root: HTMLFormElement;
  control: HTMLInputElement;
  inputs: InstanceType<typeof troupe.inputs.Inputs>;
  log: string[];
  write(what: string, name?: string, element?: Element): void;
};
