import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';

describe('errors', () => {
  it('have codes that stay what they are', () => {
    expect(ErrorCode).to.deep.equal({
      Component: 'component',
      Template: 'template',
      Value: 'value',
      DuplicateKey: 'duplicate-key',
      UnsafeUrl: 'unsafe-url',
      Init: 'init',
      Deadline: 'deadline',
      Update: 'update',
      Upgrade: 'upgrade',
      View: 'view',
      Handler: 'handler',
      Subscription: 'subscription',
      GeneratorNotEnding: 'generator-not-ending',
      Options: 'options',
      Effect: 'effect',
      Bus: 'bus',
      Overflow: 'overflow',
      Post: 'post',
      SharedActor: 'shared-actor',
      Store: 'store',
      Snapshot: 'snapshot',
      Unstored: 'unstored',
      Version: 'version',
      Dropped: 'dropped',
      Topic: 'topic',
      Closed: 'closed',
      Action: 'action',
      Allow: 'allow',
      Identify: 'identify',
      Recording: 'recording',
      Internal: 'internal',
    });
  });

  it('differ from other errors by class, name and code', () => {
    const error = new TroupeError(ErrorCode.Value, 'A list has no key.');

    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'TroupeError', code: 'value', message: 'A list has no key.' });
    expect(String(error)).to.equal('TroupeError: A list has no key.');
    expect(error.stack).to.contain('errors.spec');
  });

  it('keep what they were made of, if anything', () => {
    const cause = new Error('no such file');

    expect(new TroupeError(ErrorCode.Options, 'The script cannot be read.', { cause }).cause).to.equal(cause);
    expect(new TroupeError(ErrorCode.Options, 'The script cannot be read.')).to.not.have.property('cause');
  });
});
