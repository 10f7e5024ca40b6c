import { z } from 'zod';
import { codedError, json, type MarketResponse } from '../wire/response.ts';
import type { Call, Route } from '../wire/router.ts';
import { parseBody } from '../wire/validate.ts';
import { commitDeal, dealNotFound } from './deals.ts';
import { type SellerState, type StoredDeal, timestamp } from './state.ts';

const bulkRequest = z.object({
  operations: z.array(
    z.object({
      action: z.string(),
      quote_id: z.string().nullish(),
      deal_id: z.string().nullish(),
      notes: z.string().nullish(),
    }),
  ),
});
type BulkOperation = z.infer<typeof bulkRequest>['operations'][number];

const deprecateRequest = z.object({ reason: z.string(), replacement_deal_id: z.string().nullish() });

/** Bulk changes, deprecation, lineage and performance (wire §5.4, §5.6, §5.7). None asks who is calling. */
export function dealChangeRoutes(state: SellerState): readonly Route[] {
  return [
    ['POST', '/api/v1/deals/bulk', (call) => bulk(state, call)],
    ['GET', '/api/v1/deals/export', ({ query }) => exportDeals(query.get('format') ?? 'generic')],
    ['POST', '/api/v1/deals/{id}/deprecate', (call) => deprecate(state, call)],
    ['GET', '/api/v1/deals/{id}/lineage', ({ params }) => lineage(state, params.id!)],
    ['GET', '/api/v1/deals/{id}/performance', ({ params }) => performance(state, params.id!)],
  ];
}

async function bulk(state: SellerState, call: Call): Promise<MarketResponse> {
  const parsed = parseBody(bulkRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const results: { success: boolean }[] = [];
  for (const [index, operation] of parsed.value.operations.entries()) {
    const outcome = applyOperation(state, operation);
    const success = typeof outcome !== 'string';
    if (success && operation.action === 'create') await state.onBooked(outcome.dealId);
    const dealId = success ? outcome.dealId : null;
    const error = success ? null : outcome;
    results.push(Object.assign({ success }, { index, action: operation.action, deal_id: dealId, error }));
  }
  const succeeded = results.filter(({ success }) => success).length;
  return json(200, { total: results.length, succeeded, failed: results.length - succeeded, results });
}

/** The deal that was changed, or the text of the refusal. */
function applyOperation(state: SellerState, operation: BulkOperation): StoredDeal | string {
  switch (operation.action) {
    case 'create': {
      if (!operation.quote_id) return 'quote_id is required for create';
      const quote = state.quotes.get(operation.quote_id);
      if (quote === undefined) return `Quote '${operation.quote_id}' not found`;
      if (quote.status === 'booked') return `Quote '${operation.quote_id}' is already booked`;
      const deal = commitDeal(state, quote, { idempotencyKey: null, audiencePlan: null });
      // The record is stored without the keys a read needs: a trap of wire §5.4.
      deal.readable = false;
      return deal;
    }
    case 'cancel':
    case 'update': {
      if (!operation.deal_id) return `deal_id is required for ${operation.action}`;
      const deal = state.deals.get(operation.deal_id);
      if (deal === undefined) return `Deal '${operation.deal_id}' not found`;
      if (operation.action === 'cancel') end(state, deal, 'cancelled');
      return deal;
    }
    default:
      return `Unknown action '${operation.action}'. Must be create, update, or cancel.`;
  }
}

function end(state: SellerState, deal: StoredDeal, status: 'cancelled' | 'deprecated'): void {
  deal.status = status;
  deal.readable = false;
  state.books.setStatus(deal.dealId, status);
}

function deprecate(state: SellerState, call: Call): MarketResponse {
  const parsed = parseBody(deprecateRequest, call.request.body);
  if (!parsed.ok) return parsed.response;
  const deal = state.deals.get(call.params.id!);
  if (deal === undefined) return dealNotFound(call.params.id!);
  if (deal.deprecation !== null) {
    const { at, reason } = deal.deprecation;
    const message = `Deal '${deal.dealId}' is already deprecated.`;
    return codedError(409, 'already_deprecated', message, { deprecated_at: timestamp(at), reason });
  }
  const { reason, replacement_deal_id } = parsed.value;
  deal.deprecation = { at: state.clock.now(), reason, replacementDealId: replacement_deal_id ?? null };
  end(state, deal, 'deprecated');
  return json(200, {
    deal_id: deal.dealId,
    status: 'deprecated',
    deprecated_at: timestamp(deal.deprecation.at),
    reason,
    replacement_deal_id: deal.deprecation.replacementDealId,
  });
}

/** An unknown id is answered with status `unknown`, not 404. */
function lineage(state: SellerState, dealId: string): MarketResponse {
  const deal = state.deals.get(dealId);
  const replacementId = deal?.deprecation?.replacementDealId ?? null;
  const replacements =
    replacementId === null
      ? []
      : [
          {
            deal_id: replacementId,
            status: state.deals.get(replacementId)?.status ?? 'unknown',
            reason: deal?.deprecation?.reason,
          },
        ];
  return json(200, {
    deal_id: dealId,
    status: deal?.status ?? 'unknown',
    parents: [],
    replacements,
    chain_length: 1 + replacements.length,
  });
}

/** A placeholder without an ad server behind it, exactly as the real one answers. */
function performance(state: SellerState, dealId: string): MarketResponse {
  if (!state.deals.has(dealId)) return dealNotFound(dealId);
  return json(200, {
    deal_id: dealId,
    impressions_available: 1_000_000,
    impressions_served: 0,
    fill_rate: 0,
    win_rate: 0,
    avg_cpm_actual: 0,
    delivery_pacing: 'not_started',
    last_updated: timestamp(state.clock.now()),
  });
}

/** Always empty: nothing writes the index it reads (wire §5.7). */
function exportDeals(format: string): MarketResponse {
  return json(200, format === 'generic' ? { format, deals: [], count: 0 } : { format, deals: [] });
}
