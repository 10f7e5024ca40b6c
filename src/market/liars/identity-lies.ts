import type { MarketLiar } from './liar.ts';
import { CARD, editing, instead, QUOTES } from './tamper.ts';

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A card with a signature that proves nothing (fault B13). */
function signed(
  kind: string,
  header: Readonly<Record<string, string>>,
  signature: string,
  description: string,
): MarketLiar {
  return {
    kind,
    fault: 'B13',
    description,
    wrap: (honest) =>
      editing(honest, CARD, (reply) =>
        reply.set('signatures', [{ protected: base64url(header), signature }]),
      ),
  };
}

/** A card that is none (fault B11). */
function badCard(kind: string, body: string, description: string): MarketLiar {
  return {
    kind,
    fault: 'B11',
    description,
    wrap: (honest) =>
      instead(honest, CARD, () =>
        Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body }),
      ),
  };
}

export const IDENTITY_LIARS: readonly MarketLiar[] = [
  {
    kind: 'id-swap',
    fault: 'B13',
    description: 'quotes in the name of another registered seller',
    wrap: (honest, { otherSellerIds }) =>
      editing(honest, QUOTES, (reply) => reply.set('quote.seller_id', otherSellerIds[0] ?? 'seller-1')),
  },
  {
    kind: 'card-of-another',
    fault: 'B13',
    description: 'serves a card that names another seller and its address',
    wrap: (honest, { otherSellerIds }) =>
      editing(honest, CARD, (reply) => {
        reply.set('agent_id', otherSellerIds[0] ?? 'seller-1');
        reply.set('url', 'https://another-seller.example');
      }),
  },
  signed('card-alg-none', { alg: 'none', typ: 'JOSE' }, '', 'signs its card with the algorithm "none"'),
  signed(
    'card-jku-attacker',
    { alg: 'ES256', kid: 'k1', jku: 'https://keys.attacker.example/jwks.json' },
    'AAAA',
    'signs its card with a key it tells us to fetch from a stranger',
  ),
  badCard('card-no-json', '<html><body>Welcome</body></html>', 'serves a web page as its card'),
  badCard('empty-card', '{}', 'serves an empty card'),
  badCard(
    'malformed-card',
    '{"name":42,"url":["x"],"capabilities":"all","skills":{"id":1},"supported_deal_types":"pg"}',
    'serves a card whose members have wrong types',
  ),
];
