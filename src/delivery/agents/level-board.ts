import type { Blackboard } from '../../coordination/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { BoardRead } from '../decisions/agents-state.ts';

const PREFIX = 'bid-level/';
/** A bidder that has said nothing for this long counts no more. */
const TTL_MS = 10_000;

interface Heard {
  readonly version: number;
  readonly levels: Readonly<Record<string, unknown>>;
  readonly until: number;
}

/**
 * What campaigns bid of late, over all bidders: each publishes its own levels on the blackboard under its name, and
 * hears those of the others. Reading waits on nothing.
 */
export class LevelBoard {
  readonly #board: Blackboard;
  readonly #own: string;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Levels by bidder; a value that is not what we write is not looked at. */
  readonly #heard = new Map<string, Heard>();
  #isWatching = false;

  constructor(board: Blackboard, holder: string, clock: Pick<Clock, 'monotonic'>) {
    this.#board = board;
    this.#own = `${PREFIX}${holder}`;
    this.#clock = clock;
  }

  /** Leaves our levels (CPM micros by campaign id) for the others. @throws as the board does; nothing depends on it. */
  async publish(levels: Readonly<Record<string, number>>): Promise<void> {
    if (!this.#isWatching) {
      await this.#board.watch(PREFIX, (key, entry) => {
        const value = entry?.value;
        if (typeof value !== 'object' || value === null) this.#heard.delete(key);
        else {
          const until = this.#clock.monotonic() + TTL_MS - entry!.ageMs;
          const { version } = entry!;
          this.#heard.set(key, { version, levels: value as Readonly<Record<string, unknown>>, until });
        }
      });
      this.#isWatching = true;
    }
    await this.#board.write(this.#own, levels, { ttlMs: TTL_MS });
  }

  /** What levels come from: entries of the blackboard, with the versions that were heard last. */
  get reads(): readonly BoardRead[] {
    return [...this.#heard].map(([key, { version }]) => ({ key, version }));
  }

  /** The mean over the bidders that bid for the campaign, in CPM micros; 0 when none does. */
  level(campaign: string): number {
    const now = this.#clock.monotonic();
    let sum = 0;
    let count = 0;
    for (const [key, { levels, until }] of this.#heard) {
      // That an entry grew too old is no change, so nobody tells of it.
      if (now >= until) {
        this.#heard.delete(key);
        continue;
      }
      const level = levels[campaign];
      if (typeof level !== 'number' || !(level > 0) || !Number.isFinite(level)) continue;
      sum += level;
      count += 1;
    }
    return count === 0 ? 0 : sum / count;
  }
}
