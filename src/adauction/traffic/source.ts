import { type EpochMs, type RandomStream, randomStream } from '../../kernel/index.ts';
import { chance, hexText, pick, pickWeighted, sample, uuidText } from '../draw.ts';
import { unitsPerUsd } from '../rates.ts';
import type { WireImp, WirePlace, WireRequest } from '../wire.ts';
import { regsOf, userOf } from './about-user.ts';
import { drawDeal, type OfferedDeal, placesFor, withDeals } from './deals.ts';
import { drawDevice } from './device.ts';
import { drawImps } from './imps.ts';
import {
  DEFAULT_EXCHANGE,
  DEFAULT_MIX,
  type ExchangeDeal,
  type PlaceKind,
  type TrafficExchange,
  type TrafficMix,
  type TrafficOptions,
  type TrafficRequest,
  type TrafficSource,
} from './options.ts';
import { People, type Person } from './people.ts';
import { drawPlace } from './places.ts';

const DEFAULT_USERS = 10_000;
/** Advertisers and categories that publishers like to block. */
const BLOCKED_DOMAINS = [
  'gamble.example',
  'rival-news.example',
  'loans.example',
  'diet.example',
  'politics.example',
];
const BLOCKED_CATEGORIES = [
  'IAB25',
  'IAB26',
  'IAB24',
  'IAB7-39',
  'IAB8-5',
  'IAB9-9',
  'IAB11',
  'IAB14-1',
  'IAB23',
];

/**
 * A source of OpenRTB 2.6 requests of 2–4 KB: sites, apps, television and screens in seven countries; banners, video,
 * audio and native; one to three imps, breaks; people who come back, with ids, segments, consent and opt-outs; supply
 * chains; floors in several currencies; blocks, seats; the given deals and unknown ones. The n-th request at a time is
 * the same whenever it is asked for, and whatever was asked for before.
 */
export function trafficSource(options: TrafficOptions): TrafficSource {
  const root = randomStream(options.seed).split('traffic');
  const people = new People(root.split('people'), options.users ?? DEFAULT_USERS);
  const mix: TrafficMix = { ...DEFAULT_MIX, ...options.mix };
  const exchanges = options.exchanges ?? [DEFAULT_EXCHANGE];
  const dealsOf = new Map(
    exchanges.map(({ name }) => [name, (options.deals ?? []).filter((deal) => deal.exchange === name)]),
  );
  return {
    request: (n, time) => {
      const random = root.split(`request ${n}`);
      const exchange = pick(random, exchanges);
      const offered = drawDeal(random, dealsOf.get(exchange.name)!, mix, time);
      return build({ n, time, random, exchange, offered, mix, people });
    },
  };
}

interface Parts {
  readonly n: number;
  readonly time: EpochMs;
  readonly random: RandomStream;
  readonly exchange: TrafficExchange;
  readonly offered: OfferedDeal | undefined;
  readonly mix: TrafficMix;
  readonly people: People;
}

function build(parts: Parts): TrafficRequest {
  const { n, time, random, exchange, offered, mix, people } = parts;
  const deal = offered?.deal;
  const countries = deal === undefined || offered?.wrong === 'country' ? [] : deal.countries;
  const kind = pickWeighted(random, deal === undefined ? mix.places : placesFor(deal, mix.places));
  const person = people.visitor(random, countries);
  const publishers = deal?.publishers ?? [];
  const inventory = drawPlace(random, kind, person, publishers.length === 0 ? '' : pick(random, publishers));
  const cur = currenciesOf(random, exchange, deal);
  const floorCurrency = cur.includes(person.country.currency) ? person.country.currency : (cur[0] ?? 'USD');
  const imps = drawImps(random, {
    place: kind,
    format: deal?.format ?? null,
    priceLevel: person.country.priceLevel,
    currency: floorCurrency,
    perUsd: unitsPerUsd(floorCurrency),
  });
  const wire: WireRequest = {
    id: `${exchange.name}-${n.toString(36)}-${hexText(random, 12)}`,
    ...(chance(random, mix.test) ? { test: 1 } : {}),
    at: exchange.at,
    tmax: exchange.tmaxMs,
    ...(cur.length === 0 ? {} : { cur }),
    ...seatsOf(random, exchange, mix, deal),
    ...blocksOf(random),
    imp: offering(random, imps, offered, mix),
    ...placed(kind, inventory),
    device: drawDevice(random, kind, person),
    ...withUser(person, kind),
    source: sourceOf(random, exchange, inventory),
    regs: regsOf(random, person),
  };
  return {
    n,
    exchange,
    time,
    wire,
    bytes: Buffer.from(JSON.stringify(wire)),
    place: kind,
    country: person.country.code,
    person: { key: person.key, segments: person.segments },
    deals: deal === undefined || offered?.wrong !== '' ? [] : [deal],
  };
}

