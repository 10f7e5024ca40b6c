/** Counters since the start, except `open` and `pending`, which are of now. */
export interface BidServerStats {
  connections: number;
  open: number;
  /** Connections dropped over the cap. */
  dropped: number;
  /** Bid requests by how they ended: 200, 204, 400 by the application; 204 unread; 204 as the application threw. */
  bids: number;
  noBids: number;
  invalid: number;
  shed: number;
  failed: number;
  /** Control requests answered, and those under way. */
  control: number;
  pending: number;
  /** Requests refused by the server itself, by status. */
  refused: Record<RefusalStatus, number>;
  /** Requests, answers or idle connections that took too long. */
  timedOut: number;
}

/** What the server answers by itself to a request that it does not accept; all but 405 and 503 end the connection. */
export type RefusalStatus = 400 | 405 | 408 | 413 | 417 | 431 | 500 | 503 | 505;

/** All counters at zero. */
export function newStats(): BidServerStats {
  return {
    connections: 0,
    open: 0,
    dropped: 0,
    bids: 0,
    noBids: 0,
    invalid: 0,
    shed: 0,
    failed: 0,
    control: 0,
    pending: 0,
    refused: { 400: 0, 405: 0, 408: 0, 413: 0, 417: 0, 431: 0, 500: 0, 503: 0, 505: 0 },
    timedOut: 0,
  };
}
