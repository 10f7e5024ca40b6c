import { currency, type EpochMs, type Micros } from '../../kernel/index.ts';
import type { BillingOutcome, WinOutcome } from '../record.ts';

const head = {
  version: 1,
  parent: null,
  at: Date.UTC(2026, 10, 23, 12) as EpochMs,
  campaign: 'spring',
  exchange: 'adx-1',
  deal: '',
  creative: 'cr-7',
} as const;
const usd = (amount: number) => ({ amountMicros: amount as Micros, currency: currency('USD') });

/** An impression that is paid; `micros` for it. */
export function billing(
  id: string,
  more: Partial<BillingOutcome> & { micros?: number } = {},
): BillingOutcome {
  const { micros = 2_450, ...rest } = more;
  return { ...head, kind: 'billing', id, cost: usd(micros), ...rest };
}

/** A bid that won: no money. */
export function win(id: string, more: Partial<WinOutcome> = {}): WinOutcome {
  return { ...head, kind: 'win', id, cpm: usd(2_450_000), minToWin: null, ...more };
}
