import { type Clock, GavotteError } from '../kernel/index.ts';
import type { OutcomeConsumer } from '../outcomes/index.ts';
import type { Auditor } from './auditor.ts';
import type { LedgerTail } from './ledger-tail.ts';

/** A round begins this often, so that what is there to be seen is an alert well within a second. */
export const ROUND_MS = 250;
/** Of a round this much is for reading; then ledger and books are compared, however much is left to read. */
const READING_MS = 300;
const BATCH = 2_000;

/** What the rounds of an auditor are made of. */
export interface RoundsOptions {
  readonly clock: Clock;
  /** Writes the ledger's journal to one of the logs; `null` when another process does. */
  readonly tail: LedgerTail | null;
  readonly auditor: Auditor;
  /** A consumer of each log, by a name of the log that stays. */
  readonly consumers: ReadonlyMap<string, OutcomeConsumer>;
}

/** The work of an auditor, over and over: carry the journal on, read the logs, compare. */
export class AuditRounds {
  readonly #options: RoundsOptions;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Until `signal` aborts. What fails is told to `onTrouble`, and tried again in the next round. */
  async run(signal: AbortSignal, onTrouble: (error: GavotteError) => void): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      for (const part of [() => this.#read(), () => this.#options.auditor.check()])
        await part().catch((error: unknown) => onTrouble(GavotteError.from(error)));
      await clock.sleep(ROUND_MS, signal).catch(() => {});
    }
  }

  /**
   * Reads everything there is, and compares once. `isOver`: nothing is under way any more.
   * @throws GV_LEDGER_UNAVAILABLE, GV_OUTCOMES_UNAVAILABLE
   */
  async once({ isOver }: { readonly isOver: boolean }): Promise<void> {
    while (await this.#read());
    await this.#options.auditor.check(isOver ? 'all' : 'old');
  }

  /** Reads for a while; whether anything came. */
  async #read(): Promise<boolean> {
    const { clock, tail, auditor, consumers } = this.#options;
    const until = clock.monotonic() + READING_MS;
    let failed: unknown;
    let some = false;
    try {
      while (tail !== null && clock.monotonic() < until && (await tail.next()) > 0) some = true;
    } catch (error) {
      // The ledger may be away: what the logs have is read all the same.
      failed = error;
    }
    if (!(await auditor.meet())) return false;
    for (const [name, consumer] of consumers) {
      let isRead = false;
      do {
        const entries = await consumer.poll({ max: BATCH, waitMs: 0 });
        if (entries.length === 0) break;
        auditor.take(name, entries);
        isRead = true;
      } while (clock.monotonic() < until);
      if (isRead) await consumer.commit();
      some ||= isRead;
    }
    if (failed !== undefined) throw GavotteError.from(failed);
    return some;
  }
}
