import { parseTrainTotals, type ReplayReport, replayLog } from '../../adauction/index.ts';
import { createRealWorld, GavotteError } from '../../kernel/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { table } from '../table.ts';

/** The budgets of the published experiments, as shares of what the training days cost. */
const SHARES = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2];

/** What `gavotte simulate --log` is told. */
export interface LogOptions {
  readonly log: string;
  readonly train?: string;
  readonly price: string;
}

/** Replays a real bid log through the bidding and pacing agents. @throws GV_BAD_INPUT */
export async function simulateLog(options: LogOptions, { output }: CommandContext): Promise<Report> {
  const { log, train, price } = options;
  if (train === undefined)
    throw new GavotteError('GV_BAD_INPUT', '--log needs --train', {
      fix: 'Give the totals of the training days, which set the budgets: --train info.json with "imp_train" and "cost_train".',
    });
  if (price !== 'first' && price !== 'second')
    throw new GavotteError('GV_BAD_INPUT', `--price ${JSON.stringify(price)} is not known`, {
      fix: 'Say what winners pay: --price first or --price second.',
    });
  const { storage } = createRealWorld();
  const totals = parseTrainTotals(await storage.readText(train));
  const text = await storage.readText(log);
  const report = await replayLog({
    lines: text.split('\n').filter((line) => line !== ''),
    kind: price === 'first' ? 'first-price' : 'second-price',
    shares: SHARES,
    train: totals,
    onProgress: (done) => output.note(`${done} of ${SHARES.length} budgets`),
  });
  return { json: report, text: showReplay(report) };
}

function showReplay({ kind, auctions, logClicks, rows }: ReplayReport): string {
  const columns = [
    'budget',
    'clicks',
    '95 % between',
    'expected',
    'shown',
    'cost',
    'used',
    'RLB',
    'RLB is',
  ].map((title) => ({ title, align: 'right' as const }));
  const cells = rows.map((row) => [
    `1/${Math.round(1 / row.share)}`,
    String(row.clicks),
    row.clicksBetween.map(Math.round).join(' – '),
    row.expectedClicks.toFixed(1),
    String(row.impressions),
    String(row.cost),
    `${(row.utilisation * 100).toFixed(1)} %`,
    row.rlb === null ? '–' : String(row.rlb.clicks),
    row.rlb === null ? '' : row.rlb.source,
  ]);
  return [
    `${auctions} auctions, ${logClicks} clicks, ${kind}`,
    '',
    ...table(columns, cells),
    '',
    'A difference to RLB inside the interval is a tie.',
  ].join('\n');
}
