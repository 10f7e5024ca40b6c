import type { DealType } from '../../kernel/index.ts';

/** What the IAB buyer agent assumes when a seller does not say how much of the deal it will fill. */
export const DEFAULT_FILL_RATE = 0.7;

const DEAL_TYPE_SCORE: Readonly<Record<DealType, number>> = { PG: 100, PD: 70, PA: 40 };
const MICROS_PER_UNIT = 1_000_000;

/** The CPMs of the quotes that are compared with each other, micros. */
export interface CpmRange {
  readonly lowest: number;
  readonly highest: number;
  readonly count: number;
}

/** 0..100: among two or more quotes the cheapest has 100 and the dearest 0; one alone is 100 − 2 × CPM. */
export function cpmScore(effective: number, range: CpmRange): number {
  if (range.count < 2) return clamp(100 - (2 * effective) / MICROS_PER_UNIT);
  if (range.highest === range.lowest) return 100;
  return 100 * (1 - (effective - range.lowest) / (range.highest - range.lowest));
}

/** The highest score, in hundredths. */
export const SCORE_HUNDREDTHS_MAX = 10_000;

/** 60 % CPM, 20 % deal type, 20 % fill: 0..100 with two places, as a whole number of hundredths. */
export function scoreHundredths(cpm: number, dealType: DealType, fillRate: number | null): number {
  // A seller that claims to fill more than all of it gains nothing by it.
  const fill = clamp(100 * (fillRate ?? DEFAULT_FILL_RATE));
  return Math.round(clamp(0.6 * cpm + 0.2 * DEAL_TYPE_SCORE[dealType] + 0.2 * fill) * 100);
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value));
}
