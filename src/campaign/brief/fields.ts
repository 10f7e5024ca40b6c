import { z } from 'zod';
import { GavotteError, parseMoney } from '../../kernel/index.ts';

/** Longest text in a brief: enough for a page of notes. */
const MAX_TEXT = 10_000;
/** Longest list in a brief: sellers, categories and keywords come in hundreds, not in tens of thousands. */
const MAX_LIST = 1_000;

const MONEY_RULE =
  'must be an amount with its currency, such as {"amount": "100000.00", "currency": "USD"}, not a bare number';
const AMOUNT_RULE = 'must be a decimal in quotes with at most 6 places, such as "100000.00"';

/** A sum of 0 or more, in the form of files; becomes `Money`. */
export const sum = z
  .strictObject(
    {
      amount: z
        .string(AMOUNT_RULE)
        .regex(/^\d{1,10}(?:\.\d{1,6})?$/, AMOUNT_RULE)
        .describe('A decimal in quotes, at most six places after the point.'),
      currency: z
        .string('must be an ISO 4217 code, such as "USD"')
        .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code in capitals, such as "USD"')
        .describe('An ISO 4217 code; one and the same in the whole brief.'),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? MONEY_RULE : undefined) },
  )
  .transform((text, context) => {
    try {
      return parseMoney(text);
    } catch (thrown) {
      const isCurrency = GavotteError.from(thrown).code === 'GV_CURRENCY_UNKNOWN';
      context.addIssue({
        code: 'custom',
        path: [isCurrency ? 'currency' : 'amount'],
        message: isCurrency
          ? 'must be an ISO 4217 code, such as "USD"'
          : 'must be at most 9007199254.740991, beyond which a sum is not exact',
      });
      return z.NEVER;
    }
  });

/** A sum above 0. */
export const positiveSum = sum.refine(({ amountMicros }) => amountMicros > 0, 'must be above zero');

/** An id that can be a part of an account's path. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit');

/** A calendar day. */
export const day = z.iso.date('must be a date YYYY-MM-DD');

/** A part of a whole, 0 to 1. */
export const share = z.number().min(0).max(1);

/** A text that says something. */
export const text = z.string().trim().min(1).max(MAX_TEXT);

/** A list that may be left out. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).max(MAX_LIST).default([]);
}
