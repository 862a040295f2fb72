/** One schema in three libraries, for the specs of forms. */

import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import type { StandardSchema } from '../../../components/form/standard-schema.js';

/** A person, by library. */
export const people: Readonly<Record<string, StandardSchema>> = {
  zod: z.object({
    email: z.email(),
    name: z.string().min(2),
    nickname: z.string().optional(),
    age: z.number().int().min(18).max(130).optional(),
    born: z.date().optional(),
    agreed: z.literal(true),
    kind: z.enum(['guest', 'member']),
    note: z.string().min(3).nullable(),
    address: z.object({ city: z.string().min(1) }),
    items: z.array(z.object({ title: z.string().min(1), count: z.number().min(1) })),
    tags: z.array(z.string()),
  }) as unknown as StandardSchema,
  valibot: toStandardJsonSchema(
    v.object({
      email: v.pipe(v.string(), v.email()),
      name: v.pipe(v.string(), v.minLength(2)),
      nickname: v.optional(v.string()),
      age: v.optional(v.pipe(v.number(), v.integer(), v.minValue(18), v.maxValue(130))),
      born: v.optional(v.date()),
      agreed: v.literal(true),
      kind: v.picklist(['guest', 'member']),
      note: v.nullable(v.pipe(v.string(), v.minLength(3))),
      address: v.object({ city: v.pipe(v.string(), v.minLength(1)) }),
      items: v.array(v.object({ title: v.pipe(v.string(), v.minLength(1)), count: v.pipe(v.number(), v.minValue(1)) })),
      tags: v.array(v.string()),
    })
  ) as unknown as StandardSchema,
  arktype: type({
    email: 'string.email',
    name: 'string >= 2',
    'nickname?': 'string',
    'age?': '18 <= number.integer <= 130',
    'born?': 'Date',
    agreed: 'true',
    kind: "'guest' | 'member'",
    note: 'string >= 3 | null',
    address: { city: 'string > 0' },
    items: type({ title: 'string > 0', count: 'number >= 1' }).array(),
    tags: 'string[]',
  }) as unknown as StandardSchema,
};
