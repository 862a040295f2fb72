import { expect } from 'chai';
import * as v from 'valibot';
import { z } from 'zod';
import { type FieldRules, rulesOf } from '../../../components/form/rules.js';
import type { StandardSchema } from '../../../components/form/standard-schema.js';
import { people } from './schemas.js';

const rulesFor = (shape: z.ZodRawShape) => rulesOf(z.object(shape) as unknown as StandardSchema);
const attributesFor = (schema: z.ZodType): FieldRules['attributes'] | undefined =>
  rulesFor({ field: schema }).get('field')?.attributes;

describe('the rules of a form', () => {
  for (const [library, schema] of Object.entries(people)) {
    describe(`from a schema of ${library}`, () => {
      const rules = rulesOf(schema);
      const attributes = (path: string) => rules.get(path)?.attributes;

      it('are those of each field, at any depth', () => {
        expect([...rules].map(([path, { type }]) => `${path} ${type}`)).to.have.members([
          ...['email text', 'name text', 'nickname text', 'age number', 'born unknown', 'agreed boolean', 'kind text'],
          ...['note text', 'address group', 'address.city text', 'items list', 'items[] group', 'items[].title text'],
          ...['items[].count number', 'tags list', 'tags[] text'],
        ]);
      });

      it('require what the schema refuses to be empty, and nothing else', () => {
        const required = [...rules].filter(([, each]) => each.attributes['required']).map(([path]) => path);
        expect(required).to.have.members([
          ...['email', 'name', 'agreed', 'kind', 'address.city', 'items[].title', 'items[].count'],
        ]);
      });

      it('are constraints of HTML where these say the same', () => {
        expect(attributes('name')).to.deep.equal({ type: 'text', minlength: 2, required: true });
        expect(attributes('note')).to.deep.equal({ type: 'text', minlength: 3 });
        expect(attributes('age')).to.deep.equal({ type: 'number', step: 1, inputmode: 'numeric', min: 18, max: 130 });
        expect(attributes('items[].count')).to.include({ type: 'number', step: 'any', min: 1 });
        expect(attributes('agreed')).to.deep.equal({ type: 'checkbox', required: true });
        expect(attributes('email')).to.include({ type: 'text', inputmode: 'email', autocomplete: 'email' });
        expect(rules.get('kind')?.options).to.deep.equal(['guest', 'member']);
      });
    });
  }

  it('are not lost by a field that JSON Schema cannot say', () => {
    const rules = rulesFor({ when: z.date(), map: z.map(z.string(), z.string()), name: z.string().min(2) });
    expect(rules.get('name')?.attributes).to.include({ minlength: 2 });
    expect(rules.get('when')?.type).to.equal('unknown');
  });

  it('are none of a schema without JSON Schema, nor of one that cannot be asked', () => {
    const bare = v.object({ name: v.string() }) as unknown as StandardSchema;
    expect([...rulesOf(bare)]).to.deep.equal([]);
    const throwing = { input: () => expect.fail('no') };
    const schema = { '~standard': { ...bare['~standard'], jsonSchema: throwing } };
    expect([...rulesOf(schema as never)]).to.deep.equal([]);
  });

  it('have no maxlength, which cuts what is pasted', () => {
    expect(attributesFor(z.string().max(5))).to.deep.equal({ type: 'text' });
  });

  it('count steps from the smallest multiple', () => {
    expect(attributesFor(z.number().multipleOf(5).min(7).max(40))).to.include({ step: 5, min: 10, max: 40 });
    expect(attributesFor(z.number().multipleOf(5).min(-7))).to.include({ step: 5, min: -5, inputmode: 'decimal' });
    expect(attributesFor(z.number().multipleOf(0.1))).to.include({ step: 'any' });
    expect(attributesFor(z.int().gt(3))).to.include({ step: 1, min: 3 });
    expect(attributesFor(z.int())).to.deep.equal({ type: 'number', step: 1, inputmode: 'decimal', required: true });
  });

  describe('have a pattern', () => {
    const matches = (pattern: unknown, text: string) => new RegExp(`^(?:${pattern})$`, 'v').test(text);

    it('that matches what the schema matches, which need not be the whole text', () => {
      for (const source of [/^\d{3}$/, /\d{3}/, /^\d/, /\d$|^-/]) {
        const pattern = attributesFor(z.string().regex(source))?.['pattern'];
        for (const text of ['123', 'a123b', '1a', 'a1', '-x', 'abc', '12']) {
          expect(matches(pattern, text), `${source} ${text}`).to.equal(source.test(text));
        }
      }
    });

    it('unless browsers could not compile it', () => {
      expect(attributesFor(z.string().regex(/^[\w.-]+$/))).to.not.have.property('pattern');
      expect(attributesFor(z.string().regex(/^[(]\d$/))).to.not.have.property('pattern');
    });

    it('unless it has letters of one case, since flags are left out', () => {
      expect(attributesFor(z.string().regex(/^[a-z]+$/i))).to.not.have.property('pattern');
      expect(attributesFor(z.string().regex(/^[a-zA-Z]+$/))).to.have.property('pattern');
      expect(attributesFor(z.string().regex(/^\p{Lu}\d$/u))).to.have.property('pattern');
    });
  });

  it('end where a schema contains itself', () => {
    const node: z.ZodType = z.object({
      name: z.string(),
      get children() {
        return z.array(node);
      },
    });
    const rules = rulesOf(node as unknown as StandardSchema);
    expect(rules.get('children[].children[].name')?.type).to.equal('text');
    expect(rules.size).to.be.below(40);
  });

  it('take the fields of both sides of an intersection', () => {
    const schema = z.intersection(z.object({ a: z.string().min(2) }), z.object({ b: z.boolean() }));
    const rules = rulesOf(z.object({ both: schema, a: z.string() }) as unknown as StandardSchema);
    expect(rules.get('a')?.type).to.equal('text');
    expect(rules.get('both')?.type).to.be.oneOf(['group', 'unknown']);
  });
});
