import type { RandomStream } from '../../kernel/index.ts';
import { chance, hexText, logNormal, pick, pickWeighted } from '../draw.ts';
import type { WireImp } from '../wire.ts';
import type { AdFormat, PlaceKind } from './options.ts';
import { audioSlot, bannerSlot, nativeSlot, videoSlot } from './slots.ts';

/** What each kind of place sells. */
const FORMATS: Readonly<Record<PlaceKind, Readonly<Record<AdFormat, number>>>> = {
  site: { banner: 0.72, video: 0.15, audio: 0, native: 0.13 },
  app: { banner: 0.5, video: 0.22, audio: 0.12, native: 0.16 },
  ctv: { banner: 0, video: 1, audio: 0, native: 0 },
  dooh: { banner: 0.5, video: 0.5, audio: 0, native: 0 },
};

/** Median floors, USD CPM, where there is one. */
const FLOOR_USD: Readonly<Record<AdFormat, number>> = { banner: 0.35, video: 3, audio: 2.5, native: 0.6 };

/** Share of imps with a floor, as in the iPinYou log (campaign 2259). */
const WITH_FLOOR = 0.64;

/** What has to be known of the market an imp is sold in. */
export interface ImpMarket {
  readonly place: PlaceKind;
  /** Format that a deal asks for; `null` leaves it open. */
  readonly format: AdFormat | null;
  readonly priceLevel: number;
  /** Currency of floors, and how many of its units a USD is. */
  readonly currency: string;
  readonly perUsd: number;
}

/** Whether this kind of place sells that format at all. */
export function sells(place: PlaceKind, format: AdFormat): boolean {
  return FORMATS[place][format] > 0;
}

/** The imps of one request: one to three, or the slots of one break on television. */
export function drawImps(random: RandomStream, market: ImpMarket): readonly WireImp[] {
  const format = market.format ?? pickWeighted(random, FORMATS[market.place]);
  if (market.place === 'ctv' && chance(random, 0.35)) return podImps(random, market);
  const count = market.place === 'dooh' ? 1 : Number(pickWeighted(random, { 1: 0.7, 2: 0.22, 3: 0.08 }));
  return Array.from({ length: count }, (_none, index) => {
    const first = index === 0;
    const own = first ? format : pickWeighted(random, FORMATS[market.place]);
    return { ...frame(random, market, own, index), ...slotsFor(random, market, own, first) };
  });
}

/** A break: three slots of one pod, or one imp that sells the whole time (§7.6). */
function podImps(random: RandomStream, market: ImpMarket): readonly WireImp[] {
  const podid = `pod-${hexText(random, 6)}`;
  if (chance(random, 0.5)) {
    return [1, 2, 3].map((place, index) => ({
      ...frame(random, market, 'video', index),
      video: {
        ...videoSlot(random, 'ctv'),
        podid,
        podseq: 1,
        slotinpod: place === 1 ? 1 : place === 3 ? -1 : 2,
        maxduration: 30,
      },
    }));
  }
  const { bidfloor: _floor, ...rest } = frame(random, market, 'video', 0);
  const { rqddurs: _durations, durfloors: _floors, ...video } = videoSlot(random, 'ctv');
  const perSecond = priceOf((floorUsd(random, market, 'video') / 20) * market.perUsd);
  return [
    {
      ...rest,
      video: {
        ...video,
        minduration: 6,
        maxduration: 60,
        podid,
        podseq: 1,
        maxseq: 4,
        poddur: 90,
        mincpmpersec: perSecond,
      },
    },
  ];
}

function slotsFor(random: RandomStream, market: ImpMarket, format: AdFormat, first: boolean) {
  const { place } = market;
  const slots = {
    ...(format === 'banner' ? { banner: bannerSlot(random, place) } : {}),
    ...(format === 'video' ? { video: videoSlot(random, place) } : {}),
    ...(format === 'audio' ? { audio: audioSlot(random) } : {}),
    ...(format === 'native' ? { native: nativeSlot(random) } : {}),
  };
  const several = first && (place === 'site' || place === 'app') && chance(random, 0.06);
  return several && format === 'banner' ? { ...slots, video: videoSlot(random, place) } : slots;
}

function frame(random: RandomStream, market: ImpMarket, format: AdFormat, index: number): WireImp {
  const { place } = market;
  const tag = `${place}-${format}-${random.int(40)}`;
  return {
    id: String(index + 1),
    tagid: tag,
    ...floorOf(random, market, format),
    ...(chance(random, 0.95) ? { secure: 1 } : {}),
    ...(place === 'app' && format === 'banner' && chance(random, 0.15) ? { instl: 1 } : {}),
    ...(place === 'app' && format === 'video' && chance(random, 0.4) ? { rwdd: 1 } : {}),
    exp:
      place === 'dooh'
        ? 7_200
        : format === 'video' || format === 'audio'
          ? 1_800
          : place === 'app'
            ? 300
            : 60,
    ...(place === 'dooh'
      ? { qty: { multiplier: pick(random, [0.8, 2.5, 14.2, 36]), sourcetype: 1, vendor: 'count.example' } }
      : {}),
    ext: { gpid: `/1234/example/${place}/${tag}#${index + 1}`, tid: hexText(random, 24) },
  };
}

function floorOf(random: RandomStream, market: ImpMarket, format: AdFormat) {
  if (!chance(random, WITH_FLOOR)) return {};
  const bidfloor = priceOf(floorUsd(random, market, format) * market.perUsd);
  if (market.currency !== 'USD') return { bidfloor, bidfloorcur: market.currency };
  return chance(random, 0.5) ? { bidfloor, bidfloorcur: 'USD' } : { bidfloor };
}

function floorUsd(random: RandomStream, market: ImpMarket, format: AdFormat): number {
  const televised = market.place === 'ctv' ? 3 : 1;
  return logNormal(random, FLOOR_USD[format] * televised * market.priceLevel, 0.6);
}

/** A price as exchanges print it: four places, and above nothing. */
function priceOf(value: number): number {
  return Math.max(1, Math.round(value * 10_000)) / 10_000;
}
