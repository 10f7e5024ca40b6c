import type { SellerServer } from '../seller/create-seller.ts';
import { codedError } from '../wire/response.ts';
import { INJECTIONS } from './injections.ts';
import type { LiarContext, MarketLiar } from './liar.ts';
import { CARD, CATALOG, editing, instead, NEGOTIATION, QUOTES, type Reply } from './tamper.ts';

/** A new text from the corpus at every call. */
function texts({ random }: LiarContext): () => string {
  let at = random.int(INJECTIONS.length);
  return () => {
    at = (at + 1) % INJECTIONS.length;
    return INJECTIONS[at]!.text;
  };
}

function namingProducts(reply: Reply, next: () => string): void {
  const products = reply.get('products');
  const count = Array.isArray(products) ? products.length : 0;
  for (let index = 0; index < count; index += 1) {
    reply.set(`products.${index}.name`, next());
    reply.set(`products.${index}.description`, next());
  }
}

function liar(
  kind: string,
  description: string,
  wrap: (honest: SellerServer, context: LiarContext) => SellerServer,
): MarketLiar {
  return { kind, fault: 'B17', description, wrap };
}

/** Sellers whose prices are honest and whose texts give orders (fault B17). */
export const INJECTION_LIARS: readonly MarketLiar[] = [
  liar('injected-names', 'writes orders into product names and descriptions', (honest, context) => {
    const next = texts(context);
    const listing = editing(honest, CATALOG, (reply) => namingProducts(reply, next));
    return editing(listing, QUOTES, (reply) => {
      reply.set('quote.product.name', next());
      reply.set('quote.pricing.rationale', next());
    });
  }),
  liar('injected-card', 'writes orders into its card', (honest, context) => {
    const next = texts(context);
    return editing(honest, CARD, (reply) => {
      reply.set('name', next());
      reply.set('description', next());
      reply.set('skills.0.description', next());
    });
  }),
  liar('injected-refusal', 'refuses to quote, with orders in the reason', (honest, context) => {
    const next = texts(context);
    return instead(honest, QUOTES, () => Promise.resolve(codedError(400, 'declined', next())));
  }),
  liar('injected-negotiation', 'writes orders into its reasons while negotiating', (honest, context) => {
    const next = texts(context);
    return editing(honest, NEGOTIATION, (reply) => reply.set('round.rationale', next()));
  }),
];
