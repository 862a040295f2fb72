import { expect } from 'chai';
import { hidden } from '../../../runtime/platform/redact.js';
import { describeEffect, isSameEffect, recordEffect } from '../../../runtime/recording/recorded-effects.js';
import type { RecordedEffect } from '../../../runtime/recording/recording.js';

const effect = (given: Partial<RecordedEffect> = {}): RecordedEffect => {
  return { path: [], kind: 'publish', to: 'room', message: { type: 'said' }, ...given };
};

describe('recorded-effects', () => {
  it('are made of effects: the topic or the name of the shared actor is where they go', () => {
    const message = { type: 'said' };
    const own = { message, cause: undefined, index: 0 };
    expect(recordEffect({ kind: 'publish', topic: 'room', ...own } as never)).to.deep.equal({
      kind: 'publish',
      to: 'room',
      message,
    });
    expect(recordEffect({ kind: 'send', name: 'clock', ...own } as never).to).to.equal('clock');
    expect(recordEffect({ kind: 'raise', ...own } as never).to).to.equal('');
  });

  it('are the same if kind, target and message are, but for what is secret', () => {
    expect(isSameEffect(effect(), effect())).to.equal(true);
    for (const other of [{ kind: 'send' }, { to: 'hall' }, { message: { type: 'left' } }] as const) {
      expect(isSameEffect(effect(), effect(other))).to.equal(false);
    }
    const secret = effect({ message: { type: 'said', pin: hidden } as never });
    expect(isSameEffect(secret, effect({ message: { type: 'said', pin: '1234' } as never }))).to.equal(true);
  });

  it('are described in one line', () => {
    expect(describeEffect(effect())).to.equal('publish "room" {type: "said"}');
    expect(describeEffect(effect({ kind: 'parent', to: '' }))).to.equal('parent {type: "said"}');
    expect(describeEffect(undefined)).to.equal('nothing');
  });
});
