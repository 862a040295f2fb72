import { expect } from 'chai';
import { type ExtraField, extraFields } from '../../../runtime/wire/extra-fields.js';

describe('extra fields', () => {
  // Append only.
  const kinds: readonly (readonly [types: string, fields: readonly ExtraField[]])[] = [
    ['resize', ['width', 'height']],
    ['click keydown scroll submit visible', []],
  ];
  for (const [types, fields] of kinds) {
    it(`of ${types} are ${fields.join(', ') || 'none'}`, () => {
      for (const type of types.split(' ')) expect(extraFields(type), type).to.deep.equal(fields);
    });
  }
});
