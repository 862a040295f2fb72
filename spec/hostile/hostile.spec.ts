import { expect } from 'chai';
import { Random } from '../laws/schema.js';
import { runAttack } from './attack.js';
import { hostileFrame, isReadable } from './frames.js';

describe('hostile clients', () => {
  it('send the same for the same seed, some of it readable and some not', () => {
    const frames = (seed: number) => {
      const random = new Random(seed);

      return Array.from({ length: 500 }, () => hostileFrame(random));
    };
    const readable = frames(1).filter(isReadable).length;

    expect(frames(1)).to.deep.equal(frames(1));
    expect(frames(1)).to.not.deep.equal(frames(2));
    expect(readable).to.be.within(100, 400);
  });

  it('neither end a server nor make it grow, and neighbours do not notice them', async () => {
    const outcome = await runAttack({ frames: 20_000, handshakes: 500, seed: 1 });

    expect(outcome.faults).to.deep.equal([]);
    expect(outcome.frames).to.be.at.least(20_000);
    expect(outcome.clicks).to.be.at.least(100);
  }).timeout(120_000);
});
