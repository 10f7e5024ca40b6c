/** Row (a) of `bench/bidder.ts`, for `bidder-ours.ts`: the whole engine with its four agents, as `serve bidder` runs it. */
import { mkdirSync } from 'node:fs';
import { createRealWorld, money } from '../src/kernel/index.ts';
import type { BidApplication } from '../src/services/bid-server/application.ts';
import { timedBids } from '../src/services/bid-server/timed-bids.ts';
import { bidderApplication } from '../src/services/bidder/bidder-application.ts';
import { bidderMetrics } from '../src/services/bidder/bidder-metrics.ts';
import { bidderStatus } from '../src/services/bidder/bidder-status.ts';
import { scrapeText } from '../src/telemetry/index.ts';
import { BENCH_SEAT, LAST_HOP } from './bidder-traffic.ts';
import { type BenchEngine, benchFolder, noticesOf, prepareBenchEngine, startBenchEngine } from './engine.ts';

const CAMPAIGNS = 1_000;
/** Of the two thousand deals that the requests offer. */
const DEALS = 50;
const TYPES = ['PG', 'PD', 'PA'] as const;
const TICK_MS = 250;
/** A bid is won or lost about so long after it. */
const OUTCOME_TICKS = 4;
/** The bids of one answer in so many have their notices, those that bill twice; the others are just lost. */
const SAMPLED_OF = 64;

/** Opens books of its own and bids. */
export async function createApplication(): Promise<BidApplication> {
  const folder = process.env.BENCH_FOLDER ?? benchFolder();
  mkdirSync(folder, { recursive: true });
  const options = {
    folder,
    campaigns: CAMPAIGNS,
    exchange: 'bench',
    asi: LAST_HOP,
    seat: BENCH_SEAT,
    deals: Array.from({ length: DEALS }, (_none, index) => ({
      dealId: `deal-${index}`,
      type: TYPES[index % TYPES.length]!,
      cpm: money(1_500_000 + index * 50_000, 'USD'),
      format: null,
    })),
    now: createRealWorld().clock.now(),
  };
  await prepareBenchEngine(options);
  const running = await startBenchEngine(options, 'bench-1');
  const outcomes = new Outcomes(running);
  setInterval(() => outcomes.tick(), TICK_MS);
  const metrics = bidderMetrics(running.engine, createRealWorld().clock);
  const application = timedBids(
    bidderApplication(running.engine, {
      isReady: () => true,
      status: () => bidderStatus(running.engine, null),
      metrics: () => scrapeText(metrics),
    }),
  );
  return {
    bid: (path, body, start, end) => {
      const answer = application.bid(path, body, start, end);
      if (answer.status === 200) outcomes.made(answer.body);
      return answer;
    },
    other: (request) => application.other(request),
  };
}

/** What becomes of the bids, told by the process itself, as the load only asks for them. */
class Outcomes {
  readonly #running: BenchEngine;
  #answers = 0;
  #ended = 0;
  #sampled: Uint8Array[] = [];
  /** What was made in each of the last ticks: bids up to a number, and the answers sampled. */
  readonly #turns: { readonly until: number; readonly sampled: readonly Uint8Array[] }[] = [];

  constructor(running: BenchEngine) {
    this.#running = running;
  }

  made(answer: Uint8Array): void {
    this.#answers += 1;
    if (this.#answers % SAMPLED_OF === 0) this.#sampled.push(Uint8Array.from(answer));
  }

  tick(): void {
    const { engine } = this.#running;
    void engine.tick().catch(() => {});
    this.#turns.push({ until: engine.bidder.bids, sampled: this.#sampled });
    this.#sampled = [];
    if (this.#turns.length <= OUTCOME_TICKS) return;
    const { until, sampled } = this.#turns.shift()!;
    const { bills, losses } = targetsOf(sampled);
    for (const target of [...losses, ...bills, ...bills]) void engine.notice(target);
    // After the bills are paid, which ends their bids; to lose a bid that has ended does nothing.
    setTimeout(() => {
      for (; this.#ended < until; this.#ended += 1) engine.purse.lost(this.#ended);
    }, TICK_MS);
  }
}

function targetsOf(answers: readonly Uint8Array[]): { readonly bills: string[]; readonly losses: string[] } {
  const all = answers.map((answer, at) => noticesOf(answer, () => at % 2 === 0));
  return { bills: all.flatMap(({ bills }) => bills), losses: all.flatMap(({ losses }) => losses) };
}
