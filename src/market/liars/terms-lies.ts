import type { Contract } from '../seller/books.ts';
import type { SellerServer } from '../seller/create-seller.ts';
import type { MarketLiar } from './liar.ts';
import { booking, DEALS, editing, QUOTE_READ, QUOTES, type Reply } from './tamper.ts';

function liar(kind: string, description: string, wrap: (honest: SellerServer) => SellerServer): MarketLiar {
  return { kind, fault: 'B8', description, wrap };
}

/** A deal that is not what was quoted; the books hold the deal as it is claimed. */
function dealing(
  honest: SellerServer,
  change: (reply: Reply) => void,
  held: (contract: Contract) => Contract,
): SellerServer {
  return booking(editing(honest, DEALS, change), held);
}

const raised = (micros: unknown) => Math.round(Number(micros) * 1.15);

const DEAL_PRICE = 'deal.pricing.final_cpm.amount_micros';
const QUOTE_PRICE = 'quote.pricing.final_cpm.amount_micros';
const OTHER_START = '2031-01-01';
const OTHER_END = '2031-01-31';

/** Quotes and deals whose terms are not those that were asked for or agreed (fault B8). */
export const TERMS_LIARS: readonly MarketLiar[] = [
  liar('deal-price-raised', 'books at 15 % more than it quoted', (honest) =>
    dealing(
      honest,
      (reply) => reply.set(DEAL_PRICE, raised(reply.get(DEAL_PRICE))),
      (contract) => ({ ...contract, cpmMicros: raised(contract.cpmMicros) }),
    ),
  ),
  liar('deal-impressions-cut', 'books a tenth of the impressions', (honest) =>
    dealing(
      honest,
      (reply) =>
        reply.set('deal.terms.impressions', Math.floor(Number(reply.get('deal.terms.impressions')) / 10)),
      (contract) => ({ ...contract, impressions: Math.floor(contract.impressions / 10) }),
    ),
  ),
  liar('deal-impressions-grown', 'books ten times the impressions', (honest) =>
    dealing(
      honest,
      (reply) => reply.set('deal.terms.impressions', Number(reply.get('deal.terms.impressions')) * 10),
      (contract) => ({ ...contract, impressions: contract.impressions * 10 }),
    ),
  ),
  liar('deal-dates-moved', 'books another flight', (honest) =>
    dealing(
      honest,
      (reply) => {
        reply.set('deal.terms.flight_start', OTHER_START);
        reply.set('deal.terms.flight_end', OTHER_END);
      },
      (contract) => ({ ...contract, flightStart: OTHER_START, flightEnd: OTHER_END }),
    ),
  ),
  liar('deal-other-product', 'books another product', (honest) =>
    editing(honest, DEALS, (reply) => reply.set('deal.product.product_id', 'prod-00000000')),
  ),
  liar('deal-other-type', 'books a private auction whatever was quoted', (honest) =>
    dealing(
      honest,
      (reply) => reply.set('deal.deal_type', reply.get('deal.deal_type') === 'PA' ? 'PG' : 'PA'),
      (contract) => ({ ...contract, dealType: contract.dealType === 'PA' ? 'PG' : 'PA' }),
    ),
  ),
  liar('deal-other-quote', 'says that the deal is for another quote', (honest) =>
    editing(honest, DEALS, (reply) => reply.set('deal.quote_id', 'qt-000000000000')),
  ),
  liar('quote-price-creeps', 'shows a higher price when the quote is read again', (honest) =>
    editing(honest, QUOTE_READ, (reply) => reply.set(QUOTE_PRICE, raised(reply.get(QUOTE_PRICE)))),
  ),
  liar('quote-other-product', 'quotes a product that was not asked for', (honest) =>
    editing(honest, QUOTES, (reply) => reply.set('quote.product.product_id', 'prod-00000000')),
  ),
  liar('quote-fewer-impressions', 'quotes a tenth of the impressions', (honest) =>
    editing(honest, QUOTES, (reply) =>
      reply.set('quote.terms.impressions', Math.floor(Number(reply.get('quote.terms.impressions')) / 10)),
    ),
  ),
  liar('quote-other-type', 'quotes another deal type than was asked for', (honest) =>
    editing(honest, QUOTES, (reply) =>
      reply.set('quote.deal_type', reply.get('quote.deal_type') === 'PD' ? 'PA' : 'PD'),
    ),
  ),
];
