// `node scripts/sample-team.ts POLICY.json`: makes the team of the demo from a policy file. The one that is there comes from
//   npm run -s gavotte -- train --preset demo-4 --scenario deals --iterations 150 --seeds 1
// which ends with the same bytes wherever it is run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEAM_SCHEMA } from '../src/delivery/index.ts';
import { readPolicyFile, writePolicyFile } from '../src/neural/index.ts';
import { root } from './lib/node24.mjs';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Usage: node scripts/sample-team.ts POLICY.json');
const text = writePolicyFile(readPolicyFile(readFileSync(path, 'utf8'), path, TEAM_SCHEMA));
writeFileSync(
  join(root, 'src/cli/demo/sample-team.ts'),
  `/** The demo’s team, made by scripts/sample-team.ts: a policy file. */\nexport const SAMPLE_TEAM =\n  '${text.trim()}';\n`,
);
