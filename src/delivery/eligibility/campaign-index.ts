import type { BidRequest, Imp } from '../../openrtb/index.ts';
import type { DeliveryCampaign } from '../types.ts';
import { addBit, type BitSet, emptyBits, intersect, subtractBits, unite } from './bitset.ts';

/** One targeting dimension: for each value the campaigns that accept it, and those that accept any. */
class Dimension<V> {
  readonly #any: BitSet;
  /** Includes those that accept any. */
  readonly #accepting = new Map<V, BitSet>();

  constructor(
    campaigns: readonly DeliveryCampaign[],
    valuesOf: (campaign: DeliveryCampaign) => readonly V[],
  ) {
    this.#any = emptyBits(campaigns.length);
    for (const [index, campaign] of campaigns.entries())
      if (valuesOf(campaign).length === 0) addBit(this.#any, index);
    for (const [index, campaign] of campaigns.entries()) {
      for (const value of valuesOf(campaign)) {
        let set = this.#accepting.get(value);
        if (set === undefined) {
          set = this.#any.slice();
          this.#accepting.set(value, set);
        }
        addBit(set, index);
      }
    }
  }

  accepting(value: V): BitSet {
    return this.#accepting.get(value) ?? this.#any;
  }

  /** Those that accept at least one of `values`. */
  keepAny(into: BitSet, values: readonly V[], scratch: BitSet): void {
    scratch.set(this.#any);
    for (const value of values) {
      const set = this.#accepting.get(value);
      if (set !== undefined) unite(scratch, set);
    }
    intersect(into, scratch);
  }

  get isConstrained(): boolean {
    return this.#accepting.size > 0;
  }
}

/**
 * Which campaigns could answer in the open auction, by seat and targeting alone: one bit per campaign, in the order the campaigns are given, so
 * give the most valuable first. Built once per set of campaigns; a lookup allocates nothing.
 */
export class CampaignIndex {
  readonly #country: Dimension<string>;
  readonly #inventory: Dimension<string>;
  readonly #domain: Dimension<string>;
  readonly #device: Dimension<number>;
  readonly #language: Dimension<string>;
  readonly #segment: Dimension<string>;
  readonly #excluded = new Map<string, BitSet>();
  readonly #seats = new Map<string, BitSet>();
  readonly #banner = new Map<number, BitSet>();
  readonly #formats: Readonly<Record<'banner' | 'video' | 'audio' | 'native', BitSet>>;
  readonly #none: BitSet;
  readonly #byRequest: BitSet;
  readonly #byImp: BitSet;
  readonly #scratch: BitSet;

  constructor(campaigns: readonly DeliveryCampaign[]) {
    const size = campaigns.length;
    this.#country = new Dimension(campaigns, ({ targeting }) => targeting.countries);
    this.#inventory = new Dimension<string>(campaigns, ({ targeting }) => targeting.inventory);
    this.#domain = new Dimension(campaigns, ({ targeting }) => targeting.domains);
    this.#device = new Dimension(campaigns, ({ targeting }) => targeting.deviceTypes);
    this.#language = new Dimension(campaigns, ({ targeting }) => targeting.languages);
    this.#segment = new Dimension(campaigns, ({ targeting }) => targeting.segments);
    this.#none = emptyBits(size);
    this.#byRequest = emptyBits(size);
    this.#byImp = emptyBits(size);
    this.#scratch = emptyBits(size);
    this.#formats = {
      banner: emptyBits(size),
      video: emptyBits(size),
      audio: emptyBits(size),
      native: emptyBits(size),
    };
    for (const [index, campaign] of campaigns.entries()) this.#add(index, campaign, size);
  }

  /** Campaigns that this request's place, device and user suit. The set is reused by the next call. */
  forRequest(exchange: string, request: BidRequest, active: BitSet, mayPersonalise: boolean): BitSet {
    const { inventory, device, user } = request;
    const set = this.#byRequest;
    set.set(active);
    intersect(set, this.#seats.get(exchange) ?? this.#none);
    intersect(set, this.#country.accepting(device.country));
    intersect(set, this.#inventory.accepting(inventory.kind));
    intersect(set, this.#device.accepting(device.type));
    intersect(set, this.#language.accepting(device.language));
    const place = inventory.domain === '' ? inventory.bundle : inventory.domain;
    intersect(set, this.#domain.accepting(place));
    const excluding = this.#excluded.get(place);
    if (excluding !== undefined) subtractBits(set, excluding);
    // Without consent a user has no segments (P3).
    if (this.#segment.isConstrained)
      this.#segment.keepAny(set, mayPersonalise ? user.segments : [], this.#scratch);
    return set;
  }

  /** Of those, the campaigns that have a creative which may fit this imp. The set is reused by the next call. */
  forImp(forRequest: BitSet, imp: Imp): BitSet {
    const set = this.#byImp;
    set.fill(0);
    if (imp.banner !== undefined) {
      const { sizes, ratios } = imp.banner;
      for (const [w, h] of sizes) unite(set, this.#banner.get(sizeKey(w, h)) ?? this.#none);
      if (ratios.length > 0) unite(set, this.#formats.banner);
    }
    if (imp.video !== undefined) unite(set, this.#formats.video);
    if (imp.audio !== undefined) unite(set, this.#formats.audio);
    if (imp.native !== undefined) unite(set, this.#formats.native);
    intersect(set, forRequest);
    return set;
  }

  #add(index: number, campaign: DeliveryCampaign, size: number): void {
    const into = <K>(map: Map<K, BitSet>, key: K) => {
      let set = map.get(key);
      if (set === undefined) {
        set = emptyBits(size);
        map.set(key, set);
      }
      addBit(set, index);
    };
    for (const domain of campaign.targeting.excludedDomains) into(this.#excluded, domain);
    if (campaign.openAuction)
      for (const [exchange, seat] of Object.entries(campaign.seats))
        if (seat !== '') into(this.#seats, exchange);
    for (const { format, w, h } of campaign.creatives) {
      addBit(this.#formats[format], index);
      if (format === 'banner') into(this.#banner, sizeKey(w, h));
    }
  }
}

function sizeKey(w: number, h: number): number {
  return w * 65_536 + h;
}
