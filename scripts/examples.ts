// `npm run examples`: runs every file of examples/ against the sources; one that fails fails all.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/node24.mjs';
import { run } from './lib/run.ts';

/** An example is something to watch: longer than this and nobody does. */
const LIMIT_MS = 120_000;

const files = readdirSync(join(root, 'examples'))
  .filter((file) => file.endsWith('.ts'))
  .sort();
for (const file of files) {
  process.stdout.write(`\n-- examples/${file}\n`);
  // Examples import 'gavotte/deals' as users do; this condition points that at src instead of dist.
  run(process.execPath, ['--conditions=gavotte-source', join('examples', file)], { timeoutMs: LIMIT_MS });
}
process.stdout.write(`\n${files.length} examples ran.\n`);
