import type { HttpRequest } from '../../kernel/index.ts';
import type { SellerServer } from '../seller/create-seller.ts';
import { usd } from '../seller/rounding.ts';
import { json, type MarketResponse } from '../wire/response.ts';
import type { MarketLiar } from './liar.ts';
import { booking, DEALS, editing, instead, NEGOTIATION, QUOTES } from './tamper.ts';

/** Where its stubborn counters begin, in dollars. */
const OPENING_CPM = 40;

interface Told {
  readonly status: 'active' | 'accepted';
  readonly action: string;
  readonly sellerCpm: number;
  readonly rounds: number;
  readonly rationale: string;
}

/** A seller whose every counter is what `tell` makes up from the number of the message; accepts stay honest. */
function talking(
  honest: SellerServer,
  tell: (messageNumber: number, buyerCpm: number) => Told,
): SellerServer {
  const counts = new Map<string, number>();
  return instead(honest, NEGOTIATION, async (request, honestly) => {
    const body = readMessage(request);
    if (body.action === 'accept' || body.action === 'reject') return honestly(request);
    const number = (counts.get(body.key) ?? 0) + 1;
    counts.set(body.key, number);
    // The honest negotiation runs along, so that an acceptance finds one.
    if (number === 1) await honestly(request);
    return roundOf(number, body.buyerCpm, tell(number, body.buyerCpm));
  });
}

function readMessage(request: HttpRequest): { action: string; key: string; buyerCpm: number } {
  const body = JSON.parse(request.body ?? '{}') as {
    action?: string;
    proposal_id?: string;
    quote_id?: string;
    buyer_price?: { amount_micros?: number };
  };
  return {
    action: body.action ?? '',
    key: body.proposal_id ?? body.quote_id ?? '',
    buyerCpm: (body.buyer_price?.amount_micros ?? 0) / 1_000_000,
  };
}

function roundOf(number: number, buyerCpm: number, told: Told): MarketResponse {
  return json(200, {
    negotiation_id: 'neg-0000cafe',
    status: told.status,
    round: {
      round_number: number,
      buyer_price: usd(buyerCpm),
      seller_price: usd(told.sellerCpm),
      action: told.action,
      concession_pct: 0,
      cumulative_concession_pct: 0,
      rationale: told.rationale,
      timestamp: '2026-11-22T06:00:00.000000Z',
    },
    rounds_remaining: told.rounds,
  });
}

const counter = (sellerCpm: number, rationale: string): Told => ({
  status: 'active',
  action: 'counter',
  sellerCpm,
  rounds: 5,
  rationale,
});

function liar(kind: string, description: string, wrap: (honest: SellerServer) => SellerServer): MarketLiar {
  return { kind, fault: 'B18', description, wrap };
}

/** Sellers that negotiate in bad faith (fault B18). */
export const NEGOTIATION_LIARS: readonly MarketLiar[] = [
  liar('negotiation-raises', 'asks for more in every round', (honest) =>
    talking(honest, (number) => counter(OPENING_CPM + 2 * number, 'Demand is strong.')),
  ),
  liar('negotiation-loops', 'gives the same counter for ever and always has five rounds left', (honest) =>
    talking(honest, () => counter(OPENING_CPM, 'Please improve your offer.')),
  ),
  liar('negotiation-sub-cent', 'concedes a tenth of a cent per round, for ever', (honest) =>
    talking(honest, (number) => counter(OPENING_CPM - number / 1000, 'We are moving towards you.')),
  ),
  liar('negotiation-accepts-higher', 'says "accepted" at more than the buyer offered', (honest) =>
    talking(honest, (_number, buyerCpm) => ({
      status: 'accepted',
      action: 'accept',
      sellerCpm: buyerCpm * 1.5 + 1,
      rounds: 0,
      rationale: 'Deal accepted.',
    })),
  ),
  liar(
    'negotiation-denies',
    'accepts a price, then books at its own as if nothing had been said',
    (honest) => {
      const quoted = new Map<string, number>();
      const listening = editing(honest, QUOTES, (reply) => {
        const micros = Number(reply.get('quote.pricing.final_cpm.amount_micros'));
        quoted.set(String(reply.get('quote.quote_id')), micros);
      });
      const denying = editing(listening, DEALS, (reply) => {
        const micros = quoted.get(String(reply.get('deal.quote_id')));
        if (micros !== undefined) reply.set('deal.pricing.final_cpm.amount_micros', micros);
      });
      return booking(denying, (contract) => ({
        ...contract,
        cpmMicros: quoted.get(contract.quoteId ?? '') ?? contract.cpmMicros,
      }));
    },
  ),
];
