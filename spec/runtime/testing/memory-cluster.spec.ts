import { expect } from 'chai';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { memoryBus } from '../../../runtime/testing/memory-cluster.js';
import { itKeepsThePromisesOfABus } from '../../fixtures/bus-promises.js';
import { Node } from '../../fixtures/buses.js';

describe('testing/memory-cluster', () => {
  itKeepsThePromisesOfABus(memoryBus);

  it('is apart from others that were made', async () => {
    const [one, two] = [new Node(memoryBus(), 'one'), new Node(memoryBus(), 'two')];
    const error = await one.bus.tell('two', { type: 'said' }).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', ErrorCode.Bus);
    await Promise.all([one.bus.close(), two.bus.close()]);
  });

  it('refuses what is published when it is closed', async () => {
    const { bus } = new Node(memoryBus(), 'one');
    await bus.close();
    expect(() => bus.publish('a', { type: 'said' })).to.throw('The bus is closed.');
  });
});
