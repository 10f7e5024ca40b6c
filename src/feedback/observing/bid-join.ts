import type { BidOutcome, OutcomeRecord } from '../../outcomes/index.ts';

/** What is known of a bid so far. Money in micros. */
export interface JoinedBid {
  readonly bid: BidOutcome;
  end: 'open' | 'won' | 'lost';
  /** What it took to win, CPM micros, where the exchange told. */
  toBeat: number | null;
  paid: number;
  /** When it was clicked; null while it was not. */
  clickedAt: number | null;
  /** What its conversions brought so far. */
  brought: number;
}

/** What a record told that was not known before. */
export interface BidNews {
  readonly kind: 'won' | 'lost' | 'billed' | 'clicked' | 'converted';
  readonly joined: JoinedBid;
  /** Micros: of a bill what was paid, of a conversion what it brought; otherwise 0. */
  readonly micros: number;
  readonly at: number;
}

/** Bids that are remembered: at 10,000 bids a second a minute and a half, at 100 more than two hours. */
const REMEMBERED = 1_000_000;
/** What came before its bid, which may come by another way, as money goes before news: so many wait. */
const MOST_EARLY = 100_000;

/**
 * Brings together what became of each bid: wins, losses, bills, clicks and conversions find the bid that they follow from,
 * however late they are and in whatever order, as long as the bid is remembered. What comes twice counts once.
 */
export class BidJoin {
  /** Records that found no bid: older than what is remembered, or of a bid nobody wrote down. */
  orphans = 0;
  readonly #bids = new Map<string, JoinedBid>();
  readonly #early = new Map<string, OutcomeRecord[]>();
  readonly #remembered: number;
  #waiting = 0;

  constructor(remembered: number = REMEMBERED) {
    this.#remembered = remembered;
  }

  /** Bids that are remembered. */
  get size(): number {
    return this.#bids.size;
  }

  /** Takes one record and tells `hear` what is new by it. */
  take(record: OutcomeRecord, hear: (news: BidNews) => void): void {
    if (record.kind === 'bid') this.#add(record, hear);
    else if (record.parent !== null && FOLLOWING.has(record.kind)) {
      const joined = this.#bids.get(record.parent);
      if (joined === undefined) this.#keepEarly(record.parent, record);
      else follow(joined, record, hear);
    }
  }

  #add(bid: BidOutcome, hear: (news: BidNews) => void): void {
    if (this.#bids.has(bid.id)) return;
    const joined: JoinedBid = { bid, end: 'open', toBeat: null, paid: 0, clickedAt: null, brought: 0 };
    this.#bids.set(bid.id, joined);
    if (this.#bids.size > this.#remembered) this.#bids.delete(this.#bids.keys().next().value!);
    const early = this.#early.get(bid.id);
    if (early === undefined) return;
    this.#early.delete(bid.id);
    this.#waiting -= early.length;
    for (const record of early) follow(joined, record, hear);
  }

  #keepEarly(id: string, record: OutcomeRecord): void {
    if (this.#waiting >= MOST_EARLY) {
      const [oldest, records] = this.#early.entries().next().value!;
      this.#early.delete(oldest);
      this.#waiting -= records.length;
      this.orphans += records.length;
    }
    const known = this.#early.get(id);
    if (known === undefined) this.#early.set(id, [record]);
    else known.push(record);
    this.#waiting += 1;
  }
}

const FOLLOWING: ReadonlySet<OutcomeRecord['kind']> = new Set([
  'win',
  'loss',
  'billing',
  'click',
  'conversion',
]);

function follow(joined: JoinedBid, record: OutcomeRecord, hear: (news: BidNews) => void): void {
  const tell = (kind: BidNews['kind'], micros = 0) => hear({ kind, joined, micros, at: record.at });
  if (record.kind === 'win' || record.kind === 'loss') {
    if (joined.end !== 'open') return;
    joined.end = record.kind === 'win' ? 'won' : 'lost';
    const told = record.minToWin ?? (record.kind === 'win' ? record.cpm : null);
    joined.toBeat = told?.amountMicros ?? null;
    tell(joined.end);
  } else if (record.kind === 'billing') {
    if (joined.paid > 0) return;
    // A bill is a win, whether or not the win was told.
    if (joined.end !== 'won') joined.end = 'won';
    joined.paid = record.cost.amountMicros;
    tell('billed', joined.paid);
  } else if (record.kind === 'click') {
    if (joined.clickedAt !== null) return;
    joined.clickedAt = record.at;
    tell('clicked');
  } else if (record.kind === 'conversion') {
    const micros = record.value?.amountMicros ?? 0;
    joined.brought += micros;
    tell('converted', micros);
  }
}
