import type { BidApplication } from './application.ts';
import type { AnswerBuffer } from './hot/answer-buffer.ts';
import type { BidServerLimits } from './limits.ts';
import type { LoadGauge } from './load-gauge.ts';
import type { BidServerStats } from './stats.ts';

/** What the connections of one server share. They run one after another, so one buffer for answers serves them all. */
export interface ServerContext {
  readonly application: BidApplication;
  readonly limits: BidServerLimits;
  readonly stats: BidServerStats;
  readonly gauge: LoadGauge;
  readonly out: AnswerBuffer;
  /** Set when the server is closing: every answer is then the last of its connection. */
  draining: boolean;
  /** Told of what the application threw; the client sees a 204 or a 500. */
  report(error: unknown): void;
}
