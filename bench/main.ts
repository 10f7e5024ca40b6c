/** `npm run bench -- NAME`: prints one JSON object of figures; progress goes to stderr. */
import { crowdBench } from './crowd.ts';
import { ledgerBench } from './ledger.ts';
import { benchOptimise } from './optimise.ts';
import { benchRank } from './rank.ts';
import { verifyBench } from './verify.ts';

const PARTS: Readonly<Record<string, () => object | Promise<object>>> = {
  rank: () => benchRank(),
  optimise: () => benchOptimise(),
  ledger: () => ledgerBench(),
  verify: () => verifyBench(),
  // Last: it fills the heap, and the others measure processor time.
  crowd: () => crowdBench(),
};
const SUITES: Readonly<Record<string, readonly string[]>> = { desk: Object.keys(PARTS) };

const [name = 'desk'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const parts = SUITES[name] ?? (name in PARTS ? [name] : undefined);
if (parts === undefined) {
  process.stderr.write(
    `There is no bench ${JSON.stringify(name)}. Use one of: ${[...Object.keys(SUITES), ...Object.keys(PARTS)].join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const figures: Record<string, object> = {};
  for (const part of parts) {
    process.stderr.write(`measuring ${part}\n`);
    figures[part] = await PARTS[part]!();
  }
  process.stdout.write(`${JSON.stringify({ node: process.version, ...figures }, null, 2)}\n`);
}
