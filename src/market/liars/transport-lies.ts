import type { SellerServer } from '../seller/create-seller.ts';
import { type Delivery, DropConnection, type MarketResponse } from '../wire/response.ts';
import type { MarketLiar } from './liar.ts';
import { CATALOG, instead, QUOTES, type Where } from './tamper.ts';

const HEADERS = { 'content-type': 'application/json' };
const MEGABYTE = 1_000_000;

/** The honest answer, delivered in another way. Where deliveries are not played, a cut-off body stands for it. */
function delivering(honest: SellerServer, where: Where, delivery: Delivery): SellerServer {
  return instead(honest, where, async (request, honestly) => {
    const response = await honestly(request);
    return { ...response, body: response.body.slice(0, -1), delivery };
  });
}

function answering(honest: SellerServer, where: Where, response: MarketResponse): SellerServer {
  return instead(honest, where, () => Promise.resolve(response));
}

function liar(kind: string, description: string, wrap: (honest: SellerServer) => SellerServer): MarketLiar {
  return { kind, fault: 'B9', description, wrap };
}

const SLOW = { mode: 'drip', bytesPerChunk: 1, everyMs: 1000 } as const;

/** Sellers that hold a connection, fill a memory or break a parser (fault B9). */
export const TRANSPORT_LIARS: readonly MarketLiar[] = [
  liar('slow-headers', 'sends one byte of its headers a second', (honest) =>
    delivering(honest, QUOTES, { ...SLOW, endless: false, headersToo: true }),
  ),
  liar('slow-body', 'sends one byte of its quote a second', (honest) =>
    delivering(honest, QUOTES, { ...SLOW, endless: false, headersToo: false }),
  ),
  liar('endless-body', 'never stops sending its quote', (honest) =>
    delivering(honest, QUOTES, {
      mode: 'drip',
      bytesPerChunk: 512,
      everyMs: 20,
      endless: true,
      headersToo: false,
    }),
  ),
  liar('never-answers', 'takes the question and says nothing', (honest) =>
    instead(honest, QUOTES, () => new Promise<never>(() => {})),
  ),
  liar('drops-connection', 'cuts the connection at every question', (honest) =>
    instead(honest, QUOTES, () => Promise.reject(new DropConnection('cut before an answer'))),
  ),
  liar('body-100mb', 'sends a catalog of 100 MB', (honest) =>
    delivering(honest, CATALOG, { mode: 'flood', bytes: 100 * MEGABYTE, gzip: false }),
  ),
  liar('gzip-bomb', 'sends a catalog that inflates a thousandfold', (honest) =>
    delivering(honest, CATALOG, { mode: 'flood', bytes: 200 * MEGABYTE, gzip: true }),
  ),
  liar('deep-json', 'sends a quote nested a hundred thousand deep', (honest) => {
    const body = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    return answering(honest, QUOTES, { status: 200, headers: HEADERS, body });
  }),
  liar('duplicate-keys', 'writes its price twice, a low one and a high one', (honest) =>
    instead(honest, QUOTES, async (request, honestly) => {
      const response = await honestly(request);
      const twice =
        '"final_cpm":{"amount_micros":1000000,"currency":"USD","amount_micros":900000000},"final_cpm":';
      return { ...response, body: response.body.replace('"final_cpm":', twice) };
    }),
  ),
  liar('not-json', 'answers with a web page', (honest) =>
    answering(honest, QUOTES, {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Maintenance</body></html>',
    }),
  ),
  liar('always-500', 'fails at every question', (honest) =>
    answering(honest, QUOTES, {
      status: 500,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'Internal Server Error',
    }),
  ),
  {
    ...liar('redirects-inside', 'redirects to the address of a cloud’s secrets', (honest) =>
      answering(honest, QUOTES, {
        status: 307,
        headers: { location: 'http://169.254.169.254/latest/meta-data/iam' },
        body: '',
      }),
    ),
    fault: 'S1',
  },
];
