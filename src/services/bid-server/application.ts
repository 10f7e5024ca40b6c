/** What answers requests behind the server. The server knows HTTP and nothing of bidding. */
export interface BidApplication {
  /**
   * Answers one bid request at once, without I/O; `body` is valid during the call only. `path` is the request's path
   * without its query, which names the exchange: `/openrtb2/bid/EXCHANGE`.
   */
  bid(path: string, body: Uint8Array, start: number, end: number): BidAnswer;
  /** Answers anything else: notices, health, metrics. A rejection becomes a 500. */
  other(request: ControlRequest): Promise<ControlAnswer>;
}

/** 204 and 400 have no body. */
export type BidAnswer = { readonly status: 200; readonly body: Uint8Array } | { readonly status: 204 | 400 };

/** A request that is no bid. */
export interface ControlRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What is answered to it. */
export interface ControlAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
