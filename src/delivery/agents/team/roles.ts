/** The four that decide together, in the order in which they learn and act. */
export const ROLES = ['bidder', 'pacer', 'allocator', 'creative'] as const;
/** One of the four. */
export type Role = (typeof ROLES)[number];

/** One number that a role decides, as the logarithm of a factor on what the classical agent would do. */
export interface ActionSpec {
  readonly name: string;
  /** The factor is within exp(−reach) and exp(reach); 0 leaves the classical decision as it is. */
  readonly reach: number;
}

/**
 * What each role decides, for one campaign and one policy tick. Actions are corrections of the classical
 * composition: at 0 all four do exactly what they do without a learned policy.
 *
 * | role | action | factor on |
 * |---|---|---|
 * | bidder | `bid` | the worth of an impression, value ÷ (1 + λ) |
 * | bidder | `shade` | the shaded price in a first-price auction; never above the worth, never below the floor |
 * | pacer | `target` | what the plan wants spent next; never above three times the plan |
 * | pacer | `admit` | the share of requests taken; never above 1 |
 * | allocator | `share` | the campaign's part of what its advertiser may still spend; parts are scaled back to the whole |
 * | creative | `sharpness` | the exponent of Thompson sampling's chances: above 1 exploits, below 1 explores |
 */
export const ACTIONS: Readonly<Record<Role, readonly ActionSpec[]>> = {
  bidder: [
    { name: 'bid', reach: 0.7 },
    { name: 'shade', reach: 0.4 },
  ],
  pacer: [
    { name: 'target', reach: 1 },
    { name: 'admit', reach: 0.7 },
  ],
  allocator: [{ name: 'share', reach: 1 }],
  creative: [{ name: 'sharpness', reach: 1 }],
};

/** Policy ticks between two decisions of a role; between them its last action holds. */
export const PERIODS: Readonly<Record<Role, number>> = { bidder: 1, pacer: 1, allocator: 8, creative: 1 };

/**
 * What every role sees of a campaign, in this order, each about −3 to 3. Name and version are part of a policy file:
 * a policy that was trained on another list is refused.
 */
export const OBSERVATION = [
  'time left',
  'time of day, sine',
  'time of day, cosine',
  'budget left',
  'spend ahead of plan',
  'spend over target',
  'spend over target, of late',
  'multiplier',
  'multiplier, change',
  'win rate, of late',
  'price over value, of late',
  'price, change',
  'price to beat over bid',
  'throttle',
  'requests over forecast',
  'requests over forecast, of late',
  'traffic left over time left',
  'tranche over budget left',
  'marginal value over the advertiser’s',
  'share of the advertiser’s money',
  'value realised over expected',
  'exposures per user',
  'deals behind plan',
  'deals’ share of budget',
  'first price',
  'creatives still open',
  'last bid action',
  'last target action',
] as const;

/** Version of `OBSERVATION`, `ACTIONS` and how both are computed. */
export const TEAM_SCHEMA = 'team-1';
