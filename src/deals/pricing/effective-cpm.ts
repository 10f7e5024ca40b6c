import type { DealType } from '../../kernel/index.ts';
import { type Ratio, ratio, timesRoundingUp } from './ratio.ts';
import type { Terms } from './supply-path.ts';

/** A private auction clears above its floor: what it costs is expected at 120 % of it. */
export const PA_CLEARING: Ratio = ratio(6, 5);

/** Micros per thousand impressions in the budget's currency; every part is rounded up. */
export interface CpmParts {
  readonly raw: number;
  /** The intermediary fee and the tech fee. */
  readonly fee: number;
  readonly effective: number;
}

/** What a raw CPM comes to: PA at 120 % of its floor, PG and PD at face value, plus percent and flat fees. */
export function cpmParts(raw: number, dealType: DealType, terms: Terms): CpmParts {
  const adjusted = dealType === 'PA' ? timesRoundingUp(raw, PA_CLEARING) : raw;
  const fee = timesRoundingUp(raw, terms.fee) + terms.basis.techFeeCpm.amountMicros;
  return { raw, fee, effective: adjusted + fee };
}
