import type { DealType, EpochMs } from '../../kernel/index.ts';

/** One contract as the seller itself holds it. A buyer never sees this; a checker does. */
export interface Contract {
  readonly dealId: string;
  readonly quoteId: string | null;
  readonly productId: string;
  readonly dealType: DealType | string;
  readonly impressions: number;
  readonly cpmMicros: number;
  readonly currency: string;
  readonly flightStart: string;
  readonly flightEnd: string;
  readonly status: string;
  /** By the seller's true clock, whatever it tells buyers. */
  readonly createdAt: EpochMs;
  /** When the quote it was made from ended; null without one. */
  readonly quoteExpiresAt: EpochMs | null;
  readonly idempotencyKey: string | null;
}

/** Statuses under which a contract binds nobody any more. */
const ENDED: ReadonlySet<string> = new Set(['cancelled', 'deprecated', 'expired', 'rejected', 'failed']);

/** What one seller holds and has served, counted on its own side. */
export interface SellerBooks {
  /** Every contract ever made, in order. */
  contracts(): readonly Contract[];
  /** Those that bind today. */
  liveContracts(): readonly Contract[];
  /** Requests served, by `METHOD /route` and in all under `total`. */
  served(): Readonly<Record<string, number>>;
}

/** The books with the pen. */
export interface BooksKeeper extends SellerBooks {
  enter(contract: Contract): void;
  setStatus(dealId: string, status: string): void;
  count(what: string): void;
}

export function createBooks(): BooksKeeper {
  const contracts = new Map<string, Contract>();
  const counts = new Map<string, number>();
  return {
    contracts: () => [...contracts.values()],
    liveContracts: () => [...contracts.values()].filter((contract) => !ENDED.has(contract.status)),
    served: () => Object.fromEntries(counts),
    enter: (contract) => void contracts.set(contract.dealId, contract),
    setStatus: (dealId, status) => {
      const contract = contracts.get(dealId);
      if (contract !== undefined) contracts.set(dealId, { ...contract, status });
    },
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
  };
}
