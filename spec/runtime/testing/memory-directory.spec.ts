import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { memoryBus } from '../../../runtime/testing/memory-cluster.js';
import { DirectoryState, MemoryDirectory } from '../../../runtime/testing/memory-directory.js';
import { itKeepsThePromisesOfADirectory } from '../../fixtures/bus-promises.js';

describe('testing/memory-directory', () => {
  itKeepsThePromisesOfADirectory((lease) => memoryBus({ lease }));

  it('does nothing any more for a node that is closed', async () => {
    const options = { clock: createSimulatedClock(), defer: (run: () => void) => run(), lease: 100, node: 'one' };
    const directory = new MemoryDirectory(new DirectoryState(), options);
    const seen: unknown[] = [];
    directory.watch('a', (text) => seen.push(text));
    await directory.claim('a');
    await directory.write('a', '1');
    directory.close();
    expect(await directory.write('a', '2').catch((error: Error) => error.message)).to.equal('The bus is closed.');
    expect(seen).to.deep.equal(['1']);
  });
});
