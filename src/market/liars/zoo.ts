import { BOOKING_LIARS } from './booking-lies.ts';
import { IDENTITY_LIARS } from './identity-lies.ts';
import { INJECTION_LIARS } from './injection-lies.ts';
import type { MarketLiar } from './liar.ts';
import { NEGOTIATION_LIARS } from './negotiation-lies.ts';
import { CURRENCY_LIARS, PRICE_LIARS } from './price-lies.ts';
import { TERMS_LIARS } from './terms-lies.ts';
import { TIME_LIARS } from './time-lies.ts';
import { TRANSPORT_LIARS } from './transport-lies.ts';

const LIARS: readonly MarketLiar[] = [
  ...PRICE_LIARS,
  ...CURRENCY_LIARS,
  ...TIME_LIARS,
  ...TERMS_LIARS,
  ...IDENTITY_LIARS,
  ...BOOKING_LIARS,
  ...TRANSPORT_LIARS,
  ...NEGOTIATION_LIARS,
  ...INJECTION_LIARS,
];

/** Every kind of liar, in the order in which markets seat them: faults B2 to B18 of reliability §4. */
export function marketLiars(): readonly MarketLiar[] {
  return LIARS;
}
