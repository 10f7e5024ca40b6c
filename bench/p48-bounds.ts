import { parseArgs } from 'node:util';
import {
  constantAlpha,
  hindsightBounds,
  openDay,
  P48_EPISODES,
  p48Resolver,
  playDay,
} from '../src/adauction/index.ts';
import { benchPopulation } from './p48-population.ts';

const SEED = 'p48';

/**
 * How much there was to win: mean expected scores over all 48 places of the days of a set, of the resolver, of hindsight on
 * the very days it played, and of the best constant when it is played and rivals react.
 */
export function p48BoundsBench(): object {
  const { values } = parseArgs({
    options: {
      set: { type: 'string', default: 'validation' },
      days: { type: 'string', default: '20' },
      opportunities: { type: 'string', default: '100000' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const { from } = P48_EPISODES[values.set as keyof typeof P48_EPISODES];
  const population = benchPopulation(SEED);
  const maker = p48Resolver();
  const sums = { resolver: 0, bestConstant: 0, bestConstantPlayed: 0, scoreOracle: 0 };
  const places = 48 * Number(values.days);
  for (let episode = from; episode < from + Number(values.days); episode += 1) {
    const day = openDay({ seed: SEED, episode, opportunities: Number(values.opportunities) });
    for (let index = 0; index < 48; index += 1) {
      const played = playDay(day, population, { index, maker });
      const { constant, oracle } = hindsightBounds(day, played, index);
      const live = playDay(day, population, { index, maker: constantAlpha(constant.multiple) });
      sums.resolver += played.results[index]!.expectedScore / places;
      sums.bestConstant += constant.expectedScore / places;
      sums.bestConstantPlayed += live.results[index]!.expectedScore / places;
      sums.scoreOracle += oracle.expectedScore / places;
    }
    process.stderr.write(`day ${episode}\n`);
  }
  return { rivals: population.name, set: values.set, days: Number(values.days), ...sums };
}
