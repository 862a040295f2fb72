import { expect } from 'chai';
import { inputOf, valuesOf } from '../../../components/form/input.js';
import type { FormValues } from '../../../components/form/paths.js';
import { rulesOf } from '../../../components/form/rules.js';
import { lawParameters } from '../../laws/parameters.js';
import { Random } from '../../laws/schema.js';
import { people } from './schemas.js';

for (const [library, schema] of Object.entries(people)) {
  describe(`input of a schema of ${library}`, () => {
    const rules = rulesOf(schema);
    const input = (values: FormValues) => inputOf(values, rules);

    it('has numbers, booleans, rows and nothing, where controls have texts', () => {
      expect(input({ age: '20', agreed: true, items: [{ title: 'a', count: '2' }], tags: ['b'] })).to.deep.equal({
        ...{ age: 20, agreed: true, items: [{ title: 'a', count: 2 }], tags: ['b'] },
      });
      expect(input({ age: '', nickname: '', note: '', name: '', agreed: '' })).to.deep.equal({
        ...{ note: null, name: '', agreed: false },
      });
    });

    it('leaves what is no number to the schema', () => {
      expect(input({ age: 'twenty' })).to.deep.equal({ age: 'twenty' });
      expect(input({ age: ' ' })).to.deep.equal({ age: ' ' });
      expect(input({ age: '1e3' })).to.deep.equal({ age: 1_000 });
    });

    it('comes back from what controls show of it', () => {
      const { numRuns, seed } = lawParameters(200);
      for (let run = 0; run < numRuns; run++) {
        const random = new Random(seed + run);
        const person = {
          email: `${random.below(1e6)}@example.com`,
          name: random.pick(['Ada', '  ', 'é', '1', 'null', 'true']),
          ...(random.chance(0.5) && { nickname: random.pick(['x', '0']) }),
          ...(random.chance(0.5) && { age: 18 + random.below(100) }),
          agreed: random.chance(0.5),
          kind: random.pick(['guest', 'member']),
          note: random.pick([null, 'a note']),
          address: { city: random.pick(['Berlin', '7']) },
          items: Array.from({ length: random.below(4) }, () => ({ title: 'x', count: random.below(1e6) / 8 - 100 })),
          tags: Array.from({ length: random.below(4) }, () => random.pick(['a', '1', 'true'])),
        };
        expect(input(valuesOf(person) as FormValues), `seed ${seed + run}`).to.deep.equal(person);
      }
    });
  });
}
