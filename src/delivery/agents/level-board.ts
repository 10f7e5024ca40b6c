import type { Blackboard } from '../../coordination/index.ts';

const PREFIX = 'bid-level/';
/** A bidder that has said nothing for this long counts no more. */
const TTL_MS = 10_000;

/**
 * What campaigns bid of late, over all bidders: each publishes its own levels on the blackboard under its name, and
 * hears those of the others. Reading waits on nothing.
 */
export class LevelBoard {
  readonly #board: Blackboard;
  readonly #own: string;
  /** Levels by bidder; a value that is not what we write is not looked at. */
  readonly #levels = new Map<string, Readonly<Record<string, unknown>>>();
  #watching: Promise<unknown> | undefined;

  constructor(board: Blackboard, holder: string) {
    this.#board = board;
    this.#own = `${PREFIX}${holder}`;
  }

  /** Leaves our levels (CPM micros by campaign id) for the others. @throws as the board does; nothing depends on it. */
  async publish(levels: Readonly<Record<string, number>>): Promise<void> {
    this.#watching ??= this.#board.watch(PREFIX, (key, entry) => {
      const value = entry?.value;
      if (typeof value === 'object' && value !== null)
        this.#levels.set(key, value as Readonly<Record<string, unknown>>);
      else this.#levels.delete(key);
    });
    await this.#watching;
    await this.#board.write(this.#own, levels, { ttlMs: TTL_MS });
  }

  /** The mean over the bidders that bid for the campaign, in CPM micros; 0 when none does. */
  level(campaign: string): number {
    let sum = 0;
    let count = 0;
    for (const levels of this.#levels.values()) {
      const level = levels[campaign];
      if (typeof level !== 'number' || !(level > 0) || !Number.isFinite(level)) continue;
      sum += level;
      count += 1;
    }
    return count === 0 ? 0 : sum / count;
  }
}
