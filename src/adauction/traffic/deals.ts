import { type Currency, type EpochMs, MICROS_PER_UNIT, type RandomStream } from '../../kernel/index.ts';
import { chance, hexText, pick } from '../draw.ts';
import type { WireDeal, WireImp } from '../wire.ts';
import { sells } from './imps.ts';
import type { ExchangeDeal, PlaceKind, TrafficMix } from './options.ts';

/** A deal that a request is made for, and whether it is offered against its own terms. */
export interface OfferedDeal {
  readonly deal: ExchangeDeal;
  readonly wrong: '' | 'floor' | 'country';
}

/** The deal that this request carries, if any: one of that exchange in its flight; by mistake, one out of terms. */
export function drawDeal(
  random: RandomStream,
  deals: readonly ExchangeDeal[],
  mix: TrafficMix,
  time: EpochMs,
): OfferedDeal | undefined {
  if (!chance(random, mix.deals)) return undefined;
  const wrong = chance(random, mix.offTerms) ? (chance(random, 0.5) ? 'floor' : 'country') : '';
  const live = deals.filter((deal) => time >= deal.start && time <= deal.end);
  return live.length === 0 ? undefined : { deal: pick(random, live), wrong };
}

/** Kinds of places on which a deal of that format can run, by weight. */
export function placesFor(deal: ExchangeDeal, places: TrafficMix['places']): TrafficMix['places'] {
  const format = deal.format;
  const fits = (kind: PlaceKind) =>
    format === null || sells(kind, format) ? Math.max(places[kind], 1e-9) : 0;
  return { site: fits('site'), app: fits('app'), ctv: fits('ctv'), dooh: fits('dooh') };
}

/** An imp with its deals: the known one, strangers, or none; a third of private auctions take no open bids (D2). */
export function withDeals(
  random: RandomStream,
  imp: WireImp,
  offered: OfferedDeal | undefined,
  unknown: boolean,
): WireImp {
  const deals = offered === undefined ? [] : [wireDeal(random, offered)];
  if (unknown) deals.push(strangeDeal(random));
  if (deals.length === 0) return imp;
  const closed = offered?.deal.type === 'PA' && chance(random, 0.33);
  return { ...imp, pmp: { private_auction: closed ? 1 : 0, deals } };
}

function wireDeal(random: RandomStream, { deal, wrong }: OfferedDeal): WireDeal {
  const price = (deal.cpm.amountMicros / MICROS_PER_UNIT) * (wrong === 'floor' ? 2 : 1);
  const usd = deal.cpm.currency === ('USD' as Currency);
  return {
    id: deal.dealId,
    bidfloor: price,
    // Left out means USD, whatever the imp says (F3).
    ...(usd && chance(random, 0.5) ? {} : { bidfloorcur: deal.cpm.currency }),
    ...(deal.type === 'PA' ? (chance(random, 0.5) ? { at: 1 } : {}) : { at: 3 }),
    ...(deal.type === 'PG' ? { guar: 1 } : {}),
    wseat: chance(random, 0.7) ? [deal.seat] : [deal.seat, `seat-${random.int(900)}`],
  };
}

function strangeDeal(random: RandomStream): WireDeal {
  return {
    id: `unknown-${hexText(random, 8)}`,
    bidfloor: Math.round(1 + random.float() * 900) / 100,
    bidfloorcur: 'USD',
    at: pick(random, [1, 2, 3]),
  };
}
