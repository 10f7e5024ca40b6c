import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { officialPopulation, type Population, syntheticPopulation } from '../src/adauction/index.ts';

/** AuctionNet's policies when GAVOTTE_DATA names the folder of data, else synthetic rivals. */
export function benchPopulation(seed: string): Population {
  const data = process.env.GAVOTTE_DATA;
  if (data === undefined || data === '') return syntheticPopulation(seed);
  const path = (name: string) => join(data, 'auctionnet', name);
  return officialPopulation({
    manifest: readFileSync(path('official_policies.json'), 'utf8'),
    weights: readFileSync(path('official_policies.f32')),
    curves: readFileSync(path('onlinelp_table_local_ep21.json'), 'utf8'),
  });
}
