import { z } from 'zod';
import { currency, GavotteError, type Micros } from '../../kernel/index.ts';
import { macro } from '../notices/macros.ts';
import { EXCHANGE_PRESETS, type ExchangePreset } from './presets.ts';

const name = z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'must be letters, digits and hyphens');
const milliseconds = z.int().min(1).max(10_000);
const code = z.string().transform((value, context) => {
  try {
    return currency(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: GavotteError.from(error).message, input: value });
    return z.NEVER;
  }
});

/** Every setting has a default that is safe with an exchange of which nothing is known. */
const schema = z.strictObject({
  /** Ours; stands in notice URLs, seats and deal keys. */
  name,
  /** The domain that ends each of its supply chains (S2). */
  asi: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a domain in lower case'),
  version: z.enum(['2.5', '2.6']).default('2.6'),
  /** Whether answers may be gzipped when the exchange accepts it (T5). */
  gzipOut: z.boolean().default(true),
  /** Time to answer when the request does not say, and what the network takes of it (§3). */
  defaultTmaxMs: milliseconds.default(100),
  rttAllowanceMs: milliseconds.default(30),
  /** Whether it reads a reason in a no-bid; otherwise it gets 204 with no body. */
  nbr: z.boolean().default(false),
  maxSeatbids: z.int().min(1).max(100).default(100),
  maxBidsPerImp: z.int().min(1).max(100).default(10),
  /** Fields without which it refuses a bid (B4). */
  need: z.array(z.enum(['adomain', 'iurl', 'cat', 'nurl'])).default(['adomain']),
  /** Which notice URLs it calls (B11, B12). Without `burl`, the markup's own pixel bills. */
  nurl: z.boolean().default(true),
  burl: z.boolean().default(true),
  lurl: z.boolean().default(false),
  /** Macros that it fills in beside the price. Ask for one that it does not know, and every notice is refused (W4). */
  macros: z
    .array(z.enum(['CURRENCY', 'MULTIPLIER', 'LOSS', 'MIN_TO_WIN', 'IMP_TS']))
    .default(['CURRENCY', 'LOSS']),
  /** How the price in a notice is written. */
  price: z.enum(['plain', 'google', 'custom']).default('plain'),
  /** What it replaces with the price. */
  priceMacro: z.string().min(1).max(60).default(macro('PRICE')),
  /** Put before our click URL, which is then percent-encoded: the exchange's click counter. */
  clickMacro: z.string().max(200).default(''),
  currency: code.default(currency('USD')),
  /** Decimals that it reads in a price; ours are rounded up to them (B2). */
  priceDecimals: z.int().min(2).max(6).default(6),
  /** Floors are multiplied by this many millionths: 1 150 000 where fees come on top of our bid (F5). */
  floorGrossUpMillionths: z.int().min(1_000_000).max(3_000_000).default(1_000_000),
  /** Whether a price of 0 may answer a deal (B3). */
  zeroPriceDeals: z.boolean().default(false),
  /** Whether creatives must be approved before they may be bid, or may be refused afterwards (Q5). */
  approval: z.enum(['pre', 'post', 'none']).default('post'),
  /** Guaranteed deals: one bid for each deal id of an imp, or the best one only (D9). */
  guaranteed: z.enum(['each', 'best']).default('each'),
  /** Native responses inside `{"native": …}`: as the version asks (1.0 only), always or never (§14). */
  nativeWrapper: z.enum(['by-version', 'always', 'never']).default('by-version'),
  /** Whether it takes `bid.ext.dsa` (B17). */
  dsa: z.boolean().default(true),
});

/** How one exchange wants to be answered. */
export type ExchangeProfile = Readonly<z.infer<typeof schema>>;

/**
 * A profile from an operator's file: its own settings over those of a `preset`, over the defaults.
 * @throws GV_BAD_INPUT naming every wrong field.
 */
export function readProfile(value: unknown, source = 'exchange'): ExchangeProfile {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { preset, ...settings } = given;
  const parsed = schema.safeParse({ ...presetOf(preset, source), ...settings });
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || source}: ${issue.message}`);
  throw new GavotteError(
    'GV_BAD_INPUT',
    `${source} has ${problems.length} problem(s): ${problems.join('; ')}`,
    {
      fix: 'Correct the named fields; {"name": "index", "preset": "index"} is a complete profile.',
    },
  );
}

function presetOf(preset: unknown, source: string): ExchangePreset {
  if (preset === undefined) return {};
  const known = Object.keys(EXCHANGE_PRESETS);
  if (typeof preset === 'string' && known.includes(preset)) return EXCHANGE_PRESETS[preset]!;
  throw new GavotteError('GV_BAD_INPUT', `${source}: preset ${JSON.stringify(preset)} is not known`, {
    fix: `Use one of ${known.join(', ')}, or leave it out.`,
  });
}

/**
 * The price to bid there and to reserve: `cpmMicros` rounded up to the decimals that the exchange reads, so that it
 * never falls below a floor (B2). May exceed `cpmMicros` by less than one unit of the last decimal: check the cap after.
 */
export function roundBidPrice(profile: ExchangeProfile, cpmMicros: number): Micros {
  const unit = 10 ** (6 - profile.priceDecimals);
  return (Math.ceil(cpmMicros / unit) * unit) as Micros;
}
