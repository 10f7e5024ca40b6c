import { type EpochMs, type HttpHandler, randomStream } from '../kernel/index.ts';
import { DEFAULT_CATALOG } from './seller/catalog.ts';
import { createSeller, type SellerOptions, type SellerServer } from './seller/create-seller.ts';
import type { SellerProfile } from './seller/state.ts';
import type { MarketResponse } from './wire/response.ts';

/** Keys of the test seller by the tier they give. */
export const TEST_KEYS = {
  seat: 'ask_live_seat',
  agency: 'ask_live_agency',
  advertiser: 'ask_live_advertiser',
  advertiserOnly: 'ask_live_advertiser_only',
} as const;

export const TEST_PROFILE: SellerProfile = {
  name: 'Test Publisher',
  url: 'https://seller.example',
  products: DEFAULT_CATALOG,
  keys: [
    { apiKey: TEST_KEYS.seat, identity: { seat_id: 's1' } },
    { apiKey: TEST_KEYS.agency, identity: { agency_id: 'a1' } },
    { apiKey: TEST_KEYS.advertiser, identity: { agency_id: 'a1', advertiser_id: 'ad1' } },
    { apiKey: TEST_KEYS.advertiserOnly, identity: { advertiser_id: 'ad9' } },
  ],
  card: { shape: 'seller', path: '/.well-known/agent.json', agentId: '1' },
};

/** A clock that stands until it is moved. */
export class TestClock {
  #now: number;

  constructor(now = Date.UTC(2026, 10, 22, 6)) {
    this.#now = now;
  }

  now(): EpochMs {
    return this.#now as EpochMs;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    this.#now += ms;
    return Promise.resolve();
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect, and fail where it is not
  readonly body: any;
  readonly raw: MarketResponse;
}

/** Calls a handler as a client would; JSON bodies are parsed. */
export async function call(
  handler: HttpHandler,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  apiKey?: string,
): Promise<TestAnswer> {
  const raw = await handler({
    method,
    url: `https://seller.example${path}`,
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const isJson = raw.headers['content-type'] === 'application/json';
  return {
    status: raw.status,
    headers: raw.headers,
    body: isJson ? JSON.parse(raw.body) : raw.body,
    raw,
  };
}

/** A seller with the default catalog, a standing clock, and short ways to ask it. */
export function testSeller(
  options: Partial<SellerOptions> = {},
): SellerServer & { clock: TestClock; ask: typeof ask } {
  const clock = new TestClock();
  const server = createSeller({ profile: TEST_PROFILE, clock, random: randomStream(1), ...options });
  const ask = (method: 'GET' | 'POST', path: string, body?: unknown, apiKey?: string) =>
    call(server.handler, method, path, body, apiKey);
  return { ...server, clock, ask };
}

/** A quote request for the default CTV product. */
export function quoteBody(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    idempotency_key: 'k1',
    product_id: 'prod-53e78a97',
    deal_type: 'PD',
    impressions: 1_000_000,
    flight_start: '2026-12-01',
    flight_end: '2026-12-31',
    ...overrides,
  };
}
