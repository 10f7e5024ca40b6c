import type { World } from '../../kernel/index.ts';
import { DropConnection, type MarketHandler, unhandled } from '../wire/response.ts';
import { createRouter, withUnhandledErrors } from '../wire/router.ts';
import { discoveryRoutes } from './agent-card.ts';
import { availsRoutes } from './avails.ts';
import { createBooks, type SellerBooks } from './books.ts';
import { dealChangeRoutes } from './deal-changes.ts';
import { dealRoutes } from './deals.ts';
import { negotiationRoutes } from './negotiations.ts';
import { productRoutes } from './products.ts';
import { proposalRoutes } from './proposals.ts';
import { quoteRoutes } from './quotes.ts';
import { createState, type SellerProfile } from './state.ts';
import { templateRoutes } from './template-deals.ts';

/** What one seller is made from. */
export interface SellerOptions extends Pick<World, 'clock' | 'random'> {
  readonly profile: SellerProfile;
  /** Awaited after a contract is in the books and before the answer leaves: the moment a crash hurts most. */
  readonly onBooked?: (dealId: string) => Promise<void>;
}

/** One running seller. */
export interface SellerServer {
  readonly handler: MarketHandler;
  readonly books: SellerBooks;
}

/** A seller that speaks the IAB seller-agent contract v2.4.2, its traps included. It never lies. */
export function createSeller(options: SellerOptions): SellerServer {
  const books = createBooks();
  const { profile, clock, random } = options;
  const state = createState({
    profile,
    clock,
    random,
    books,
    onBooked: options.onBooked ?? (() => Promise.resolve()),
  });
  const route = createRouter([
    ...discoveryRoutes(state),
    ...availsRoutes(state),
    ...productRoutes(state),
    ...quoteRoutes(state),
    ...templateRoutes(state),
    // Before the deal routes: `/deals/bulk` would read as a deal id.
    ...dealChangeRoutes(state),
    ...dealRoutes(state),
    ...negotiationRoutes(state),
    ...proposalRoutes(state),
    // It has no identity of its own configured, so this breaks (wire §9.1).
    ['GET', '/api/v1/supply-chain', unhandled],
  ]);
  const handler: MarketHandler = (request) => {
    books.count('total');
    books.count(`${request.method} ${routeOf(request.url)}`);
    return route(request);
  };
  return { handler: withUnhandledErrors(handler, (error) => error instanceof DropConnection), books };
}

/** The path with ids taken out, so that counters stay few. */
function routeOf(url: string): string {
  return new URL(url).pathname.replace(/\/(?:prod|qt|DEMO|prop|neg)-[^/]+/g, '/{id}').slice(0, 80);
}
