/**
 * The law of constraints: a browser refuses no value that the schema accepts. Random fields of zod, random values typed into
 * their controls, in a real Chromium.
 */

import { expect } from 'chai';
import { html } from 'troupe';
import { form } from 'troupe/components/form';
import { z } from 'zod';
import { inputOf } from '../../../components/form/input.js';
import { rulesOf } from '../../../components/form/rules.js';
import type { StandardSchema } from '../../../components/form/standard-schema.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { newPage } from '../../browser/chromium.js';
import { lawParameters, lawTimeout } from '../../laws/parameters.js';
import { Random } from '../../laws/schema.js';

// FIELDS ----------------------------------------------------------------------

const patterns = [/^\d+$/, /\d/, /^[a-z]+$/i, /^[\w.-]+$/, /^.{2,4}$/u, /^\p{L}+$/u, /^$|^\d\d$/, /[^a-zA-Z]/] as const;

function drawText(random: Random): z.ZodType {
  let schema = z.string();
  if (random.chance(0.4)) schema = schema.min(random.below(5));
  if (random.chance(0.3)) schema = schema.max(3 + random.below(9));
  if (random.chance(0.5)) schema = schema.regex(random.pick(patterns));

  return schema;
}

function drawNumber(random: Random): z.ZodType {
  let schema = random.chance(0.5) ? z.int() : z.number();
  if (random.chance(0.5)) schema = schema.min(random.below(40) - 20);
  if (random.chance(0.5)) schema = schema.max(random.below(40));
  if (random.chance(0.3)) schema = schema.gt(random.below(40) / 4 - 5);
  if (random.chance(0.3)) schema = schema.multipleOf(random.pick([1, 3, 5, 0.5, 0.1]));

  return schema;
}

function drawField(random: Random): z.ZodType {
  const schema = random.pick([
    () => drawText(random),
    () => drawText(random),
    () => drawNumber(random),
    () => drawNumber(random),
    () => z.email(),
    () => z.url(),
    () => z.iso.date(),
    () => z.iso.time(),
    () => z.union([z.string().min(3), z.number()]),
    () => z.coerce.number() as z.ZodType,
  ])();

  return random.pick([schema, schema.optional(), schema.nullable()]);
}

function drawValue(random: Random): string {
  const characters = ['a', 'Z', 'é', '7', '0', '.', '-', ' ', '😀', '@', '"'];
  const drawn = Array.from({ length: random.below(7) }, () => random.pick(characters)).join('');

  return random.pick([
    ...['', drawn, drawn, drawn, `${random.below(40) - 20}`, `${random.below(40) / 4}`, `${random.below(30) / 10}`],
    ...[
      '1e1',
      'ada@example.com',
      "o'neil+x@sub.example.org",
      'a@b.co',
      'http://example.com/?x#y',
      '2024-02-29',
      '10:20:30',
    ],
    ...['12:30', '0001-01-01', '12', 'ab', 'AB'],
  ]);
}

// LAW -------------------------------------------------------------------------

describe('law of constraints', () => {
  it('browsers refuse nothing that the schema accepts', async () => {
    const { numRuns, seed } = lawParameters(30);
    const { page, expectNoErrors } = await newPage();
    let accepted = 0;
    let refused = 0;
    for (let run = 0; run < numRuns; run++) {
      const random = new Random(seed + run);
      const schema = z.object({ field: drawField(random) }) as unknown as StandardSchema<{ field: string }>;
      const rules = rulesOf(schema);
      const { field, start } = readyForm(schema);
      const view = html<never>`<form><input ${field(start) as never}></form>`;
      await page.setContent(markup(renderRoot(view, undefined, (error) => expect.fail(error.message))));
      for (let time = 0; time < 5; time++) {
        const value = drawValue(random);
        // What a control does not take cannot be typed into it.
        const shown = await typeValue(value);
        const result = await schema['~standard'].validate(inputOf({ field: shown.value }, rules));
        if (shown.isValid) accepted++;
        else refused++;
        const what = `seed ${seed + run}: ${JSON.stringify(shown.value)} in ${await page.innerHTML('form')}`;
        if (result.issues === undefined) expect(shown.isValid, what).to.equal(true);
      }
    }
    // Constraints that refuse nothing, or everything, prove nothing.
    expect(Math.min(accepted, refused)).to.be.above((accepted + refused) / 20);
    await expectNoErrors();

    async function typeValue(value: string): Promise<{ readonly value: string; readonly isValid: boolean }> {
      await page.focus('input');
      await page.evaluate(() => document.querySelector('input')?.select());
      const isDate = (await page.getAttribute('input', 'type')) === 'date';
      if (isDate)
        await page.evaluate((text) => Object.assign(document.querySelector('input') as object, { value: text }), value);
      else await page.keyboard.press('Delete').then(() => page.keyboard.insertText(value));

      return page.evaluate(() => {
        const input = document.querySelector('input') as HTMLInputElement;
        // What is no number has no value, but is not empty.
        const { badInput } = input.validity;
        return { value: badInput ? 'no number' : input.value, isValid: input.checkValidity() };
      });
    }
  }).timeout(lawTimeout(120_000));
});

function readyForm(schema: StandardSchema<{ field: string }>) {
  const made = form({ name: 'law', schema, initial: { field: '' } });
  const start = { ...made.start(), values: { field: '' } };

  return { start, field: (state: typeof start) => made.field(state, 'field') };
}
