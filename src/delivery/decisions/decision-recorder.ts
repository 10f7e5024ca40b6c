import type { DecisionWatch, EndedDecision } from '../serving/bidder.ts';
import { type MadeBid, madeBid } from '../serving/candidate.ts';
import type { AgentsState, StatedAgents } from './agents-state.ts';
import { HEAD_BYTES, writeHead } from './decision-record.ts';
import { type Tape, TapeRecorder } from './tape.ts';

/** Bytes of decisions that wait to be taken; there are two such buffers. What comes beyond is counted, not kept. */
const BUFFER_BYTES = 8 * 2 ** 20;
/** After so many states, one is written whole, so that a reader need not go back further. */
const STATES_TO_WHOLE = 20;

/** The agents as the decisions after it read them. */
export interface RecordedState {
  readonly kind: 'state';
  /** Counts from 1. */
  readonly number: number;
  /** When a decision first read it. */
  readonly at: number;
  /** Whether it is everything, or what has changed since the one before. */
  readonly isWhole: boolean;
  /** The campaigns in flight, by index. */
  readonly active: readonly number[];
  readonly agents: AgentsState;
}

/** A decision with the bytes of its record; see `readDecision`. */
export interface RecordedDecision {
  readonly kind: 'decision';
  readonly number: number;
  readonly at: number;
  /** Void once `take` was called twice. */
  readonly bytes: Buffer;
  /** Bytes of the request at its end. */
  readonly bodyBytes: number;
  readonly exchange: string;
  /** The bids that left. */
  readonly bids: readonly RecordedBid[];
}

/** A bid that left, as far as others learn from it. */
export interface RecordedBid extends MadeBid {
  readonly bidId: string;
}

/** What was recorded, in its order: a state stands before the decisions that read it. */
export type Recorded = RecordedState | RecordedDecision;

/**
 * Records decisions while they are made, in memory: all bids, and one no-bid in `noBidsPerKept`. Somebody takes them
 * from time to time and writes them to where they last.
 */
export class DecisionRecorder implements DecisionWatch {
  /** Decisions that were not recorded for want of room; taking more often helps. */
  dropped = 0;
  readonly #agents: StatedAgents;
  readonly #exchanges: ReadonlyMap<string, number>;
  readonly #active: () => readonly number[];
  readonly #noBidsPerKept: number;
  readonly #tape = new TapeRecorder();
  readonly #buffers = [Buffer.allocUnsafe(BUFFER_BYTES), Buffer.allocUnsafe(BUFFER_BYTES)] as const;
  #current: 0 | 1 = 0;
  #end = 0;
  #entries: Recorded[] = [];
  #states = 0;
  #activated = true;

  constructor(options: {
    readonly agents: StatedAgents;
    /** Names of the exchanges, in the bidder’s order. */
    readonly exchanges: readonly string[];
    /** Indexes of the campaigns in flight. */
    readonly active: () => readonly number[];
    readonly noBidsPerKept: number;
  }) {
    this.#agents = options.agents;
    this.#exchanges = new Map(options.exchanges.map((name, index) => [name, index]));
    this.#active = options.active;
    this.#noBidsPerKept = options.noBidsPerKept;
  }

  begin(): Tape {
    this.#tape.begin();
    return this.#tape;
  }

  end({ number, at, exchange, body, start, end, result, bids }: EndedDecision): void {
    if (result.status !== 200 && number % this.#noBidsPerKept !== 0) return;
    if (this.#activated || this.#agents.hasNews) this.#state(at);
    const tapeAt = this.#end + HEAD_BYTES;
    const buffer = this.#buffers[this.#current];
    if (tapeAt + this.#tape.length + end - start > buffer.length) {
      this.dropped += 1;
      return;
    }
    const bodyAt = this.#tape.writeTo(buffer, tapeAt);
    const place = this.#exchanges.get(exchange) ?? -1;
    writeHead(
      buffer,
      this.#end,
      { number, at, exchange: place, state: this.#states, result },
      bodyAt - tapeAt,
    );
    buffer.set(start === 0 && end === body.length ? body : body.subarray(start, end), bodyAt);
    const after = bodyAt + end - start;
    this.#entries.push({
      kind: 'decision',
      number,
      at,
      bytes: buffer.subarray(this.#end, after),
      bodyBytes: end - start,
      exchange,
      bids: bids.map(({ bidId, candidate }) => ({ bidId, ...madeBid(candidate) })),
    });
    this.#end = after;
  }

  /** Other campaigns are in flight than before. */
  activated(): void {
    this.#activated = true;
  }

  /** What was recorded since the last call; its bytes hold until the next but one. */
  take(): readonly Recorded[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#current = this.#current === 0 ? 1 : 0;
    this.#end = 0;
    return entries;
  }

  #state(at: number): void {
    const isWhole = this.#states % STATES_TO_WHOLE === 0;
    this.#states += 1;
    this.#activated = false;
    this.#entries.push({
      kind: 'state',
      number: this.#states,
      at,
      isWhole,
      active: this.#active(),
      agents: this.#agents.take(isWhole),
    });
  }
}
