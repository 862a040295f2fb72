import { expect } from 'chai';
import { complete, loadTestDependencies, peers } from '../../../runtime/testing/test-dependencies.js';

describe('testing/test-dependencies', () => {
  it('are loaded', () => {
    expect(peers().jsdom.JSDOM).to.be.a('function');
    expect(peers().dom.queries.getByRole).to.be.a('function');
    expect(peers().user.userEvent.setup).to.be.a('function');
  });

  it('throw an error that says how to install them if one is missing', async () => {
    const cause = new Error('not found');
    const loaded = await loadTestDependencies(async (name) => {
      if (name === 'jsdom') throw cause;
      return {};
    });
    expect(() => complete(loaded))
      .to.throw(
        Error,
        'troupe/testing needs jsdom. Install with: npm install --save-dev jsdom @testing-library/dom @testing-library/user-event'
      )
      .with.property('cause', cause);
  });
});
