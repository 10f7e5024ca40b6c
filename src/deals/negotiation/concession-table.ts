/** One row of the seller engine's table (wire §6.3): how far it goes, how fast, and for how long. */
export interface ConcessionRule {
  readonly name: 'aggressive' | 'standard' | 'collaborative' | 'premium';
  readonly rounds: number;
  /** Most it concedes in a round, and in all: percent of its base price. */
  readonly roundCapPct: number;
  readonly totalCapPct: number;
  /** Percent of the gap between its price and our offer that it gives. */
  readonly sharePct: number;
}

export const CONCESSION_RULES: readonly ConcessionRule[] = [
  { name: 'aggressive', rounds: 3, roundCapPct: 3, totalCapPct: 8, sharePct: 30 },
  { name: 'standard', rounds: 4, roundCapPct: 4, totalCapPct: 12, sharePct: 40 },
  { name: 'collaborative', rounds: 5, roundCapPct: 5, totalCapPct: 15, sharePct: 50 },
  { name: 'premium', rounds: 6, roundCapPct: 6, totalCapPct: 20, sharePct: 65 },
];

/** One exchange, in micros: our offer against the seller's price before it, and its price after. */
export interface Exchange {
  readonly before: number;
  readonly offer: number;
  readonly after: number;
}

/** Sellers count in cents, in binary floating point: two of them are the same price. */
const TOLERANCE_MICROS = 20_000;

/**
 * Whether `rule` alone, without touching its floor, explains an exchange. `base` is the seller's starting
 * price. When it does not, and the seller still follows the table, the answer is the floor.
 */
export function explains(rule: ConcessionRule, base: number, exchange: Exchange): boolean {
  const { before, offer, after } = exchange;
  const drop = Math.min((rule.sharePct / 100) * (before - offer), (rule.roundCapPct / 100) * base);
  const lowest = base * (1 - rule.totalCapPct / 100);
  const counter = Math.max(before - drop, lowest);
  return Math.abs(after - counter) <= TOLERANCE_MICROS || Math.abs(after - lowest) <= TOLERANCE_MICROS;
}
