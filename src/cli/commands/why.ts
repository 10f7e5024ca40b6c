import type { Command } from 'commander';
import { type Funnel, funnelOf, type ProcessFunnel, readFunnel } from '../../delivery/index.ts';
import { createRealWorld, GavotteError, money } from '../../kernel/index.ts';
import type { OutcomeSource } from '../../outcomes/index.ts';
import { cents } from '../cents.ts';
import type { CommandContext } from '../command.ts';
import { bar } from '../delivery-view.ts';
import type { Report } from '../output.ts';
import { table } from '../table.ts';
import { READ_OUTCOMES, USUAL_OUTCOMES, withOutcomes } from './outcomes-option.ts';

/** Records that are looked at in one go. */
const BATCH = 10_000;

/** `gavotte why`: what keeps a campaign from spending. */
export function configure(command: Command, context: CommandContext): void {
  command
    .argument('<campaign>', 'its id')
    .option('--outcomes <folder>', READ_OUTCOMES, USUAL_OUTCOMES)
    .action(
      context.action((campaign: string, { outcomes }: { outcomes: string }) => why(campaign, outcomes)),
    );
}

async function why(campaign: string, folder: string): Promise<Report> {
  const world = createRealWorld();
  const counted = await withOutcomes(folder, world, newestFunnels);
  const funnel = funnelOf(campaign, counted);
  if (funnel !== undefined) return { json: funnel, text: lines(funnel).join('\n') };
  const known = [...new Set(counted.flatMap(({ campaigns }) => campaigns.map(({ id }) => id)))];
  throw new GavotteError('GV_BAD_INPUT', `${folder} has counted nothing of campaign ${campaign}`, {
    fix:
      known.length === 0
        ? 'Bidders count once a minute and when they end; ask again after that.'
        : `Use one of: ${known.slice(0, 20).join(', ')}.`,
  });
}

/** The newest count of each process in a log. */
async function newestFunnels(log: OutcomeSource): Promise<readonly ProcessFunnel[]> {
  const consumer = await log.consumer('why', { from: 'start' });
  const newest = new Map<string, ProcessFunnel>();
  try {
    for (;;) {
      const entries = await consumer.poll({ max: BATCH, waitMs: 0 });
      if (entries.length === 0) return [...newest.values()];
      for (const { record } of entries) {
        const funnel = readFunnel(record);
        if (funnel !== undefined) newest.set(funnel.holder, funnel);
      }
    }
  } finally {
    await consumer.close();
  }
}

function lines({
  campaign,
  currency,
  budget,
  spent,
  steps,
  losses,
  first,
  deals,
}: Funnel): readonly string[] {
  const show = (micros: number) => cents(money(micros, currency));
  const most = Math.max(1, steps[0]!.count);
  return [
    `${campaign}: ${show(spent)} of ${show(budget)} spent`,
    '',
    ...table(
      [
        { title: 'step', align: 'left' },
        { title: 'impressions', align: 'right' },
        { title: '', align: 'left' },
      ],
      steps.map(({ name, count }) => [name, count.toLocaleString('en-US'), bar(count / most)]),
    ),
    '',
    ...table(
      [
        { title: 'lost to', align: 'left' },
        { title: 'impressions', align: 'right' },
        { title: 'could spend', align: 'right' },
        { title: 'what would change it', align: 'left', maxWidth: 100 },
      ],
      losses.map(({ reason, count, couldSpend, change }) => [
        reason,
        count.toLocaleString('en-US'),
        show(couldSpend),
        change,
      ]),
    ),
    ...(deals.length === 0 ? [] : ['']),
    ...deals.map(
      ({ dealId, offered, refused }) =>
        `deal ${dealId}: offered ${offered} times${Object.entries(refused)
          .sort((a, b) => b[1] - a[1])
          .map(([reason, count]) => `, ${count} × ${reason}`)
          .join('')}`,
    ),
    ...(first === null || first.couldSpend === 0
      ? []
      : ['', `Most spend would come of this: ${first.change}.`]),
  ];
}
