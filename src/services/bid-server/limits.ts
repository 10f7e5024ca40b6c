/** What the bid server allows one client, and itself. Each refusal is counted in the server's stats. */
export interface BidServerLimits {
  /** Connections at once; more are dropped as they come. */
  readonly connections: number;
  /** Bytes of request line and headers. */
  readonly headBytes: number;
  /** Headers of a request. */
  readonly headers: number;
  /** Bytes of a body, as sent and inflated. */
  readonly bodyBytes: number;
  /** Milliseconds from the first byte of a request to its last, and for a client to take its answers. */
  readonly requestMs: number;
  /** Milliseconds without a request after which a connection is closed. */
  readonly idleMs: number;
  /** Milliseconds that a request may have waited for us; beyond it a bid request is answered 204 unread (T10). */
  readonly waitMs: number;
  /** Control requests not yet answered; beyond it bids are shed and control requests answered 503. */
  readonly pending: number;
  /** Bytes from which a bid is compressed for a client that accepts gzip (T5). */
  readonly gzipFromBytes: number;
  /** Milliseconds that `close()` waits for what is under way. */
  readonly drainMs: number;
}

/** The limits unless others are given, each with its reason. */
export const DEFAULT_LIMITS: BidServerLimits = {
  // Each costs some 20 KB, so this many stay below a quarter of a gigabyte.
  connections: 10_000,
  // What Node's own server allows; real exchanges send under 1 KiB.
  headBytes: 16_384,
  headers: 100,
  // The largest real requests known are some 50 KB (T4 proposes 1 MiB).
  bodyBytes: 1_048_576,
  // An exchange stops listening after a fraction of a second; only an attacker or a broken line needs this long.
  requestMs: 10_000,
  // Longer than any exchange keeps its side (Google 150 s), so that it never sends into a closing socket (T7).
  idleMs: 180_000,
  // The shortest tmax in use is 80 ms, of which the way there and back and a reserve take 40.
  waitMs: 30,
  pending: 10_000,
  // Compressing less costs more time than the line saves.
  gzipFromBytes: 1_024,
  drainMs: 10_000,
};
