import { z } from 'zod';
import { type EpochMs, type FxTable, parseJsonFile } from '../../kernel/index.ts';
import { problemsOf, refusal, ruleOf } from './problems.ts';

/** Dated FX rates as files spell them. */
export const fxSchema = z
  .strictObject({
    asOf: z.iso
      .datetime('must be a time in UTC, such as "2026-11-23T11:00:00Z"')
      .describe('When the rates held; a plan refuses rates older than 24 hours.'),
    base: z.string().describe('The currency that the rates are for one unit of.'),
    rates: z
      .record(z.string(), z.string('must be a decimal in quotes, such as "0.8"'))
      .describe('How much of each other currency one unit of base buys, as a decimal in quotes.'),
  })
  .transform(({ asOf, ...rest }): FxTable => ({ asOf: Date.parse(asOf) as EpochMs, ...rest }));

/**
 * Reads dated FX rates, `{"asOf": "2026-11-23T11:00:00Z", "base": "USD", "rates": {"EUR": "0.8"}}`: one unit of `base`
 * buys that many of the other.
 * @throws GV_BAD_INPUT
 */
export function parseFx(text: string, source = 'rates'): FxTable {
  const value = parseJsonFile(text, source, 'Correct the JSON.');
  const parsed = fxSchema.safeParse(value, { error: ruleOf });
  if (parsed.success) return parsed.data;
  throw refusal(source, problemsOf(parsed.error, value, fxSchema), 'rates are texts, such as "EUR": "0.8"');
}
