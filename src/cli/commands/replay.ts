import type { Command } from 'commander';
import { type DeliveryPlan, loadDecision, parseDeliveryPlan } from '../../delivery/index.ts';
import { canonicalJson, createRealWorld, GavotteError } from '../../kernel/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { READ_OUTCOMES, USUAL_OUTCOMES, withOutcomes } from './outcomes-option.ts';
import { keyOf, remake } from './remake.ts';

interface ReplayOptions {
  readonly outcomes: string;
  readonly plan?: string;
}

/** `gavotte replay`: makes a decision again and compares the bytes. */
export function configure(command: Command, context: CommandContext): void {
  command
    .argument('<id>', 'of a bid, as in its answer and notices, or of a decision')
    .option('--outcomes <folder>', READ_OUTCOMES, USUAL_OUTCOMES)
    .option('--plan <file>', 'by this plan instead of the one that the process ran')
    .addHelpText(
      'after',
      '\nAnswers carry signed URLs: GAVOTTE_NOTICE_KEY must hold the key that the bidder had.\nExit code 1 when the bytes differ.',
    )
    .action(context.action((id: string, options: ReplayOptions) => replay(id, options, context)));
}

async function replay(id: string, options: ReplayOptions, context: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const loaded = await withOutcomes(options.outcomes, world, (log) => loadDecision(log, id));
  const key = keyOf(loaded, context);
  if (key === undefined)
    throw new GavotteError('GV_BAD_INPUT', 'the notice key that signed the answer is not at hand', {
      fix: 'Set GAVOTTE_NOTICE_KEY to the key that the bidder ran with. `gavotte explain` works without it.',
    });
  const { plan: path } = options;
  const plan = path === undefined ? undefined : parseDeliveryPlan(await world.storage.readText(path), path);
  const changed = plan === undefined ? [] : changesOf(loaded.setup.plan, plan);
  const made = remake(loaded, key, plan);
  const { answerCrc, outcome } = loaded.record;
  const bytes = made.result.status === 200 ? made.result.body.length : 0;
  const inputs =
    changed.length === 0 ? 'nothing that was put in: the code decides otherwise' : changed.join(', ');
  const what =
    outcome === 'bid' ? `${bytes} bytes, CRC-32 ${answerCrc.toString(16).padStart(8, '0')}` : outcome;
  return {
    json: { id, isSame: made.isSame, difference: made.difference, outcome, bytes, changed },
    failed: !made.isSame,
    text: made.isSame ? `${id}: the same (${what}).` : `${id}: ${made.difference}. What changed: ${inputs}.`,
  };
}

/** What differs between two plans, by campaign and deal. */
function changesOf(was: DeliveryPlan, is: DeliveryPlan): readonly string[] {
  const changes: string[] = [];
  const compare = <T extends object>(
    kind: string,
    before: readonly T[],
    after: readonly T[],
    idOf: (each: T) => string,
  ) => {
    const known = new Map(after.map((each) => [idOf(each), each]));
    for (const each of before) {
      const now = known.get(idOf(each));
      known.delete(idOf(each));
      if (now === undefined) changes.push(`${kind} ${idOf(each)} is gone`);
      else
        for (const field of Object.keys({ ...each, ...now }) as (keyof T)[])
          if (canonicalJson({ value: each[field] ?? null }) !== canonicalJson({ value: now[field] ?? null }))
            changes.push(`${String(field)} of ${kind} ${idOf(each)}`);
    }
    for (const id of known.keys()) changes.push(`${kind} ${id} is new`);
  };
  compare('campaign', was.campaigns, is.campaigns, ({ id }) => id);
  compare('deal', was.deals, is.deals, ({ exchange, dealId }) => `${dealId} of ${exchange}`);
  return changes;
}
