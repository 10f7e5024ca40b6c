import { GavotteError, parseJsonFile, type Storage } from '../kernel/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { MoneyOutcome, OutcomeLog } from '../outcomes/index.ts';
import { ledgerIdentity } from './ledger-identity.ts';
import { moneyOutcome } from './money-outcome.ts';

/** Entries that are carried at a time; a tail that was killed repeats at most as many. */
export const TAIL_BATCH = 1_000;

/** How far a tail is. */
interface Position {
  /** The last entry it has read. */
  readonly entry: number;
  /** The last one that moved money. */
  readonly moved: number;
  /** The `ledgerIdentity` of what it reads; files of before do not say. */
  readonly ledger?: string;
}

const START: Position = { entry: 0, moved: 0 };

/**
 * Writes each move of money in the ledger's journal to the outcome log: the journal is written in the transaction that
 * moves the money, so what is not in it did not happen and what is in it gets here. At least once and in order; after a
 * crash up to `TAIL_BATCH` records come again, as the same bytes under the same ids.
 */
export class LedgerTail {
  readonly #ledger: Pick<Ledger, 'entries'>;
  readonly #log: Pick<OutcomeLog, 'append'>;
  readonly #storage: Pick<Storage, 'writeText'>;
  readonly #path: string;
  #position: Position;
  #identity: string | undefined;

  private constructor(options: TailOptions, position: Position) {
    this.#ledger = options.ledger;
    this.#log = options.log;
    this.#storage = options.storage;
    this.#path = options.path;
    this.#position = position;
  }

  /** Goes on where the file at `path` says, or begins at the journal's start, as for another ledger than it names. @throws GV_BAD_INPUT for a file of another kind. */
  static async open(options: TailOptions): Promise<LedgerTail> {
    return new LedgerTail(options, await readPosition(options));
  }

  /** The last entry of the journal that is carried. */
  get entry(): number {
    return this.#position.entry;
  }

  /**
   * Carries the next entries; returns how many there were, 0 at the journal's end.
   * @throws GV_LEDGER_UNAVAILABLE, GV_OUTCOMES_UNAVAILABLE; the next call tries the same again.
   */
  async next(): Promise<number> {
    this.#identity ??= await ledgerIdentity(this.#ledger);
    if (this.#identity === undefined) return 0;
    const { ledger = this.#identity } = this.#position;
    if (ledger !== this.#identity) this.#position = START;
    const entries = await this.#ledger.entries({ after: this.#position.entry, limit: TAIL_BATCH });
    const last = entries.at(-1);
    if (last === undefined) return 0;
    const records: MoneyOutcome[] = [];
    let { moved } = this.#position;
    for (const entry of entries) {
      const record = moneyOutcome(entry, moved, this.#identity);
      if (record === undefined) continue;
      records.push(record);
      moved = record.entry;
    }
    if (records.length > 0) await this.#log.append(records);
    const position: Position = { entry: last.seq, moved, ledger: this.#identity };
    await this.#storage.writeText(this.#path, JSON.stringify(position));
    this.#position = position;
    return entries.length;
  }
}

/** What a tail works with. */
export interface TailOptions {
  readonly ledger: Pick<Ledger, 'entries'>;
  readonly log: Pick<OutcomeLog, 'append'>;
  readonly storage: Pick<Storage, 'list' | 'readText' | 'writeText'>;
  /** The file in which it keeps how far it is: `FOLDER/NAME`. */
  readonly path: string;
}

async function readPosition({ storage, path }: TailOptions): Promise<Position> {
  const slash = path.lastIndexOf('/');
  const names = await storage.list(path.slice(0, slash));
  if (!names.includes(path.slice(slash + 1))) return START;
  const fix = 'Remove it: the tail then begins at the start, and readers pass over what they have.';
  const { entry, moved, ledger } = parseJsonFile(
    await storage.readText(path),
    path,
    fix,
  ) as Partial<Position>;
  if (Number.isSafeInteger(entry) && Number.isSafeInteger(moved))
    return {
      entry: entry as number,
      moved: moved as number,
      ...(typeof ledger === 'string' ? { ledger } : {}),
    };
  throw new GavotteError('GV_BAD_INPUT', `${path} does not say how far the ledger was read`, { fix });
}
