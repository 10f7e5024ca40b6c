import { parseArgs } from 'node:util';
import { type DayResult, openDay, P48_EPISODES, playDay } from '../src/adauction/index.ts';
import { benchPopulation } from './p48-population.ts';

const SEED = 'p48';

/** Mean figures of each strategy in its own seats, on the first days of the training set: the population by itself. */
export function p48SeatsBench(): object {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '20' },
      opportunities: { type: 'string', default: '500000' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const population = benchPopulation(SEED);
  const results: { readonly name: string; readonly result: DayResult }[] = [];
  const prices: number[] = [];
  const { from } = P48_EPISODES.training;
  for (let episode = from; episode < from + Number(values.days); episode += 1) {
    const day = openDay({ seed: SEED, episode, opportunities: Number(values.opportunities) });
    const played = playDay(day, population);
    for (const result of played.results)
      results.push({ name: population.seats[result.advertiser.index]!, result });
    prices.push(mean(played.leastWinningCosts.flatMap((tick) => mean([...tick]))));
  }
  const rows = [...new Set(population.seats)].map((name) => {
    const own = results.filter((each) => each.name === name).map(({ result }) => result);
    return {
      name,
      cells: own.length,
      expectedScore: mean(own.map(({ expectedScore }) => expectedScore)),
      score: mean(own.map(({ score }) => score)),
      winRate: mean(own.map(({ wins, opportunities }) => wins / opportunities)),
    };
  });
  const scorePerDay = results.reduce((sum, { result }) => sum + result.score, 0) / prices.length;
  return { rivals: population.name, days: prices.length, meanPriceOfTicks: mean(prices), scorePerDay, rows };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
