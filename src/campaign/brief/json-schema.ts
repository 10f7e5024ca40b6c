import { z } from 'zod';
import { briefSchema } from './schema.ts';

/**
 * The JSON Schema (draft 2020-12) of a brief as it is written, made from the schema that `parseBrief` reads with. Rules that
 * join fields (sums, dates in order) are only the reader's.
 */
export function briefJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(briefSchema, { io: 'input' });
  return {
    $schema,
    title: 'Campaign brief',
    description: 'What a person wants bought: the input of gavotte plan and gavotte campaign.',
    ...schema,
  };
}
