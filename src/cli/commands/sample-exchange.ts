import type { TrafficExchange } from '../../adauction/index.ts';
import { type BidderSettings, parseBidderSettings } from '../../services/index.ts';

/** The exchange of demo and trials. */
export const SAMPLE_EXCHANGE = 'north';

/** Settings of a bidder on that exchange, whose notices come to `noticeUrl`. */
export function sampleSettings(noticeUrl: string): BidderSettings {
  return parseBidderSettings(
    JSON.stringify({
      noticeUrl,
      exchanges: [
        {
          name: SAMPLE_EXCHANGE,
          asi: 'north-exchange.example',
          lurl: true,
          macros: ['CURRENCY', 'LOSS', 'MIN_TO_WIN', 'MULTIPLIER'],
        },
      ],
      // The sample's traffic carries consent strings of its own vendors.
      privacy: { vendorId: 100 },
    }),
    'the sample’s settings',
  );
}

/** How a profile's exchange trades in trials: first price, in its currency, with the seats of the sample. */
export function trafficExchange(profile: BidderSettings['exchanges'][number]): TrafficExchange {
  return {
    name: profile.name,
    domain: profile.asi,
    at: 1,
    currencies: [profile.currency],
    tmaxMs: profile.defaultTmaxMs + profile.rttAllowanceMs,
    seats: ['acme-seat'],
  };
}
