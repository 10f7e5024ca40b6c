import { type PortfolioInput, solvePortfolio } from '../src/deals/portfolio/index.ts';
import { QuoteNormalizer } from '../src/deals/pricing/index.ts';
import { TEST_NOW, testQuote } from '../src/deals/pricing/testing.ts';
import { type Currency, createRealWorld, type DealType, money, randomStream } from '../src/kernel/index.ts';

const SELLERS = 12;
const QUOTES = 200;
const DEALS = 25;
const BUDGET = 1_000_000;

/**
 * 200 quotes of 12 sellers, several volumes of each product, under 20 constraints: the budget, least
 * impressions, least and most per deal type (6), and the share cap of each of 12 sellers; besides at most 25
 * deals and one quote per product.
 */
export function portfolioProblem(seed: number): PortfolioInput {
  const random = randomStream(`bench-optimise-${seed}`);
  const types: readonly DealType[] = ['PG', 'PD', 'PA'];
  const quotes = Array.from({ length: QUOTES }, (_, index) => {
    const seller = index % SELLERS;
    const product = random.int(8);
    const list = 8 + ((seller * 7 + product * 5) % 30);
    return testQuote({
      quoteId: `qt-${index}`,
      sellerId: `seller-${seller}`,
      productId: `prod-${product}`,
      dealType: types[(seller + product) % 3]!,
      cpmMicros: Math.round(list * (0.85 + 0.3 * random.float()) * 100) * 10_000,
      impressions: 200_000 + random.int(60) * 100_000,
      estimatedFillRate: 0.5 + random.int(50) / 100,
    });
  });
  const normalizer = new QuoteNormalizer({ budgetCurrency: 'USD' as Currency, now: () => TEST_NOW });
  return {
    candidates: normalizer.rankQuotes(quotes),
    remaining: money(BUDGET * 1e6, 'USD'),
    slots: DEALS,
    held: [],
    constraints: {
      minImpressions: 30_000_000,
      maxSellerShare: 0.15,
      dealTypeShares: { PG: { min: 0.2, max: 0.5 }, PD: { min: 0.2, max: 0.6 }, PA: { min: 0.1, max: 0.4 } },
    },
  };
}

export interface OptimiseFigures {
  readonly quotes: number;
  readonly constraints: number;
  readonly runs: number;
  /** Milliseconds to the first answer, and to the proven one. */
  readonly instantMs: Spread;
  readonly provenMs: Spread;
  /** Percent below the proven bound. */
  readonly instantGapPct: Spread;
  readonly finalGapPct: Spread;
  /** Percent above the greedy choice, which keeps none of the constraints. */
  readonly gainOverGreedyPct: Spread;
  readonly proven: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Optimises `runs` different problems of 200 quotes and 20 constraints, after one to warm up. */
export async function benchOptimise(runs = 9): Promise<OptimiseFigures> {
  const { clock } = createRealWorld();
  const solve = async (seed: number) => {
    const input = portfolioProblem(seed);
    const startedAt = performance.now();
    let instantMs = Number.NaN;
    const onInstant = () => {
      instantMs = performance.now() - startedAt;
    };
    const solved = await solvePortfolio(input, { clock, timeLimitMs: 30_000, onInstant });
    return { ...solved, instantMs, provenMs: performance.now() - startedAt };
  };
  await solve(0);
  const solved: Awaited<ReturnType<typeof solve>>[] = [];
  for (let seed = 1; seed <= runs; seed += 1) solved.push(await solve(seed));
  return {
    quotes: QUOTES,
    constraints: 20,
    runs,
    instantMs: spread(solved.map((each) => each.instantMs)),
    provenMs: spread(solved.map((each) => each.provenMs)),
    instantGapPct: spread(solved.map((each) => 100 * each.instantGap)),
    finalGapPct: spread(solved.map((each) => 100 * each.gap)),
    gainOverGreedyPct: spread(solved.map((each) => each.gainOverGreedyPct ?? Number.NaN)),
    proven: solved.filter((each) => each.proof === 'optimal').length,
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => Math.round(sorted[index]! * 1000) / 1000;
  return { median: at(sorted.length >> 1), min: at(0), max: at(sorted.length - 1) };
}
