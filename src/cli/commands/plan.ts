import type { Command } from 'commander';
import { type ChannelFindings, makePlan, type Plan, parseBrief } from '../../campaign/index.ts';
import {
  adaptive,
  competitive,
  greedy,
  type NegotiationPlan,
  optimal,
  type PortfolioStrategy,
  simpleThreshold,
} from '../../deals/index.ts';
import { type Clock, GavotteError } from '../../kernel/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { SellerProgressView, stderrScreen } from '../progress.ts';
import { safeText } from '../safe-text.ts';
import { showChannel, showPlanTotal } from '../show-plan.ts';
import {
  type DeskOptions,
  openDesk,
  openLedgerFile,
  positiveInt,
  registryOf,
  withDeskOptions,
  withSellerOptions,
} from './common.ts';

interface PlanOptions extends DeskOptions {
  readonly out: string;
  readonly portfolio: string;
  readonly negotiate: string;
  readonly timeBudget?: number;
}

/** `gavotte plan BRIEF`: asks every seller and chooses a portfolio; spends nothing. */
export function configure(command: Command, context: CommandContext): void {
  withSellerOptions(withDeskOptions(command))
    .argument('<brief>', 'the campaign brief, YAML or JSON (see examples/brief.json)')
    .option('--out <file>', 'where to write the plan', 'plan.json')
    .option('--portfolio <how>', 'greedy or optimal', 'optimal')
    .option('--negotiate <how>', 'adaptive, competitive, threshold or off', 'adaptive')
    .option('--time-budget <ms>', 'longest time for asking', positiveInt)
    .action(context.action((brief: string, options: PlanOptions) => runPlan(brief, options, context)));
}

async function runPlan(
  briefPath: string,
  options: PlanOptions,
  { output, signal }: CommandContext,
): Promise<Report> {
  const { world, dealsClientFactory } = await openDesk(options);
  const briefText = await world.storage.readText(briefPath);
  const brief = parseBrief(briefText, briefPath);
  const registryClient = registryOf(options, world);
  const negotiation = negotiationOf(options.negotiate);
  const portfolio = portfolioOf(options.portfolio, world.clock);
  const ledger = await openLedgerFile(world, options.ledger);
  const view = new SellerProgressView(stderrScreen, { clock: world.clock, timeoutMs: options.quoteTimeout });
  try {
    const { plan, findings } = await makePlan(briefText, {
      world,
      ledger,
      registryClient,
      dealsClientFactory,
      portfolio,
      quoteTimeout: options.quoteTimeout,
      onProgress: (progress) => view.update(progress),
      signal,
      ...(options.timeBudget === undefined ? {} : { timeBudget: options.timeBudget }),
      ...(negotiation === undefined ? {} : { negotiation }),
    });
    view.end();
    await world.storage.writeText(options.out, `${JSON.stringify(plan, null, 2)}\n`);
    for (const warning of findings.flatMap((each) => each.warnings))
      output.note(`warning: ${safeText(warning)}`);
    const next = `Nothing was spent. To book it: gavotte book ${options.out}`;
    return {
      json: planJson(plan, findings, options.out),
      text: [
        ...findings.flatMap((each) => showChannel(each, output.width)),
        showPlanTotal(brief, plan),
        next,
      ].join('\n'),
    };
  } finally {
    await ledger.close();
    await world.network.close();
  }
}

function portfolioOf(name: string, clock: Clock): PortfolioStrategy {
  if (name === 'greedy') return greedy;
  if (name === 'optimal') return optimal({ clock });
  throw wrong('--portfolio', name, 'greedy or optimal');
}

function negotiationOf(name: string): NegotiationPlan | undefined {
  const plan = { maxRounds: 6, timeBudgetMs: 20_000 };
  if (name === 'off') return undefined;
  if (name === 'adaptive') return { ...plan, strategy: adaptive };
  if (name === 'competitive') return { ...plan, strategy: competitive() };
  if (name === 'threshold') return { ...plan, strategy: simpleThreshold() };
  throw wrong('--negotiate', name, 'adaptive, competitive, threshold or off');
}

function wrong(option: string, value: string, allowed: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${option} ${JSON.stringify(value)} is not ${allowed}`, {
    fix: `Use ${allowed}.`,
  });
}

function planJson(plan: Plan, findings: readonly ChannelFindings[], path: string): object {
  return {
    plan: path,
    hash: plan.hash,
    cost: plan.cost,
    channels: findings.map((each) => ({
      channel: each.channel,
      sellersDiscovered: each.sellers.length,
      excluded: each.excluded,
      quotesReceived: each.quoteResults.filter((result) => result.quote !== null).length,
      quotesFailed: each.quoteResults
        .filter((result) => result.quote === null)
        .map(({ sellerId, error }) => ({ sellerId, error })),
      ranked: each.ranked.map(({ quote, ...rest }) => ({
        ...rest,
        sellerUrl: quote.sellerUrl,
        productId: quote.productId,
        impressions: quote.impressions,
      })),
      negotiations: each.negotiations,
      picks: each.picks.map(({ sellerId, quoteId, cost, score }) => ({ sellerId, quoteId, cost, score })),
      skipped: each.skipped,
      warnings: each.warnings,
    })),
  };
}
