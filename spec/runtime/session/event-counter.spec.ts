import { expect } from 'chai';
import fc from 'fast-check';
import { EventCounter } from '../../../runtime/session/event-counter.js';
import { lawParameters } from '../../laws/parameters.js';

/** Events arrive; how many of them were new. */
function receive(counter: EventCounter, count: number): number {
  let fresh = 0;
  for (let index = 0; index < count; index++) if (counter.receive()) fresh++;

  return fresh;
}

/** A client comes back, and if that is possible it resumes. How many events it has missed. */
function resume(counter: EventCounter, known: number, coming: number, frames = 0): number | undefined {
  const missed = counter.missedBy(known, coming, frames);
  if (missed !== undefined) counter.resume(known, missed);

  return missed;
}

describe('event counter', () => {
  it('owes what is processed and not told', () => {
    const counter = new EventCounter();
    receive(counter, 3);
    expect(counter.owed).to.equal(0);
    counter.process(2);
    expect(counter.owed).to.equal(2);
    expect(counter.tell()).to.equal(2);
    expect([counter.owed, counter.tell()]).to.deep.equal([0, 0]);
    counter.process(1);
    expect(counter.tell()).to.equal(1);
  });

  it('does not receive twice what a client that comes back sends again', () => {
    const counter = new EventCounter();
    receive(counter, 5);
    counter.process(3);
    counter.tell();

    expect(resume(counter, 3, 0)).to.equal(0);
    expect(receive(counter, 4)).to.equal(2);
  });

  it('tells of what it had told and the client has not heard, unless frames are coming that do', () => {
    const counter = new EventCounter();
    receive(counter, 5);
    counter.process(4);
    counter.tell();

    expect(resume(counter, 1, 2)).to.equal(1);
    expect(receive(counter, 3)).to.equal(0);
    expect(receive(counter, 1)).to.equal(1);
    counter.process(2);
    expect(counter.owed).to.equal(2);
  });

  it('gives nothing for a client that claims more than it was told', () => {
    const counter = new EventCounter();
    receive(counter, 2);
    counter.process(2);
    counter.tell();

    expect(resume(counter, 3, 0)).to.equal(undefined);
    expect(resume(counter, 1, 2)).to.equal(undefined);
    expect(counter.restart(3)).to.equal(0);
  });

  it('has no frame sent again that would tell wrongly what is stored', () => {
    const back = (stored: number): number | undefined => {
      const counter = new EventCounter();
      for (let event = 0; event < 3; event++) counter.receive();
      counter.process(3);
      counter.tell();
      counter.store(stored);
      return resume(counter, 0, 1, 1);
    };
    expect(back(2)).to.equal(undefined);
    expect(back(3)).to.equal(2);
  });

  it('tells of everything with a full page', () => {
    const counter = new EventCounter();
    receive(counter, 5);
    counter.process(3);

    expect(counter.restart(1)).to.equal(2);
    expect(counter.owed).to.equal(0);
    expect(receive(counter, 3)).to.equal(1);
  });

  it('forgets an event that could not be taken in, so that it is received when it comes again', () => {
    const counter = new EventCounter();
    receive(counter, 2);
    counter.refuse();

    expect(counter.restart(0)).to.equal(0);
    expect(receive(counter, 2)).to.equal(1);
  });

  it('goes on from a state that was stored', () => {
    const counter = new EventCounter(5);
    expect([counter.processed, counter.owed, counter.late, counter.isUntold]).to.deep.equal([5, 0, 0, false]);
    expect(counter.receive()).to.equal(6);
    expect(counter.restart(0)).to.equal(5);
    expect(new EventCounter(5, 0).late).to.equal(5);
  });

  it('tells how many fewer are stored than the client knows to be processed, and when that changes', () => {
    const counter = new EventCounter();
    receive(counter, 3);
    counter.process(3);
    expect(counter.late, 'nothing is sent yet').to.equal(0);
    counter.tell();
    expect([counter.late, counter.isUntold]).to.deep.equal([3, false]);
    counter.store(2);
    expect(counter.isUntold).to.equal(true);
    expect([counter.late, counter.isUntold]).to.deep.equal([1, false]);
    counter.store(2);
    counter.store(1);
    expect([counter.isUntold, counter.late], 'an older write tells nothing').to.deep.equal([false, 1]);
    receive(counter, 1);
    counter.process(1);
    counter.store(4);
    expect(counter.late, 'more is stored than told').to.equal(0);
  });

  it('says when its client keeps half of what it has room for, and tells anew of what is stored if asked to', () => {
    const counter = new EventCounter();
    const events = (count: number): void => {
      for (let made = 0; made < count; made++) counter.receive();
      counter.process(count);
      counter.tell();
    };
    events(499);
    expect(counter.isCrowded).to.equal(false);
    events(1);
    expect(counter.isCrowded).to.equal(true);
    counter.store(1);
    expect([counter.isCrowded, counter.isUntold, counter.late]).to.deep.equal([false, true, 499]);
    counter.store(1);
    expect(counter.isUntold).to.equal(false);
    counter.store(1, true);
    expect([counter.isUntold, counter.late]).to.deep.equal([true, 499]);
  });

  it('tells once of events that were dropped', () => {
    const counter = new EventCounter();
    counter.drop();
    counter.drop();
    expect(counter.isUntold).to.equal(true);
    expect([counter.takeDropped(), counter.takeDropped(), counter.isUntold]).to.deep.equal([2, 0, false]);
  });

  it('is equal to one with the same counts', () => {
    const counter = new EventCounter();
    receive(counter, 5);
    counter.process(3);
    counter.tell();
    counter.store(2);
    counter.resume(1, 1);
    counter.drop();
    const copy = EventCounter.from(counter.counts);
    expect(copy.counts).to.deep.equal(counter.counts);
    for (const each of [copy, counter]) {
      expect([each.processed, each.owed, each.isUntold, each.late, each.takeDropped()]).to.deep.equal([
        3,
        0,
        true,
        1,
        1,
      ]);
      expect([each.receive(), each.receive(), each.receive(), each.receive()]).to.deep.equal([0, 0, 0, 6]);
    }
  });

  it('takes every event once and in order, however often the connection breaks', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 4 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (sequence) => {
        const world = new World();
        for (const [name, count] of sequence) world[name](count);
        world.finish();
      }),
      lawParameters(1_000)
    );
  });
});

