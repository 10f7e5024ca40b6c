/** `npm run bench -- NAME`: prints one JSON object of figures; progress goes to stderr. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bidderBench } from './bidder.ts';
import { bidderFuzz } from './bidder-fuzz.ts';
import { crowdBench } from './crowd.ts';
import { decisionBench } from './decision.ts';
import { ledgerBench } from './ledger.ts';
import { malformedBench } from './malformed.ts';
import { metricsBench } from './metrics.ts';
import { neuralBench } from './neural.ts';
import { noticesBench } from './notices.ts';
import { benchOptimise } from './optimise.ts';
import { outcomesBench } from './outcomes.ts';
import { p48Bench } from './p48.ts';
import { auctionRate } from './p48-rate.ts';
import { p48SeatsBench } from './p48-seats.ts';
import { benchRank } from './rank.ts';
import { readBench } from './read.ts';
import { rllibBench } from './rllib.ts';
import { strandedBench } from './stranded.ts';
import { trainingBench } from './training.ts';
import { tuningBench } from './tuning.ts';
import { verifyBench } from './verify.ts';

const PARTS: Readonly<Record<string, () => object | Promise<object>>> = {
  rank: () => benchRank(),
  optimise: () => benchOptimise(),
  ledger: () => ledgerBench(),
  outcomes: () => outcomesBench(),
  verify: () => verifyBench(),
  p48: () => p48Bench(),
  'p48-seats': () => p48SeatsBench(),
  crowd: () => crowdBench(),
  read: () => readBench(),
  bidder: () => bidderBench(),
  decision: () => decisionBench(),
  metrics: () => metricsBench(),
  notices: () => noticesBench(),
  stranded: () => strandedBench(),
  fuzz: () => bidderFuzz(),
  malformed: () => malformedBench(),
  neural: () => neuralBench(),
  training: () => trainingBench(),
  rllib: () => rllibBench(),
  tuning: () => tuningBench(),
  auctions: () => auctionRate(),
};
const SUITES: Readonly<Record<string, readonly string[]>> = {
  desk: ['rank', 'optimise', 'ledger', 'verify', 'crowd'],
  learning: ['neural', 'training', 'auctions'],
};

/** Each part of a suite has a process of its own: a heap filled by one would change the figures of the next. */
function runAlone(part: string): object {
  process.stderr.write(`measuring ${part}\n`);
  const main = fileURLToPath(import.meta.url);
  const text = execFileSync(process.execPath, [main, part], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (JSON.parse(text) as Record<string, object>)[part]!;
}

const [name = 'desk'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const suite = SUITES[name];
const part = PARTS[name];
if (suite === undefined && part === undefined) {
  const known = [...Object.keys(SUITES), ...Object.keys(PARTS)].join(', ');
  process.stderr.write(`There is no bench ${JSON.stringify(name)}. Use one of: ${known}\n`);
  process.exitCode = 2;
} else {
  const figures =
    suite === undefined
      ? { [name]: await part!() }
      : Object.fromEntries(suite.map((each) => [each, runAlone(each)]));
  process.stdout.write(`${JSON.stringify({ node: process.version, ...figures }, null, 2)}\n`);
}
