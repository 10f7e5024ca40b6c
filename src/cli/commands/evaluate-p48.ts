import {
  constantAlpha,
  type DayBounds,
  dayBounds,
  officialPopulation,
  openDay,
  P48_EPISODES,
  type P48Cell,
  type P48Difference,
  type P48Row,
  type Population,
  p48Difference,
  p48Resolver,
  p48Rows,
  playP48,
  type StrategyMaker,
  syntheticPopulation,
} from '../../adauction/index.ts';
import { GavotteError, type Storage } from '../../kernel/index.ts';
import type { Output, Report } from '../output.ts';
import { table } from '../table.ts';

/** All days are played with these draws. */
const SEED = 'p48';
/** Opportunities of a day; AuctionNet has 500,000. Prices and scores stay, realised scores get noisier. */
const OPPORTUNITIES = 100_000;
const OURS = 'resolver';
/** What bids this times its limit for a conversion all day: the best of five such on training days. */
const CONSTANT = 1.15;

/** What is compared, and on which days. */
export interface EvaluateP48Command {
  readonly policies: readonly string[];
  readonly split: keyof typeof P48_EPISODES;
  readonly days: number;
  /** Folder with AuctionNet's published policies; without it, rivals are synthetic. */
  readonly data: string | undefined;
  readonly storage: Storage;
  readonly output: Output;
  /** Called when all is known to be in order, before the first day is read. */
  readonly onReady: () => Promise<void>;
}

/** `gavotte evaluate --scenario p48`: policies in each of 48 places on the same days of AuctionNet's market. */
export async function evaluateP48Days(command: EvaluateP48Command): Promise<Report> {
  const { policies, split, days, output, onReady } = command;
  const population = await populationOf(command);
  const candidates = chosen(policies, population);
  const { from } = P48_EPISODES[split];
  await onReady();
  const cells: P48Cell[] = [];
  const found: DayBounds[] = [];
  for (let episode = from; episode < from + days; episode += 1) {
    const law = { seed: SEED, opportunities: OPPORTUNITIES };
    cells.push(...playP48({ population, candidates, ...law, episodes: { from: episode, to: episode } }));
    found.push(dayBounds(openDay({ ...law, episode }), population));
    output.note(`  played day ${episode}`);
  }
  const bounds = meanOf(found);
  const rows = p48Rows(cells);
  const [first] = policies as [string, ...string[]];
  const differences = policies.slice(1).map((other) => p48Difference(cells, first, other));
  const json = {
    scenario: 'p48',
    rivals: population.name,
    split,
    first: from,
    days,
    bounds,
    rows,
    differences,
  };
  const head = `p48 among ${population.name} rivals: ${days} ${split} days from ${from}, all 48 places; compared with ${first}`;
  const text = [head, '', ...show(rows, differences, output.width), '', ...showBounds(bounds)].join('\n');
  return { json, text };
}

function meanOf(found: readonly DayBounds[]): DayBounds {
  const mean = (of: (day: DayBounds) => number) =>
    found.reduce((sum, day) => sum + of(day), 0) / found.length;
  return {
    bestConstant: mean((day) => day.bestConstant),
    bestConstantPlayed: mean((day) => day.bestConstantPlayed),
    scoreOracle: mean((day) => day.scoreOracle),
  };
}

function showBounds({ bestConstant, bestConstantPlayed, scoreOracle }: DayBounds): readonly string[] {
  return [
    `By hindsight: the best constant bid of each place ${bestConstant.toFixed(2)}, ${bestConstantPlayed.toFixed(2)} when rivals react;`,
    `the place worth most of every opportunity ${scoreOracle.toFixed(2)}`,
  ];
}

/** How many days a set has. */
export function p48DaysOf(split: keyof typeof P48_EPISODES): number {
  const { from, to } = P48_EPISODES[split];
  return to - from + 1;
}

async function populationOf({ data, storage }: EvaluateP48Command): Promise<Population> {
  if (data === undefined || data === '') return syntheticPopulation(SEED);
  const path = (name: string) => `${data}/auctionnet/${name}`;
  return officialPopulation({
    manifest: await storage.readText(path('official_policies.json')),
    weights: await storage.readBytes(path('official_policies.f32')),
    curves: await storage.readText(path('onlinelp_table_local_ep21.json')),
  });
}

function chosen(names: readonly string[], population: Population): Readonly<Record<string, StrategyMaker>> {
  const known: Readonly<Record<string, StrategyMaker>> = {
    [OURS]: p48Resolver(),
    constant: constantAlpha(CONSTANT),
    ...population.makers,
  };
  return Object.fromEntries(
    names.map((name) => {
      const maker = known[name];
      if (maker !== undefined) return [name, maker];
      throw new GavotteError('GV_BAD_INPUT', `--policies: p48 has no policy ${JSON.stringify(name)}`, {
        fix: `Use some of ${Object.keys(known).join(', ')}. AuctionNet’s own are there when GAVOTTE_DATA names the folder of its files.`,
      });
    }),
  );
}

function show(
  rows: readonly P48Row[],
  differences: readonly P48Difference[],
  width: number | undefined,
): readonly string[] {
  const titles = [
    'policy',
    'expected score of a place (95 %)',
    'the first is ahead by (95 %)',
    'budget used',
    'over the limit',
  ];
  return table(
    titles.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
    rows.map(({ candidate, expectedScore, budgetUse, violated }) => {
      const difference = differences.find(({ over }) => over === candidate)?.byEpisode;
      const interval = ({ mean, low, high }: P48Row['expectedScore']) =>
        `${mean.toFixed(2)} (${low.toFixed(2)} … ${high.toFixed(2)})`;
      return [
        candidate,
        interval(expectedScore),
        difference === undefined ? '' : interval(difference),
        `${(100 * budgetUse).toFixed(1)} %`,
        `${(100 * violated).toFixed(1)} %`,
      ];
    }),
    width,
  );
}
