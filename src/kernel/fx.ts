import { GavotteError } from './errors.ts';
import { type Currency, currency, divideRoundingUp, type Money } from './money.ts';
import type { EpochMs } from './world.ts';

/** Rates older than this are refused (I6): a stale rate is a wrong price. */
export const FX_MAX_AGE_MS = 24 * 60 * 60 * 1000;
/** How far ahead of our clock a table may be dated before it is called wrong. */
const FX_MAX_AHEAD_MS = 60_000;
const RATE_SCALE = 1_000_000_000n;

/** Dated rates: one unit of `base` buys `rates[code]` units of `code`. Decimal texts with up to nine places. */
export interface FxTable {
  readonly asOf: EpochMs;
  readonly base: string;
  readonly rates: Readonly<Record<string, string>>;
}

function rateOf(table: FxTable, code: Currency): bigint {
  if (code === table.base) return RATE_SCALE;
  const text = Object.hasOwn(table.rates, code) ? table.rates[code] : undefined;
  const match = text === undefined ? null : /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text);
  const rate = match === null ? 0n : BigInt(match[1]!) * RATE_SCALE + BigInt((match[2] ?? '').padEnd(9, '0'));
  if (rate === 0n) {
    throw new GavotteError(
      'GV_FX_MISSING',
      `no rate from ${table.base} to ${code} (found ${JSON.stringify(text) ?? 'nothing'})`,
      {
        fix: `Add rates.${code} to the FX table as a decimal text above zero.`,
      },
    );
  }
  return rate;
}

/**
 * `value` in another currency, rounded up. The same currency needs no table.
 * @throws GV_FX_MISSING without a rate, GV_FX_STALE when the table is over 24 h old or dated ahead.
 */
export function convertRoundingUp(
  value: Money,
  to: Currency,
  table: FxTable | undefined,
  now: EpochMs,
): Money {
  if (value.currency === to) return value;
  if (table === undefined) {
    throw new GavotteError(
      'GV_FX_MISSING',
      `${value.currency} cannot be compared with ${to}: no FX table was given`,
      {
        fix: 'Give a dated FX table with both currencies.',
      },
    );
  }
  currency(table.base);
  const ageMs = now - table.asOf;
  if (!(ageMs <= FX_MAX_AGE_MS && ageMs >= -FX_MAX_AHEAD_MS)) {
    throw new GavotteError(
      'GV_FX_STALE',
      `the FX table is ${Math.round(ageMs / 60_000)} minutes old; at most 1440 are allowed`,
      {
        fix: 'Refresh the FX table.',
      },
    );
  }
  const amountMicros = divideRoundingUp(
    BigInt(value.amountMicros) * rateOf(table, to),
    rateOf(table, value.currency),
  );
  return { amountMicros, currency: to };
}
