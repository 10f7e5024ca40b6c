import { z } from 'zod';
import { type MarketResponse, type ValidationDetail, validationError } from './response.ts';

/** A request body that passed its schema, or the 422 that refuses it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly response: MarketResponse };

/** Reads a JSON body by `schema`; what fails is answered as FastAPI answers it (wire §1.6, shape 3). */
export function parseBody<T>(schema: z.ZodType<T>, body: string | undefined): Parsed<T> {
  if (body === undefined || body === '') {
    return refuse([{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    const ctx = { error: 'Expecting value' };
    return refuse([{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {}, ctx }]);
  }
  const result = schema.safeParse(raw);
  if (result.success) return { ok: true, value: result.data };
  return refuse(result.error.issues.map((issue) => explain(issue, raw)));
}

function refuse(details: readonly ValidationDetail[]): { ok: false; response: MarketResponse } {
  return { ok: false, response: validationError(details) };
}

const TYPE_ERRORS: Readonly<Record<string, readonly [type: string, msg: string]>> = {
  string: ['string_type', 'Input should be a valid string'],
  int: ['int_type', 'Input should be a valid integer'],
  number: ['float_type', 'Input should be a valid number'],
  array: ['list_type', 'Input should be a valid list'],
  boolean: ['bool_type', 'Input should be a valid boolean'],
  object: ['model_attributes_type', 'Input should be a valid dictionary or object to extract fields from'],
};

function explain(issue: z.core.$ZodIssue, raw: unknown): ValidationDetail {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const loc = ['body', ...path];
  const input = valueAt(raw, path);
  if (issue.code === 'custom') {
    return { type: 'value_error', loc, msg: `Value error, ${issue.message}`, input, ctx: { error: {} } };
  }
  if (input === undefined) {
    return { type: 'missing', loc, msg: 'Field required', input: valueAt(raw, path.slice(0, -1)) ?? null };
  }
  return { loc, input, ...explainValue(issue) };
}

function explainValue(issue: z.core.$ZodIssue): Pick<ValidationDetail, 'type' | 'msg' | 'ctx'> {
  switch (issue.code) {
    case 'invalid_type': {
      const [type, msg] = TYPE_ERRORS[issue.expected] ?? TYPE_ERRORS.object!;
      return { type, msg };
    }
    case 'invalid_value': {
      const quoted = issue.values.map((value) => `'${String(value)}'`);
      const expected =
        quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
      return { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } };
    }
    case 'too_small': {
      const least = Number(issue.minimum);
      if (issue.origin === 'string')
        return {
          type: 'string_too_short',
          msg: `String should have at least ${least} character${least === 1 ? '' : 's'}`,
          ctx: { min_length: least },
        };
      if (issue.origin === 'array')
        return {
          type: 'too_short',
          msg: `List should have at least ${least} item after validation`,
          ctx: { min_length: least },
        };
      return {
        type: 'greater_than_equal',
        msg: `Input should be greater than or equal to ${least}`,
        ctx: { ge: least },
      };
    }
    case 'invalid_format':
      return { type: 'string_pattern_mismatch', msg: 'String should match the expected pattern' };
    default:
      return { type: 'value_error', msg: issue.message };
  }
}

function valueAt(raw: unknown, path: readonly (string | number)[]): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** `{"amount_micros": <integer>, "currency": "USD"}` (wire §1.3). */
export const wireMoney = z.object({
  amount_micros: z.int(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
});
export type WireMoney = z.infer<typeof wireMoney>;

/** A calendar day; FastAPI takes only days that exist. */
export const wireDate = z.iso.date();
