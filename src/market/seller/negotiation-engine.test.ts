import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerPrice, type Negotiation, openingPrice } from './negotiation-engine.ts';
import { TIER_RULES, type Tier } from './tiers.ts';

function open(tier: Tier, list = 35, floor = 28): Negotiation {
  return {
    negotiationId: 'neg-1',
    productId: 'p',
    tier,
    baseCpm: openingPrice(list, tier),
    floorCpm: floor,
    status: 'active',
    rounds: [],
    finalOfferMade: false,
    startedAt: 0,
    completedAt: null,
  };
}

function ladder(tier: Tier, offers: readonly number[]): string[] {
  const negotiation = open(tier);
  return offers.map((offer) => {
    const round = answerPrice(negotiation, offer, 0);
    return `${round.action} ${round.sellerPrice}`;
  });
}

// Observed on a real seller: list 35, floor 28 (wire §6.3 and recordings).
const OBSERVED: readonly (readonly [Tier, readonly number[], readonly string[]])[] = [
  ['public', [29, 29, 29, 29], ['counter 33.95', 'counter 32.9', 'final_offer 32.2', 'reject 35']],
  ['public', [28.5, 29, 29.5, 30], ['counter 33.95', 'counter 32.9', 'final_offer 32.2', 'reject 35']],
  ['public', [30, 31], ['counter 33.95', 'counter 33.07']],
  [
    'seat',
    [29, 29, 29, 29, 29],
    ['counter 31.92', 'counter 30.75', 'counter 30.05', 'final_offer 29.26', 'reject 33.25'],
  ],
  ['seat', [28.5, 29, 29.5, 30], ['counter 31.92', 'counter 30.75', 'counter 30.25', 'accept 30']],
  [
    'agency',
    [29, 29, 29, 29, 29],
    ['counter 30.25', 'counter 29.62', 'counter 29.31', 'counter 29.16', 'accept 29'],
  ],
  ['agency', [28.5, 29, 29.5], ['counter 30', 'counter 29.5', 'accept 29.5']],
  [
    'advertiser',
    [29, 29, 29, 29, 29, 29],
    ['counter 29.26', 'counter 29.09', 'counter 29.03', 'counter 29.01', 'counter 29', 'accept 29'],
  ],
  ['advertiser', [28.5, 29], ['counter 28.94', 'accept 29']],
  ['agency', [25, 34], ['counter 28', 'accept 34']],
  ['agency', [0], ['reject 31.5']],
];

for (const [tier, offers, answers] of OBSERVED) {
  test(`${tier} offering ${offers.join(', ')} meets the observed ladder`, () => {
    assert.deepEqual(ladder(tier, offers), answers);
  });
}

test('a price below the floor is met with the floor, for every tier', () => {
  for (const tier of Object.keys(TIER_RULES) as Tier[])
    assert.deepEqual(ladder(tier, [1]), ['counter 28'], tier);
});

test('no answer but an acceptance goes below the floor or the total cap, or above the seller’s last price', () => {
  const tiers = fc.constantFrom(...(Object.keys(TIER_RULES) as Tier[]));
  fc.assert(
    fc.property(
      tiers,
      fc.array(fc.double({ min: 0.01, max: 60, noNaN: true }), { maxLength: 9 }),
      (tier, offers) => {
        const negotiation = open(tier);
        let last = negotiation.baseCpm;
        for (const offer of offers) {
          if (negotiation.status !== 'active') return;
          const round = answerPrice(negotiation, offer, 0);
          if (round.action !== 'counter' && round.action !== 'final_offer') continue;
          assert.ok(round.sellerPrice >= negotiation.floorCpm);
          assert.ok(round.sellerPrice <= last);
          last = round.sellerPrice;
        }
      },
    ),
  );
});
