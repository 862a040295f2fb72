import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { checkTopic, maxTopicLength } from '../../../runtime/subscription/backplane.js';

describe('subscription/backplane', () => {
  it('accepts names of 1 to 256 characters', () => {
    for (const name of ['a', 'room 1', 'x'.repeat(maxTopicLength)]) checkTopic('topic', name);
    for (const wrong of ['', 'x'.repeat(maxTopicLength + 1), 7, undefined, null, {}]) {
      expect(() => checkTopic('topic', wrong))
        .to.throw(TroupeError, 'topic was given')
        .with.property('code', ErrorCode.Topic);
    }
    expect(() => checkTopic('topic', 'x'.repeat(300))).to.throw(
      'topic was given 300 characters as a name; it takes a string of 1 to 256 characters. Put an id into the name and what is long into the message.'
    );
  });
});
