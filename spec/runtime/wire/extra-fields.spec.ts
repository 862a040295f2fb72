import { expect } from 'chai';
import { type ExtraField, extraFields } from '../../../runtime/wire/extra-fields.js';

describe('extra fields', () => {
  // Append only.
  const kinds: readonly (readonly [types: string, fields: readonly ExtraField[]])[] = [
    ['input change focusin focusout focus blur invalid select', ['entries']],
    ['copy cut paste drop', ['text', 'html', 'files']],
    [
      'play pause ended timeupdate volumechange seeked',
      ['currentTime', 'duration', 'volume', 'paused', 'ended', 'muted'],
    ],
    ['resize', ['width', 'height']],
    ['picked player-ready click keydown', ['detail']],
  ];
  for (const [types, fields] of kinds) {
    it(`of ${types} are ${fields.join(', ')}`, () => {
      for (const type of types.split(' ')) expect(extraFields(type), type).to.deep.equal(fields);
    });
  }
});
