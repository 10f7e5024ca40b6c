import { type Clock, GavotteError, type Money, money, STEPS, traced } from '../kernel/index.ts';
import type { Notice } from '../openrtb/index.ts';
import {
  OUTCOME_VERSION,
  type OutcomeKind,
  type OutcomeLog,
  type OutcomeRecord,
  outcomeId,
  writeOutcome,
} from '../outcomes/index.ts';
import { funnelOutcome, outcomesOf, setupOutcome, type WrittenSetup } from './decisions/decision-outcomes.ts';
import type { DecisionRecorder } from './decisions/decision-recorder.ts';
import type { ProcessFunnel } from './decisions/funnel.ts';
import { RecentIds } from './money/recent-ids.ts';
import type { BillingJournal, OutcomeListener } from './notice-desk.ts';
import type { OpenBid } from './serving/candidate.ts';

/** Records that wait while the log is away; what comes beyond is counted. Money is not among them: the ledger has it. */
const MOST_WAITING = 200_000;
/** Billings that it knows to be written: copies mostly follow within a minute. */
const RECENT_BILLINGS = 50_000;
/** How often the funnel is written. */
const FUNNEL_EVERY_MS = 60_000;

/** What an engine writes down, and where. */
export interface JournalOptions {
  readonly log: Pick<OutcomeLog, 'append'>;
  readonly setup: WrittenSetup;
  readonly recorder: Pick<DecisionRecorder, 'take' | 'dropped'> | null;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** How far offers came; written down now and then. */
  readonly funnel: () => ProcessFunnel;
}

/**
 * Writes what a bidder decides and what becomes of its bids to the outcome log, a few times a second and never on the bid
 * path; what was billed, before its notice is acknowledged. While the log is away it keeps what it can; bidding goes on.
 */
export class OutcomeJournal implements OutcomeListener<OpenBid>, BillingJournal {
  readonly #options: JournalOptions;
  #waiting: OutcomeRecord[];
  #flushing: Promise<void> | null = null;
  #dropped = 0;
  readonly #billed = new RecentIds(RECENT_BILLINGS);
  #funnels = 0;
  #funnelAt: number;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#waiting = [setupOutcome(options.setup, options.clock.now())];
    this.#funnelAt = options.clock.monotonic() + FUNNEL_EVERY_MS;
  }

  /** Records that are not written yet, decisions that were not taken up left out. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Records that found no room while the log was away, or that the log refused; decisions that there was no room to record. */
  get dropped(): number {
    return this.#dropped + (this.#options.recorder?.dropped ?? 0);
  }

  won(_bid: OpenBid | undefined, notice: Notice): void {
    const cpm = typeof notice.price === 'number' ? money(notice.price, notice.currency) : null;
    this.#hear('win', notice, { cpm, minToWin: minToWinOf(notice) });
  }

  lost(_bid: OpenBid | undefined, notice: Notice): void {
    this.#hear('loss', notice, { reason: notice.lossCode ?? null, minToWin: minToWinOf(notice) });
  }

  billed(_bid: OpenBid | undefined, notice: Notice, micros: number): void {
    this.#billed.add(notice.bidId);
    this.#hear('billing', notice, { cost: money(micros, notice.currency) });
  }

  repeated(notice: Notice, micros: number): void {
    if (!this.#billed.has(notice.bidId)) this.billed(undefined, notice, micros);
  }

  clicked(_bid: OpenBid | undefined, notice: Notice): void {
    this.#hear('click', notice, {});
  }

  async written(): Promise<void> {
    // What is being written may have begun before the latest came in.
    await this.#flushing?.catch(() => {});
    if (this.#waiting.length > 0) await this.flush();
  }

  /** Writes what has come in. @throws GV_OUTCOMES_UNAVAILABLE; nothing is lost by that, and the next call goes on. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  /** Writes what is left, and the last funnel. */
  async close(): Promise<void> {
    await this.#flushing?.catch(() => {});
    this.#countFunnel();
    await this.flush();
  }

  async #flush(): Promise<void> {
    const { log, recorder, setup, clock } = this.#options;
    if (recorder !== null) this.#keep(outcomesOf(setup.holder, recorder.take()));
    if (clock.monotonic() >= this.#funnelAt) this.#countFunnel();
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      await traced(
        STEPS.outcomes,
        () => ({ records: batch.length }),
        () => log.append(batch),
      );
    } catch (thrown) {
      const error = GavotteError.from(thrown);
      const since = this.#waiting;
      this.#waiting = error.code === 'GV_OUTCOME_REFUSED' ? this.#withoutRefused(batch) : batch;
      this.#keep(since);
      throw error;
    }
  }

  /** A record that the log will never take, such as one that is too large, must not hold up those behind it. */
  #withoutRefused(batch: readonly OutcomeRecord[]): OutcomeRecord[] {
    const writable = batch.filter((record) => {
      try {
        writeOutcome(record);
        return true;
      } catch {
        return false;
      }
    });
    this.#dropped += batch.length - writable.length;
    return writable;
  }

  #countFunnel(): void {
    const { setup, clock, funnel } = this.#options;
    this.#funnels += 1;
    this.#funnelAt = clock.monotonic() + FUNNEL_EVERY_MS;
    this.#keep([funnelOutcome(setup.holder, this.#funnels, funnel())]);
  }

  #keep(records: readonly OutcomeRecord[]): void {
    const room = Math.max(0, MOST_WAITING - this.#waiting.length);
    this.#dropped += Math.max(0, records.length - room);
    for (const record of records.slice(0, room)) this.#waiting.push(record);
  }

  #hear(kind: OutcomeKind, notice: Notice, more: object): void {
    const { bidId, campaign, exchange, dealId, creative, at } = notice;
    const head = { version: OUTCOME_VERSION, id: outcomeId(kind, bidId), parent: bidId, at, campaign };
    this.#keep([{ ...head, kind, exchange, deal: dealId, creative, ...more } as OutcomeRecord]);
  }
}

function minToWinOf({ minToWin, currency }: Notice): Money | null {
  return minToWin === undefined ? null : money(minToWin, currency);
}
