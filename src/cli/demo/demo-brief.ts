/** The demo's brief: $100,000 of CTV. A second, smaller ask of the same campaign is what the crash drill buys. */
export function demoBrief(ask: {
  readonly impressions: number;
  readonly maxDeals: number;
  readonly excludedSellers?: readonly string[];
  /** Sellers reached through a reseller, who takes a fee. */
  readonly resold: readonly string[];
}): string {
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  return JSON.stringify({
    advertiser: { id: 'acme', cap: usd('100000.00') },
    campaign: 'spring-launch',
    budget: usd('100000.00'),
    flight: { start: '2027-03-01', end: '2027-03-31' },
    supplyPaths: ask.resold.map((sellerId) => ({ sellerId, intermediaryFeePct: 8, techFeeCpm: usd('0.35') })),
    channels: [
      {
        channel: 'ctv',
        budget: usd('100000.00'),
        dealType: 'PD',
        impressions: ask.impressions,
        maxDeals: ask.maxDeals,
        maxCpm: usd('40.00'),
        excludedSellers: ask.excludedSellers ?? [],
      },
    ],
  });
}
