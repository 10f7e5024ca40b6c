import { type EpochMs, GavotteError, type IsoDate, newId, type World } from '../../kernel/index.ts';
import { baseUrlOf } from '../clients/base-url.ts';
import { catalogPage, readProduct } from '../clients/wire/catalog.ts';
import { readAs } from '../clients/wire/read.ts';
import { wireTime } from '../clients/wire/time.ts';
import type { TrustedKey } from '../registry/card-signature.ts';
import { fetchAgentCard } from '../registry/fetch-card.ts';
import type { Product, QuoteRequest } from '../types.ts';
import { judgeCard } from './judge-card.ts';
import { judgeQuote } from './judge-quote.ts';
import { oddTexts } from './judge-texts.ts';
import { Probe } from './probe.ts';
import { CHECK_NAMES, gradeOf, type SellerCheck, type SellerReport } from './report.ts';
import { tryNegotiation } from './try-negotiation.ts';
import { askQuote, tryConflict, tryReadBack, tryReplay, tryTarget } from './try-quotes.ts';

/** The whole check takes no longer than ten seconds; this leaves room to say so. */
const CHECK_TIMEOUT_MS = 9_500;
const SLOW_MS = 2_000;
const DAY_MS = 86_400_000;
const LEAST_IMPRESSIONS = 10_000;

/** What is learnt on the way: checks, and every text the seller wrote. */
interface Findings {
  readonly checks: SellerCheck[];
  readonly answers: unknown[];
}

/** Which seller to grade, and how to reach it. */
export interface CheckSellerOptions {
  readonly world: Pick<World, 'network' | 'clock' | 'random'>;
  readonly url: string;
  readonly apiKey?: string;
  /** Keys that its card may be signed with. @defaultValue none */
  readonly trustedKeys?: readonly TrustedKey[];
}

/**
 * Grades a seller in at most ten seconds: card, catalog, a quote and what may be tried on quotes without
 * booking one (idempotency, reading back, a target, haggling). It books nothing and spends nothing.
 * @throws GV_BAD_INPUT when `url` is not a base URL; every other trouble is a finding.
 */
export async function checkSeller(options: CheckSellerOptions): Promise<SellerReport> {
  const probe = new Probe({
    baseUrl: baseUrlOf(options.url),
    world: options.world,
    apiKey: options.apiKey,
    timeoutMs: CHECK_TIMEOUT_MS,
  });
  const findings: Findings = { checks: [], answers: [] };
  await Promise.all([checkCard(probe, options, findings), checkTrade(probe, options.world, findings)]);
  findings.checks.push(judgeTexts(findings.answers), judgeLatency(probe));
  const checks = findings.checks.toSorted(
    (a, b) => CHECK_NAMES.indexOf(a.check) - CHECK_NAMES.indexOf(b.check),
  );
  const latency = {
    calls: probe.latenciesMs.length,
    p50Ms: probe.quantileMs(0.5),
    p95Ms: probe.quantileMs(0.95),
  };
  return { url: probe.baseUrl, grade: gradeOf(checks), checks, latency };
}

async function checkCard(
  probe: Probe,
  options: CheckSellerOptions,
  { checks, answers }: Findings,
): Promise<void> {
  try {
    const card = await fetchAgentCard(options.world, probe.baseUrl, { timeoutMs: CHECK_TIMEOUT_MS });
    if (card === null) checks.push({ check: 'card', status: 'warn', detail: 'it serves no agent card' });
    else {
      answers.push(card.raw);
      checks.push(...judgeCard(card, probe.baseUrl, options.trustedKeys ?? []));
    }
  } catch (thrown) {
    checks.push({ check: 'card', status: 'fail', detail: GavotteError.from(thrown).message });
  }
}

