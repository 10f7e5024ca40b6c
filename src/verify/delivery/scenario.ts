import { type RandomStream, randomStream } from '../../kernel/index.ts';
import type { BoardMishap } from './flaky-board.ts';

/** Something that happens to one bidder, at a second of the run. */
export interface BidderMishap {
  readonly bidder: number;
  readonly second: number;
  /** How long it lasts; a bidder that was killed starts again after it. */
  readonly seconds: number;
}

/** What happens to notices on their way, as shares of all. */
export interface NoticeWeather {
  readonly duplicated: number;
  readonly delayed: number;
  readonly lost: number;
  /** Comes after the money is no longer held for it. */
  readonly tooLate: number;
  readonly forged: number;
}

/** Mostly a few seconds, as with a time service that limps; now and then minutes (D17). */
function clockOffset(random: RandomStream, calm: boolean): number {
  if (calm) return 0;
  const most = random.int(6) === 0 ? 300_000 : 6_000;
  return random.int(2 * most) - most;
}

/** One world of delivery, by its seed. */
export interface DeliveryScenario {
  readonly seed: number;
  readonly bidders: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** Micros USD; small, so that bidders meet at the cap. */
  readonly budget: number;
  /** Impressions of the guaranteed and of the preferred deal; 0 for none. */
  readonly guaranteed: number;
  readonly preferred: number;
  readonly winRate: number;
  readonly notices: NoticeWeather;
  /** Killed with SIGKILL, anywhere in what it does. */
  readonly kills: readonly BidderMishap[];
  /** Stopped and continued later, its memory as it was. */
  readonly freezes: readonly BidderMishap[];
  /** A bidder that sleeps on after all this, until its leases are long over, and wakes as if nothing had been (D3). */
  readonly sleeper: number | null;
  /** When the ledger does not answer (`hangs`) or answers late. */
  readonly outages: readonly { readonly second: number; readonly seconds: number; readonly hangs: boolean }[];
  /** How far each bidder's wall clock is off. */
  readonly clockOffsetsMs: readonly number[];
  /** What happens to the blackboard on which bidders agree (D4, D5, D16). */
  readonly boardMishaps: readonly {
    readonly second: number;
    readonly seconds: number;
    readonly kind: BoardMishap;
  }[];
}

const BOARD_MISHAPS: readonly BoardMishap[] = ['away', 'silent', 'stale', 'flushed', 'lost writes'];

/** The world of a seed: every eighth is calm. */
export function deliveryScenarioOf(seed: number): DeliveryScenario {
  const random = randomStream(`delivery:${seed}`);
  const calm = seed % 8 === 0;
  const bidders = 1 + random.int(4);
  const seconds = 10 + random.int(15);
  const share = (most: number) => (calm ? 0 : random.int(2) * random.float() * most);
  const mishaps = (most: number): BidderMishap[] =>
    Array.from({ length: calm ? 0 : random.int(most + 1) }, () => ({
      bidder: random.int(bidders),
      second: 2 + random.int(seconds - 2),
      seconds: 1 + random.int(25),
    }));
  return {
    seed,
    bidders,
    seconds,
    requestsPerSecond: 1 + random.int(5),
    budget: 40_000 + random.int(random.int(3) === 0 ? 2_000_000 : 400_000),
    guaranteed: random.int(2) * (5 + random.int(60)),
    preferred: random.int(2) * (5 + random.int(60)),
    winRate: 0.2 + random.float() * 0.8,
    notices: {
      duplicated: share(0.5),
      delayed: share(0.6),
      lost: share(0.3),
      tooLate: share(0.1),
      forged: share(0.3),
    },
    kills: mishaps(2),
    freezes: mishaps(2),
    sleeper: calm || bidders === 1 || random.int(3) > 0 ? null : random.int(bidders),
    outages: mishaps(2).map(({ second, seconds: length }) => ({
      second,
      seconds: length,
      hangs: random.int(2) === 0,
    })),
    clockOffsetsMs: Array.from({ length: bidders }, () => clockOffset(random, calm)),
    boardMishaps: Array.from({ length: calm ? 0 : random.int(3) }, () => ({
      second: random.int(seconds),
      seconds: 1 + random.int(20),
      kind: BOARD_MISHAPS[random.int(BOARD_MISHAPS.length)]!,
    })),
  };
}
