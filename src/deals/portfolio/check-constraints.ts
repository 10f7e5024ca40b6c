import { DEAL_TYPES, GavotteError } from '../../kernel/index.ts';
import { SHARE_SCALE } from './problem.ts';
import type { PortfolioConstraints } from './strategy.ts';

/** @throws GV_BAD_INPUT naming the constraint whose value makes no sense, or that contradicts another. */
export function checkConstraints({
  minImpressions,
  maxSellerShare,
  dealTypeShares,
}: PortfolioConstraints): void {
  if (minImpressions !== undefined && !(Number.isSafeInteger(minImpressions) && minImpressions >= 0)) {
    bad(
      `minImpressions ${minImpressions} must be a whole number of 0 or more`,
      'Give a count of impressions.',
    );
  }
  if (maxSellerShare !== undefined) {
    checkShare('maxSellerShare', maxSellerShare);
    if (maxSellerShare === 0) bad('maxSellerShare 0 allows nothing', 'Give a share above 0.');
  }
  let least = 0;
  let most = 0;
  for (const dealType of DEAL_TYPES) {
    const { min = 0, max = 1 } = dealTypeShares?.[dealType] ?? {};
    checkShare(`dealTypeShares.${dealType}.min`, min);
    checkShare(`dealTypeShares.${dealType}.max`, max);
    if (min > max)
      bad(`dealTypeShares.${dealType}: min ${min} is above max ${max}`, 'Lower min or raise max.');
    least += Math.round(min * SHARE_SCALE);
    most += Math.round(max * SHARE_SCALE);
  }
  if (least > SHARE_SCALE)
    bad(`dealTypeShares: the min shares add up to ${least / SHARE_SCALE}`, 'Lower them to 1 or less.');
  if (most < SHARE_SCALE)
    bad(`dealTypeShares: the max shares add up to ${most / SHARE_SCALE}`, 'Raise them to 1 or more.');
}

function checkShare(name: string, share: number): void {
  const scaled = share * SHARE_SCALE;
  if (!(share >= 0 && share <= 1) || Math.abs(scaled - Math.round(scaled)) > 1e-6) {
    bad(`${name} ${share} must be 0 to 1 with at most 6 places`, 'Write 0.25 for a quarter of the spend.');
  }
}

function bad(message: string, fix: string): never {
  throw new GavotteError('GV_BAD_INPUT', message, { fix });
}
