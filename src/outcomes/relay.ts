import type { Clock } from '../kernel/index.ts';
import type { OutcomeConsumer, OutcomeEntry, OutcomeLog } from './log.ts';
import type { OutcomeRecord } from './record.ts';

const BATCH = 2_000;
/** A log that is away is asked again this often. */
const RETRY_MS = 500;
/** How long it waits for records at a time. */
const WAIT_MS = 60_000;

/**
 * Carries records from a log that is here to one that may be away, in order, each at least once: one that was taken
 * unheard is sent again, under its id. Where it stands is what its consumer has committed.
 */
export class Relay {
  /** Offsets that were passed over, as retention removed them. */
  skipped = 0;
  /** Why the last try failed; `undefined` when it did not. */
  trouble: string | undefined;
  readonly #clock: Clock;
  readonly #target: Pick<OutcomeLog, 'append'>;
  readonly #source: OutcomeConsumer;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** Polled, and not yet taken by the target. */
  #carried = 0;
  #next: number | undefined;

  /** Begins at once. */
  constructor(options: {
    readonly clock: Clock;
    readonly source: OutcomeConsumer;
    readonly target: Pick<OutcomeLog, 'append'>;
  }) {
    this.#clock = options.clock;
    this.#source = options.source;
    this.#target = options.target;
    this.#running = this.#run();
  }

  /** How many records the target does not have yet. */
  async waiting(): Promise<number> {
    return this.#carried + (await this.#source.lag());
  }

  /** Ends when nothing waits any more, or the target takes nothing. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#source.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      try {
        const entries = await this.#source.poll({ max: BATCH, waitMs: signal.aborted ? 0 : WAIT_MS });
        if (entries.length === 0 && signal.aborted) return;
        if (entries.length > 0) {
          this.#count(entries);
          await this.#carry(entries.map(({ record }) => record));
          await this.#source.commit();
        }
      } catch (error) {
        // Closing, or our own disk: what was not committed is carried again by the next start.
        if (signal.aborted) return;
        await this.#pause(error);
      }
    }
  }

  #count(entries: readonly OutcomeEntry[]): void {
    const first = entries[0]!.offset;
    this.skipped += first - (this.#next ?? first);
    this.#next = entries.at(-1)!.offset + 1;
  }

  /** Until the target has them. @throws what the target does, once this is to close. */
  async #carry(records: readonly OutcomeRecord[]): Promise<void> {
    this.#carried = records.length;
    for (;;) {
      try {
        await this.#target.append(records);
        this.#carried = 0;
        this.trouble = undefined;
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        await this.#pause(error);
      }
    }
  }

  async #pause(error: unknown): Promise<void> {
    this.trouble = (error as Error).message;
    await this.#clock.sleep(RETRY_MS, this.#closing.signal).catch(() => {});
  }
}
