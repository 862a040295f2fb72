import { expect } from 'chai';
import { z } from 'zod';
import {
  jsonSchemaOf,
  keysOf,
  resolve,
  type StandardSchema,
  typesOf,
} from '../../../components/form/standard-schema.js';

describe('standard schema', () => {
  it('gives the JSON Schema of what is taken, not of what is made of it', () => {
    const schema = z.object({ n: z.string().transform(Number) }) as unknown as StandardSchema;
    expect(jsonSchemaOf(schema).properties).to.deep.equal({ n: { type: 'string' } });
  });

  it('resolves references, also those that lead in a circle', () => {
    const root = { $defs: { a: { $ref: '#/$defs/b' }, b: { type: 'string' }, c: { $ref: '#/$defs/c' } } };
    expect(resolve({ $ref: '#/$defs/a' }, root)).to.deep.equal({ type: 'string' });
    expect(resolve({ $ref: '#/$defs/c' }, root)).to.deep.equal({});
    expect(resolve({ $ref: 'http://example.com' }, root)).to.deep.equal({});
  });

  it('leaves out null, joins constants, and knows nothing of other unions', () => {
    expect(resolve({ anyOf: [{ type: 'string' }, { type: 'null' }] }, {})).to.deep.equal({ type: 'string' });
    expect(resolve({ oneOf: [{ const: 'a' }, { enum: ['b', 'c'] }] }, {})).to.deep.equal({ enum: ['a', 'b', 'c'] });
    expect(resolve({ anyOf: [{ type: 'string' }, { type: 'number' }] }, {})).to.deep.equal({});
    expect(resolve({ allOf: [{ type: 'string' }, { minLength: 2 }] }, {})).to.include({ type: 'string', minLength: 2 });
  });

  it('knows types from constants', () => {
    expect(typesOf({ const: true })).to.deep.equal(['boolean']);
    expect(typesOf({ enum: ['a', 1] })).to.deep.equal(['string', 'number']);
    expect(typesOf({ type: ['string', 'null'] })).to.deep.equal(['string']);
  });

  it('gives the keys of a path, in both forms', () => {
    expect(keysOf({ message: '', path: ['a', { key: 0 }] })).to.deep.equal(['a', 0]);
    expect(keysOf({ message: '' })).to.deep.equal([]);
  });
});