/** The deal goes to the first imp, which was drawn in its format. */
function offering(
  random: RandomStream,
  imps: readonly WireImp[],
  offered: OfferedDeal | undefined,
  mix: TrafficMix,
): readonly WireImp[] {
  return imps.map((imp, index) =>
    withDeals(random, imp, index === 0 ? offered : undefined, chance(random, mix.unknownDeals)),
  );
}

function placed(kind: PlaceKind, inventory: WirePlace) {
  return kind === 'site' ? { site: inventory } : kind === 'dooh' ? { dooh: inventory } : { app: inventory };
}

function withUser(person: Person, kind: PlaceKind) {
  const user = userOf(person, kind);
  return user === undefined ? {} : { user };
}

/** All that the exchange takes, or one of it; always with the deal's own. */
function currenciesOf(
  random: RandomStream,
  exchange: TrafficExchange,
  deal: ExchangeDeal | undefined,
): readonly string[] {
  if (exchange.currencies.length === 0) return deal === undefined ? [] : [deal.cpm.currency];
  const own = chance(random, 0.7) ? exchange.currencies : [pick(random, exchange.currencies)];
  return deal === undefined || own.includes(deal.cpm.currency) ? own : [...own, deal.cpm.currency];
}

function seatsOf(
  random: RandomStream,
  exchange: TrafficExchange,
  mix: TrafficMix,
  deal: ExchangeDeal | undefined,
) {
  if (exchange.seats.length === 0 || !chance(random, mix.seatLists)) return {};
  const others = [`seat-${random.int(900)}`, `seat-${random.int(900)}`];
  if (deal === undefined && chance(random, mix.foreignSeats)) {
    return chance(random, 0.5) ? { wseat: others } : { bseat: exchange.seats };
  }
  return chance(random, 0.7) ? { wseat: [...exchange.seats, ...others] } : { bseat: others };
}

function blocksOf(random: RandomStream) {
  return {
    ...(chance(random, 0.75)
      ? { bcat: sample(random, BLOCKED_CATEGORIES, 3 + random.int(5)), cattax: 1 }
      : {}),
    ...(chance(random, 0.6) ? { badv: sample(random, BLOCKED_DOMAINS, 1 + random.int(4)) } : {}),
    ...(chance(random, 0.1) ? { bapp: ['com.example.blockedgame'] } : {}),
  };
}

/** Who sold it on the way: the publisher, in a third of the cases a reseller, and last the exchange itself (S2). */
function sourceOf(random: RandomStream, exchange: TrafficExchange, inventory: WirePlace) {
  const sid = inventory.publisher.id;
  const reseller = chance(random, 0.33)
    ? [{ asi: 'reseller.example', sid: `r-${random.int(99)}`, rid: hexText(random, 16), hp: 1 }]
    : [];
  const nodes = [
    { asi: 'ssp.example', sid, hp: 1 },
    ...reseller,
    { asi: exchange.domain, sid, rid: hexText(random, 16), hp: 1 },
  ];
  const schain = { ver: '1.0', complete: chance(random, 0.95) ? 1 : 0, nodes };
  // Its place up to 2.5 was the extension (S1).
  return { fd: 0, tid: uuidText(random), ...(chance(random, 0.8) ? { schain } : { ext: { schain } }) };
}