/** Catalog, quote, and what can be done with a quote; each step needs the one before. */
async function checkTrade(
  probe: Probe,
  world: CheckSellerOptions['world'],
  findings: Findings,
): Promise<void> {
  const { checks, answers } = findings;
  let step: 'catalog' | 'quote' = 'catalog';
  try {
    const raw = await probe.ask('catalog', '/products?limit=500&offset=0');
    answers.push(raw);
    const { product, check, sellerId } = judgeCatalog(raw);
    checks.push(check);
    if (product === null) return;
    step = 'quote';
    const request = requestFor(product, world);
    const { quote, raw: rawQuote } = await askQuote(probe, request);
    answers.push(rawQuote);
    const now = world.clock.now();
    checks.push({ check: 'quote', status: 'pass', detail: `quote ${quote.quoteId} is well-formed` });
    const evidence = {
      quote,
      request,
      product,
      catalogSellerId: sellerId,
      createdAt: createdAt(rawQuote),
      now,
    };
    checks.push(...judgeQuote(evidence));
    const tried = await Promise.all([
      tryReplay(probe, request, quote),
      tryConflict(probe, request),
      tryReadBack(probe, quote),
      tryTarget(probe, request, quote, product),
    ]);
    checks.push(...tried.flat());
    // A price that is none leaves nothing to haggle about.
    if (checks.some(({ check, status }) => check === 'price' && status === 'fail')) return;
    const haggled = await tryNegotiation(probe, quote, () => newId(world));
    answers.push(...haggled.raw);
    checks.push(...haggled.checks);
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    if (error.details !== undefined) answers.push({ message: error.details.sellerMessage });
    checks.push({ check: step, status: 'fail', detail: error.message });
  }
}

function judgeCatalog(raw: unknown): {
  product: Product | null;
  check: SellerCheck;
  sellerId: string | null;
} {
  const { products: entries } = readAs(catalogPage, raw, 'the catalog');
  const items = entries.map(readProduct);
  const products = items.flatMap((item) => ('product' in item ? [item.product] : []));
  const invalid = items.flatMap((item) => ('invalid' in item ? [item.invalid] : []));
  const [product = null] = products
    .filter(({ basePrice }) => basePrice !== null && basePrice.amountMicros > 0)
    .toSorted((a, b) => a.basePrice!.amountMicros - b.basePrice!.amountMicros);
  const detail = `${products.length} products, ${invalid.length} unreadable`;
  const sellerId = (entries[0] as { seller_organization_id?: unknown } | undefined)?.seller_organization_id;
  const check: SellerCheck =
    product === null
      ? { check: 'catalog', status: 'fail', detail: `${detail}, none with a price` }
      : invalid[0] === undefined
        ? { check: 'catalog', status: 'pass', detail }
        : { check: 'catalog', status: 'warn', detail: `${detail}: ${invalid[0].reason}` };
  return { product, check, sellerId: typeof sellerId === 'string' ? sellerId : null };
}

/** A small, plain request for a flight that starts in two weeks. */
function requestFor(product: Product, world: Pick<World, 'clock' | 'random'>): QuoteRequest {
  const day = (days: number): IsoDate =>
    new Date(world.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
  return {
    idempotencyKey: newId(world),
    productId: product.productId,
    dealType:
      product.dealTypes.length === 0 || product.dealTypes.includes('PD') ? 'PD' : product.dealTypes[0]!,
    impressions: Math.max(product.minimumImpressions, LEAST_IMPRESSIONS),
    flight: { start: day(14), end: day(44) },
    mediaType: 'digital',
  };
}

function createdAt(rawQuote: unknown): EpochMs | null {
  const { quote } = rawQuote as { quote: { created_at?: unknown } };
  return wireTime.safeParse(quote.created_at).data ?? null;
}

function judgeTexts(answers: readonly unknown[]): SellerCheck {
  const odd = oddTexts(answers);
  return odd.length === 0
    ? { check: 'texts', status: 'pass', detail: 'its texts are plain' }
    : { check: 'texts', status: 'warn', detail: `its text ${odd.join(', ')}; none of it is obeyed` };
}

function judgeLatency(probe: Probe): SellerCheck {
  const p95 = probe.quantileMs(0.95);
  const detail = `p50 ${probe.quantileMs(0.5)} ms, p95 ${p95} ms over ${probe.latenciesMs.length} calls`;
  if (probe.latenciesMs.length === 0)
    return { check: 'latency', status: 'fail', detail: 'it answered no call' };
  return { check: 'latency', status: p95 > SLOW_MS ? 'warn' : 'pass', detail };
}
