import type { HttpRequest } from '../../kernel/index.ts';
import type { SellerServer } from '../seller/create-seller.ts';
import { codedError, DropConnection, json, type MarketResponse, unhandled } from '../wire/response.ts';
import type { LiarContext, MarketLiar } from './liar.ts';
import { BOOKING, booking, editing, instead, QUOTE_READ, QUOTES, Reply } from './tamper.ts';

function quoteIdOf(request: HttpRequest): string {
  try {
    return String((JSON.parse(request.body ?? '{}') as { quote_id?: unknown }).quote_id);
  } catch {
    return '';
  }
}

/** Books honestly, then answers something else: each time, or only the first time per quote. */
function afterCommit(
  honest: SellerServer,
  often: 'once' | 'always',
  answer: () => MarketResponse,
): SellerServer {
  const seen = new Set<string>();
  return instead(honest, BOOKING, async (request, honestly) => {
    const response = await honestly(request);
    if (response.status !== 200) return response;
    const quoteId = quoteIdOf(request);
    if (often === 'once' && seen.has(quoteId)) return response;
    seen.add(quoteId);
    return answer();
  });
}

function drop(): never {
  throw new DropConnection('the connection is cut after the deal was made');
}

/**
 * Books a quote that is already booked. The honest seller inside would refuse, so each further contract is made
 * from a copy of the quote, and shown and kept under the quote that was asked for. `changeKey` gives the key
 * under which a request really goes in.
 */
function bookingAgain(honest: SellerServer, changeKey: (key: string) => string): SellerServer {
  const asked = new Map<string, HttpRequest>();
  const copies = new Map<string, string>();
  const send = (request: HttpRequest, changes: Readonly<Record<string, unknown>>) => {
    const body = JSON.parse(request.body ?? '{}') as Record<string, unknown>;
    const key = changeKey(String(body.idempotency_key));
    return honest.handler({
      ...request,
      body: JSON.stringify({ ...body, idempotency_key: key, ...changes }),
    });
  };
  const quoting = instead(honest, { ...QUOTES, method: 'POST' }, async (request) => {
    const response = await send(request, {});
    if (response.status === 200) asked.set(quoteIdIn(response), request);
    return response;
  });
  const handler = instead(quoting, BOOKING, async (request) => {
    const quoteId = quoteIdOf(request);
    const first = await send(request, {});
    const original = asked.get(quoteId);
    if (!first.body.includes('quote_already_booked') || original === undefined) return first;
    const copy = await send(original, { idempotency_key: `copy-${copies.size}-${quoteId}` });
    if (copy.status !== 200) return copy;
    const copyId = quoteIdIn(copy);
    copies.set(copyId, quoteId);
    const again = await send(request, { quote_id: copyId });
    return { ...again, body: again.body.replaceAll(copyId, quoteId) };
  }).handler;
  return booking({ ...honest, handler }, (contract) => ({
    ...contract,
    quoteId: copies.get(contract.quoteId ?? '') ?? contract.quoteId,
  }));
}

function quoteIdIn(response: MarketResponse): string {
  return String(new Reply(response.body).get('quote.quote_id'));
}

/** Every request is a new one to it. */
function ignoringKeys(honest: SellerServer): SellerServer {
  let count = 0;
  return bookingAgain(honest, (key) => {
    count += 1;
    return `${count}-${key}`;
  });
}

/** Respects keys, yet never remembers that a quote was booked: another key makes another contract. */
function forgetting(honest: SellerServer): SellerServer {
  const answers = new Map<string, MarketResponse>();
  const remembering = instead(
    bookingAgain(honest, (key) => key),
    BOOKING,
    async (request, honestly) => {
      const known = answers.get(request.body ?? '');
      const response = known ?? (await honestly(request));
      if (response.status === 200) answers.set(request.body ?? '', response);
      return response;
    },
  );
  return editing(remembering, QUOTE_READ, (reply) => {
    reply.set('quote.status', 'available');
    reply.set('quote.deal_id', null);
  });
}

/** Acknowledges a deal that is in no book. */
function phantom(honest: SellerServer, { random, clock }: LiarContext): SellerServer {
  return instead(honest, BOOKING, async (request, honestly) => {
    const url = new URL(`/api/v1/quotes/${quoteIdOf(request)}`, request.url).href;
    const read = await honestly({ method: 'GET', url, headers: request.headers });
    if (read.status !== 200) return read;
    const quote = new Reply(read.body);
    const digits = [0, 1].map(() => random.uint32().toString(16).padStart(8, '0')).join('');
    const dealId = `DEMO-${digits.slice(0, 12).toUpperCase()}`;
    const copied = Object.fromEntries(
      ['deal_type', 'quote_id', 'product', 'pricing', 'terms', 'buyer_tier'].map((name) => [
        name,
        quote.get(`quote.${name}`),
      ]),
    );
    return json(200, {
      deal: {
        ...copied,
        deal_id: dealId,
        status: 'proposed',
        activation_instructions: {},
        created_at: new Date(clock.now()).toISOString(),
      },
      audience_plan_snapshot: null,
      audience_match_summary: null,
    });
  });
}

/** Says 409 although it has just made the deal, and keeps its id to itself. */
function concealing(honest: SellerServer): SellerServer {
  const conflicting = afterCommit(honest, 'always', () =>
    codedError(409, 'quote_already_booked', "Quote status is 'booked', expected 'available'."),
  );
  return editing(conflicting, QUOTE_READ, (reply) => reply.set('quote.deal_id', null));
}

/** Sellers that make the outcome of a booking hard to know (faults B1, B2, B4). */
export const BOOKING_LIARS: readonly MarketLiar[] = [
  {
    kind: 'ignores-keys',
    fault: 'B4',
    description: 'makes a new contract for every booking request, whatever its key',
    wrap: ignoringKeys,
  },
  {
    kind: 'forgetful-quotes',
    fault: 'B4',
    description: 'never marks a quote as booked; a second key makes a second contract',
    wrap: forgetting,
  },
  {
    kind: 'lost-response',
    fault: 'B2',
    description: 'makes the deal, then cuts the connection; answers when asked again',
    wrap: (honest) => afterCommit(honest, 'once', drop),
  },
  {
    kind: 'lost-response-always',
    fault: 'B2',
    description: 'makes the deal and cuts the connection every time',
    wrap: (honest) => afterCommit(honest, 'always', drop),
  },
  {
    kind: 'error-after-commit',
    fault: 'B2',
    description: 'makes the deal, then answers 500; answers when asked again',
    wrap: (honest) => afterCommit(honest, 'once', unhandled),
  },
  {
    kind: 'conflict-after-commit',
    fault: 'B2',
    description: 'makes the deal, then says that the quote is taken, and never shows the deal id',
    wrap: concealing,
  },
  {
    kind: 'phantom-ack',
    fault: 'B4',
    description: 'acknowledges a deal that it does not hold',
    wrap: phantom,
  },
  {
    kind: 'error-before-commit',
    fault: 'B2',
    description: 'answers every booking with 500 and makes no deal',
    wrap: (honest) => instead(honest, BOOKING, () => Promise.resolve(unhandled())),
  },
];
