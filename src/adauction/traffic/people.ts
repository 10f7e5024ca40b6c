import type { RandomStream } from '../../kernel/index.ts';
import { chance, hexText, pick, pickWeighted, sample, uuidText } from '../draw.ts';
import { type ConsentAnswer, drawAnswer } from './consent.ts';
import { COUNTRIES, COUNTRY_WEIGHTS, type Country } from './countries.ts';

/** Segments that people belong to, as the bidder reads them: `data.id/segment.id`. */
export const TRAFFIC_SEGMENTS: readonly string[] = [
  'autos-intender',
  'home-improver',
  'frequent-flyer',
  'new-parent',
  'sports-fan',
  'gamer',
  'foodie',
  'student',
  'small-business',
  'luxury-shopper',
  'bargain-hunter',
  'outdoor',
  'pet-owner',
  'music-lover',
  'news-reader',
  'health-fitness',
].map((name) => `gvdata/${name}`);

/** Somebody behind the traffic; all that stays the same from one request to the next. */
export interface Person {
  readonly key: string;
  readonly country: Country;
  readonly region: string;
  readonly city: string;
  readonly zip: string;
  readonly lat: number;
  readonly lon: number;
  readonly ip: string;
  readonly ipv6: string;
  readonly language: string;
  readonly phone: 'iOS' | 'Android';
  readonly ifa: string;
  readonly tvIfa: string;
  readonly buyeruid: string;
  readonly userId: string;
  readonly uid2: string;
  readonly id5: string;
  readonly segments: readonly string[];
  readonly answer: ConsentAnswer;
  readonly consentCreatedDs: number;
  /** Opted out of sale and sharing (US), with or without the browser's GPC signal. */
  readonly optedOut: boolean;
  readonly gpc: boolean;
  readonly limited: boolean;
  readonly child: boolean;
  readonly yob: number;
  readonly gender: 'F' | 'M' | 'O';
}

/** Answered at most this long before 2026-11-23, in tenths of a second: a few answers are older than TCF 2.3. */
const ASKED_FROM_DS = 17_692_992_000;
const ASKED_FOR_DS = 260_000_000;

/** The population: who person `index` is depends on the seed alone. Kept once met, as few make most of the traffic. */
export class People {
  readonly #random: RandomStream;
  readonly #size: number;
  readonly #met = new Map<string, Person>();

  constructor(random: RandomStream, size: number) {
    this.#random = random;
    this.#size = size;
  }

  /** Somebody who comes by: the most active tenth makes about half of all visits. Of `countries` if any are given. */
  visitor(random: RandomStream, countries: readonly string[]): Person {
    const index = Math.floor(this.#size * random.float() ** 3);
    const allowed = COUNTRIES.filter(({ code }) => countries.includes(code));
    if (countries.length === 0) return this.#person(index, undefined);
    return this.#person(index, allowed.length > 0 ? pick(random, allowed) : foreign(pick(random, countries)));
  }

  #person(index: number, country: Country | undefined): Person {
    const key = `p${index}${country === undefined ? '' : country.code}`;
    let person = this.#met.get(key);
    if (person === undefined) {
      person = invent(this.#random.split(key), key, country);
      this.#met.set(key, person);
    }
    return person;
  }
}

/** A country that our list does not have, for a deal that names it. */
function foreign(code: string): Country {
  return { ...COUNTRIES[0]!, code, gdpr: false, usPrivacy: false };
}

function invent(random: RandomStream, key: string, wanted: Country | undefined): Person {
  const code = pickWeighted(random, COUNTRY_WEIGHTS);
  const country = wanted ?? COUNTRIES.find((each) => each.code === code)!;
  const place = pick(random, country.places);
  return {
    key,
    country,
    region: place.region,
    city: place.city,
    zip: String(10_000 + random.int(89_999)),
    lat: round(place.lat + (random.float() - 0.5) / 4),
    lon: round(place.lon + (random.float() - 0.5) / 4),
    ip: `${20 + random.int(180)}.${random.int(256)}.${random.int(256)}.${1 + random.int(254)}`,
    // Some networks have IPv6 only (trap 14).
    ipv6: chance(random, 0.4)
      ? `2a02:${hexText(random, 4)}:${hexText(random, 4)}:1::${hexText(random, 3)}`
      : '',
    language: chance(random, 0.9) ? country.language : 'en',
    phone: chance(random, country.iosShare) ? 'iOS' : 'Android',
    ifa: uuidText(random),
    tvIfa: uuidText(random),
    buyeruid: chance(random, 0.7) ? `bu-${hexText(random, 24)}` : '',
    userId: hexText(random, 32),
    uid2: chance(random, 0.4) ? `A4A${hexText(random, 60)}` : '',
    id5: chance(random, 0.5) ? `ID5*${hexText(random, 48)}` : '',
    segments: sample(random, TRAFFIC_SEGMENTS, random.int(6)),
    answer: drawAnswer(random),
    consentCreatedDs: ASKED_FROM_DS + random.int(ASKED_FOR_DS),
    optedOut: chance(random, 0.12),
    gpc: chance(random, 0.05),
    limited: chance(random, 0.15),
    child: chance(random, 0.02),
    yob: 1945 + random.int(62),
    gender: pickWeighted(random, { F: 0.49, M: 0.49, O: 0.02 }),
  };
}

function round(degrees: number): number {
  return Math.round(degrees * 10_000) / 10_000;
}