// A WORLD ---------------------------------------------------------------------

const names = ['raise', 'arrive', 'commit', 'frame', 'acknowledge', 'apply', 'rejoin', 'rejoinWhole'] as const;

interface Frame {
  readonly processed: number;
  readonly numbered: boolean;
}

/** A client and a server with a wire between them that can break. */
class World {
  readonly #counter = new EventCounter();
  /** Numbers of the events the server took, in order. */
  readonly #taken: number[] = [];
  #committed = 0;
  /** Numbered frames that the client has not applied: the server would send them again. */
  #window: Frame[] = [];
  #down: Frame[] = [];
  #up: number[] = [];
  #raised = 0;
  #known = 0;

  raise(count: number): void {
    for (let index = 0; index < count; index++) this.#up.push(++this.#raised);
  }

  arrive(count: number): void {
    for (const event of this.#up.splice(0, count)) if (this.#counter.receive()) this.#taken.push(event);
  }

  commit(count: number): void {
    const now = Math.min(count, this.#taken.length - this.#committed);
    this.#committed += now;
    this.#counter.process(now);
  }

  frame(): void {
    const frame = { processed: this.#counter.tell(), numbered: true };
    this.#window.push(frame);
    this.#down.push(frame);
  }

  acknowledge(): void {
    this.#down.push({ processed: this.#counter.tell(), numbered: false });
  }

  apply(count: number): void {
    for (const { processed, numbered } of this.#down.splice(0, count)) {
      this.#known += processed;
      if (numbered) this.#window.shift();
    }
  }

  /** What was on the wire is lost; the client gets the frames it missed, and sends again what it does not know of. */
  rejoin(): void {
    const coming = this.#window.reduce((sum, { processed }) => sum + processed, 0);
    const missed = resume(this.#counter, this.#known, coming);
    if (missed === undefined) throw new Error('an honest client was not believed');
    this.#known += missed;
    this.#again([...this.#window]);
  }

  /** The same, with a page as a whole. */
  rejoinWhole(): void {
    this.#known += this.#counter.restart(this.#known);
    this.#again([]);
  }

  #again(frames: Frame[]): void {
    this.#window = [...frames];
    this.#down = frames;
    this.#up = Array.from({ length: this.#raised - this.#known }, (_, index) => this.#known + 1 + index);
  }

  finish(): void {
    this.arrive(this.#up.length);
    this.commit(this.#raised);
    this.frame();
    this.apply(this.#down.length);
    expect(this.#taken).to.deep.equal(Array.from({ length: this.#raised }, (_, index) => index + 1));
    expect(this.#known).to.equal(this.#raised);
  }
}
