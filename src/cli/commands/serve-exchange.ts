import type { Command } from 'commander';
import { type ExchangeReport, RESPONSE_RULES, type ResponseRule } from '../../adauction/index.ts';
import { parseDeliveryPlan } from '../../delivery/index.ts';
import { createRealWorld, GavotteError, money } from '../../kernel/index.ts';
import { type ServedSecond, serveExchange } from '../../services/index.ts';
import { cents } from '../cents.ts';
import type { CommandContext } from '../command.ts';
import { LiveBlock } from '../live-block.ts';
import type { Report } from '../output.ts';
import { stderrScreen } from '../progress.ts';
import { positiveInt } from './common.ts';
import { type FaultOptions, withFaults } from './fault-options.ts';
import { sampleSettings, trafficExchange } from './sample-exchange.ts';

interface ExchangeOptions extends FaultOptions {
  readonly bidder: string;
  readonly plan?: string;
  readonly qps: number;
  readonly seconds: number;
  readonly seed: string;
  readonly metricsPort?: number;
}

const PLAIN_LINE_EVERY_S = 5;

/** `gavotte serve exchange`. */
export function configureExchange(command: Command, context: CommandContext): void {
  withFaults(command)
    .description('an exchange that sends real traffic to a bidder, sells, and sends notices')
    .option('--bidder <url>', 'the bidder', 'http://127.0.0.1:4200')
    .option('--plan <file>', 'offer the deals of this plan')
    .option('--qps <n>', 'requests a second; they do not wait for answers', positiveInt, 100)
    .option('--seconds <n>', 'how long', positiveInt, 30)
    .option('--metrics-port <n>', 'serve /metrics there while it runs', positiveInt)
    .option('--seed <seed>', 'fixes traffic, rivals, people and faults', '7')
    .action(context.action((options: ExchangeOptions) => runExchange(options, context)));
}

async function runExchange(options: ExchangeOptions, { output, signal }: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const deals =
    options.plan === undefined
      ? []
      : parseDeliveryPlan(await world.storage.readText(options.plan), options.plan).deals;
  await checkBidder(options.bidder);
  const live = new LiveBlock(stderrScreen);
  const { exchanges } = sampleSettings('https://unused.example');
  const { report, latencyMicros, statuses } = await serveExchange({
    bidderUrl: options.bidder,
    qps: options.qps,
    seconds: options.seconds,
    seed: options.seed,
    ...(options.metricsPort === undefined ? {} : { metricsPort: options.metricsPort }),
    deals,
    exchanges: exchanges.map(trafficExchange),
    faults: {
      late: options.late,
      duplicated: options.duplicated,
      lost: options.lost,
      forged: options.forged,
    },
    signal,
    onSecond: (second) => {
      if (live.isWatched) live.draw([lineOf(second)]);
      else if (second.seconds % PLAIN_LINE_EVERY_S === 0) output.note(lineOf(second));
    },
  });
  const broken = brokenRules(report);
  return {
    json: { report, latencyMicros, statuses },
    failed: broken > 0,
    text: [
      `${report.requests} requests: ${report.answers.bid} with bids, ${report.answers.noBid} without, ${report.answers.timeout} late, ${report.answers.error} failed, ${report.answers.malformed} malformed.`,
      `${report.total.bids} bids, ${report.total.wins} won, ${report.total.impressions} shown, ${report.total.clicks} clicks.`,
      `Billed ${spendOf(report) || 'nothing'}. Latency p50 ${ms(latencyMicros.p50)}, p99 ${ms(latencyMicros.p99)}. Answers that break a rule: ${broken}.`,
    ].join('\n'),
  };
}

/** An exchange without a bidder would count nothing but errors. */
async function checkBidder(url: string): Promise<void> {
  const problem = (cause?: unknown) =>
    new GavotteError('GV_BAD_INPUT', `no bidder answers at ${url}`, {
      fix: 'Start one: gavotte serve bidder. Or name another with --bidder URL.',
      cause,
    });
  let status: number;
  try {
    status = (await fetch(new URL('/livez', url))).status;
  } catch (error) {
    throw problem(error);
  }
  if (status !== 200) throw problem();
}

function lineOf({ seconds, report, requests, latencyMicros }: ServedSecond): string {
  const { total } = report;
  return `${seconds} s  ${requests}/s  ${total.bids} bids  ${Math.round(report.winRate * 100)} % won  ${total.impressions} shown  ${spendOf(report) || '–'}  p99 ${ms(latencyMicros.p99)}`;
}

function spendOf({ total }: ExchangeReport): string {
  return Object.entries(total.spendMicros)
    .map(([currency, micros]) => cents(money(micros, currency)))
    .join(' and ');
}

function ms(micros: number): string {
  return `${(micros / 1000).toFixed(1)} ms`;
}

/** How often rules were broken whose breach costs the bid. */
export function brokenRules({ violations }: ExchangeReport, isAdvice = false): number {
  return Object.entries(violations).reduce(
    (sum, [rule, count]) =>
      isAdvice === (RESPONSE_RULES[rule as ResponseRule].loss === null) ? sum + count : sum,
    0,
  );
}
