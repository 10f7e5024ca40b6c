import { GavotteError, showMoney } from '../../kernel/index.ts';
import { quoteEnvelope, quoteRequestBody } from '../clients/wire/quote.ts';
import { readAs } from '../clients/wire/read.ts';
import type { Product, Quote, QuoteRequest } from '../types.ts';
import type { Probe } from './probe.ts';
import type { SellerCheck } from './report.ts';

const QUOTES = '/api/v1/quotes';

/** Asks for a quote. @throws as the client does. */
export async function askQuote(probe: Probe, request: QuoteRequest): Promise<{ quote: Quote; raw: unknown }> {
  const raw = await probe.ask('quote', QUOTES, quoteRequestBody(request));
  return { quote: readAs(quoteEnvelope, raw, 'the quote'), raw };
}

/** The same request with the same key must give the same quote. */
export async function tryReplay(probe: Probe, request: QuoteRequest, first: Quote): Promise<SellerCheck> {
  const check = 'idempotency_replay';
  try {
    const { quote } = await askQuote(probe, request);
    return quote.quoteId === first.quoteId
      ? { check, status: 'pass', detail: 'the same key and request gave the same quote' }
      : {
          check,
          status: 'fail',
          detail: 'it ignores idempotency keys: the same key and request gave another quote',
        };
  } catch (thrown) {
    return {
      check,
      status: 'fail',
      detail: `the same request again failed: ${GavotteError.from(thrown).message}`,
    };
  }
}

/** Another request with a used key must be refused. */
export async function tryConflict(probe: Probe, request: QuoteRequest): Promise<SellerCheck> {
  const check = 'idempotency_conflict';
  try {
    await askQuote(probe, { ...request, impressions: request.impressions + 1 });
    return { check, status: 'fail', detail: 'it accepted another request under a key that was used' };
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    if (error.code === 'GV_SELLER_REJECTED' && error.details?.status === 409)
      return { check, status: 'pass', detail: 'it refused another request under a used key' };
    return {
      check,
      status: 'warn',
      detail: `another request under a used key failed otherwise: ${error.message}`,
    };
  }
}

/** Reading a quote must show what was quoted. */
export async function tryReadBack(probe: Probe, first: Quote): Promise<SellerCheck> {
  const check = 'read_back';
  try {
    const path = `${QUOTES}/${encodeURIComponent(first.quoteId)}`;
    const again = readAs(quoteEnvelope, await probe.ask('quote', path), 'the quote');
    const changed = (
      [
        ['quote_id', first.quoteId, again.quoteId],
        ['final_cpm', shownPrice(first), shownPrice(again)],
        ['product_id', first.productId, again.productId],
        ['impressions', first.impressions, again.impressions],
      ] as const
    ).filter(([, before, after]) => before !== after);
    return changed.length === 0
      ? { check, status: 'pass', detail: 'the quote reads back as it was given' }
      : {
          check,
          status: 'fail',
          detail: changed
            .map(([field, before, after]) => `${field} was ${before} and reads back as ${after}`)
            .join('; '),
        };
  } catch (thrown) {
    return {
      check,
      status: 'fail',
      detail: `the quote cannot be read back: ${GavotteError.from(thrown).message}`,
    };
  }
}

/** A target at the floor may be granted or ignored; it must never make the price higher. */
export async function tryTarget(
  probe: Probe,
  request: QuoteRequest,
  first: Quote,
  product: Product,
): Promise<readonly SellerCheck[]> {
  const check = 'target_price';
  const { floorCpm: targetCpm } = product;
  const price = first.finalCpm;
  if (targetCpm === null || price === null || targetCpm.currency !== price.currency) return [];
  if (targetCpm.amountMicros >= price.amountMicros) return [];
  try {
    const { quote } = await askQuote(probe, {
      ...request,
      idempotencyKey: `${request.idempotencyKey}-target`,
      targetCpm,
    });
    const raised = quote.finalCpm === null || quote.finalCpm.amountMicros > price.amountMicros;
    const detail = `asked for ${showMoney(targetCpm)} instead of ${showMoney(price)}, it quotes ${shownPrice(quote)}`;
    return [{ check, status: raised ? 'fail' : 'pass', detail }];
  } catch (thrown) {
    return [
      { check, status: 'warn', detail: `it cannot quote a target: ${GavotteError.from(thrown).message}` },
    ];
  }
}

function shownPrice(quote: Quote): string {
  return quote.finalCpm === null ? 'no price' : showMoney(quote.finalCpm);
}
