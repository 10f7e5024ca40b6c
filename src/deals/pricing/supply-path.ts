import {
  type Currency,
  convertRoundingUp,
  type EpochMs,
  type FxTable,
  GavotteError,
} from '../../kernel/index.ts';
import type { PriceBasis, SupplyPathInfo } from '../types.ts';
import { type Ratio, ratio } from './ratio.ts';

const PCT_SCALE = 1_000_000;

/** A seller's price basis, and its intermediary fee as an exact fraction of the raw CPM. */
export interface Terms {
  readonly basis: PriceBasis;
  readonly fee: Ratio;
}

/** The supply paths by seller. @throws GV_BAD_INPUT naming the seller, the field and the value. */
export function readSupplyPaths(paths: readonly SupplyPathInfo[]): ReadonlyMap<string, SupplyPathInfo> {
  const bySeller = new Map<string, SupplyPathInfo>();
  for (const path of paths) {
    const where = `supply path of ${path.sellerId}`;
    if (bySeller.has(path.sellerId)) bad(`${where} is given twice`, 'Give one path per seller.');
    const { intermediaryFeePct: pct, techFeeCpm: tech } = path;
    if (!(pct >= 0 && pct <= 100) || Math.abs(pct * PCT_SCALE - Math.round(pct * PCT_SCALE)) > 1e-6) {
      bad(
        `${where}: intermediaryFeePct ${pct} must be 0 to 100 with at most 6 places`,
        'Write 15 for fifteen percent.',
      );
    }
    if (!(Number.isSafeInteger(tech.amountMicros) && tech.amountMicros >= 0)) {
      bad(
        `${where}: techFeeCpm ${tech.amountMicros} micros must be a whole number of 0 or more`,
        'Give the fee per thousand.',
      );
    }
    bySeller.set(path.sellerId, path);
  }
  return bySeller;
}

function bad(message: string, fix: string): never {
  throw new GavotteError('GV_BAD_INPUT', message, { fix });
}

/** @throws GV_FX_MISSING, GV_FX_STALE when the tech fee's currency cannot be converted. */
export function termsOf(
  path: SupplyPathInfo | undefined,
  foreign: boolean,
  budgetCurrency: Currency,
  fx: FxTable | undefined,
  now: EpochMs,
): Terms {
  const pct = path?.intermediaryFeePct ?? 0;
  const none = { amountMicros: 0, currency: budgetCurrency } as PriceBasis['techFeeCpm'];
  const basis: PriceBasis = {
    intermediaryFeePct: pct,
    techFeeCpm: path === undefined ? none : convertRoundingUp(path.techFeeCpm, budgetCurrency, fx, now),
    fx: foreign ? (fx ?? null) : null,
  };
  return { basis, fee: ratio(Math.round(pct * PCT_SCALE), 100 * PCT_SCALE) };
}
