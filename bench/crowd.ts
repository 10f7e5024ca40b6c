import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  createDealsClientFactory,
  MultiSellerOrchestrator,
  ProbingRegistry,
  RegistryClient,
} from '../src/deals/index.ts';
import { createRealWorld, money } from '../src/kernel/index.ts';
import { spread } from './stats.ts';

const SELLERS = 1000;
const TIME_BUDGET_MS = 5_000;
const RUNS = 3;
const MEGABYTE = 1024 * 1024;

interface Crowd {
  readonly registryUrl: string;
  readonly origins: readonly string[];
  readonly sellers: readonly {
    readonly id: string;
    readonly url: string;
    readonly role: 'good' | 'dead' | 'slow' | 'lying';
  }[];
}

/** Fault B10: 1,000 sellers of which 30 % are dead, 20 % slow and 5 % lying, asked within a time budget of 5 s. */
export async function crowdBench(): Promise<object> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./crowd-market.ts', import.meta.url)), String(SELLERS)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      child.once('exit', (code) => reject(new Error(`the crowd ended with exit code ${code}`)));
    });
    const crowd = JSON.parse(first) as Crowd;
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await askCrowd(crowd));
    const good = crowd.sellers.filter(({ role }) => role === 'good').length;
    return {
      sellers: SELLERS,
      roles: Object.fromEntries(
        ['good', 'dead', 'slow', 'lying'].map((role) => [
          role,
          crowd.sellers.filter((each) => each.role === role).length,
        ]),
      ),
      timeBudgetMs: TIME_BUDGET_MS,
      answerMs: spread(runs.map((run) => run.answerMs)),
      goodSellingCtv: spread(runs.map((run) => run.goodAsked)),
      goodQuotesKept: spread(runs.map((run) => run.goodQuoted)),
      good,
      dealsBooked: spread(runs.map((run) => run.deals)),
      rssGrowthMb: spread(runs.map((run) => run.rssGrowthMb)),
    };
  } finally {
    child.kill('SIGKILL');
  }
}

async function askCrowd(crowd: Crowd) {
  const world = createRealWorld({ allowPrivate: crowd.origins });
  const orchestrator = new MultiSellerOrchestrator({
    world,
    registryClient: new RegistryClient({
      world,
      sources: [new ProbingRegistry({ url: crowd.registryUrl, world })],
    }),
    dealsClientFactory: createDealsClientFactory({ world }),
  });
  const rssBefore = process.memoryUsage().rss;
  let rssPeak = rssBefore;
  const sampler = setInterval(() => {
    rssPeak = Math.max(rssPeak, process.memoryUsage().rss);
  }, 50);
  const startedAt = performance.now();
  const result = await orchestrator.orchestrate({
    inventoryRequirements: { mediaType: 'ctv', dealTypes: ['PD'] },
    dealParams: {
      channel: 'ctv',
      dealType: 'PD',
      impressions: 100_000,
      flightStart: '2027-03-01',
      flightEnd: '2027-03-31',
    },
    budget: money(20_000_000_000, 'USD'),
    maxDeals: 3,
    timeBudget: TIME_BUDGET_MS,
  });
  const answerMs = performance.now() - startedAt;
  clearInterval(sampler);
  await world.network.close();
  const good = new Set(crowd.sellers.filter(({ role }) => role === 'good').map(({ url }) => url));
  return {
    answerMs,
    goodAsked: result.discoveredSellers.filter(({ url }) => good.has(url)).length,
    goodQuoted: result.quoteResults.filter((each) => each.quote !== null && good.has(each.sellerUrl)).length,
    deals: result.selection.bookedDeals.length,
    rssGrowthMb: (rssPeak - rssBefore) / MEGABYTE,
  };
}
