import type { Command } from 'commander';
import { type Explained, explainDecision, type LoadedDecision, loadDecision } from '../../delivery/index.ts';
import { createRealWorld, showMoney } from '../../kernel/index.ts';
import { wasmReader } from '../../openrtb/index.ts';
import type { OutcomeRecord } from '../../outcomes/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { safeText } from '../safe-text.ts';
import { READ_OUTCOMES, USUAL_OUTCOMES, withOutcomes } from './outcomes-option.ts';
import { keyOf, remake } from './remake.ts';

/** `gavotte explain`: the arithmetic of a decision as a tree. */
export function configure(command: Command, context: CommandContext): void {
  command
    .argument('<id>', 'of a bid, as in its answer and notices, or of a decision')
    .option('--outcomes <folder>', READ_OUTCOMES, USUAL_OUTCOMES)
    .action(
      context.action((id: string, { outcomes }: { outcomes: string }) => explain(id, outcomes, context)),
    );
}

async function explain(id: string, folder: string, context: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const loaded = await withOutcomes(folder, world, (log) => loadDecision(log, id));
  const tree = treeOf(loaded, context);
  return { json: tree, text: treeLines(tree).join('\n') };
}

function treeOf(loaded: LoadedDecision, context: CommandContext): Explained {
  const key = keyOf(loaded, context);
  const made = remake(loaded, key ?? new Uint8Array(32));
  const { body } = loaded.record;
  const tree = explainDecision({ ...loaded, made, read: wasmReader().read(body, 0, body.length) });
  const parts = tree.parts.map((part) =>
    part.label === 'made again' && key === undefined
      ? { ...part, says: 'its bytes cannot be compared without GAVOTTE_NOTICE_KEY, which signed them' }
      : part,
  );
  const followed = loaded.followed.map((record) => ({
    label: record.kind,
    says: `${new Date(record.at).toISOString()}${costOf(record)}`,
    parts: [],
  }));
  if (followed.length === 0) return { ...tree, parts };
  return { ...tree, parts: [...parts, { label: 'what became of it', says: '', parts: followed }] };
}

function costOf(record: OutcomeRecord): string {
  if (record.kind === 'billing') return `, ${showMoney(record.cost)} for the impression`;
  return record.kind === 'win' && record.cpm !== null ? `, at ${showMoney(record.cpm)} a thousand` : '';
}

/** A tree as people draw it. */
function treeLines({ label, says, parts }: Explained, before = '', own = ''): readonly string[] {
  const head = `${before}${safeText(says === '' ? label : `${label}: ${says}`)}`;
  return [
    head,
    ...parts.flatMap((part, index) => {
      const isLast = index === parts.length - 1;
      return treeLines(part, `${own}${isLast ? '└─ ' : '├─ '}`, `${own}${isLast ? '   ' : '│  '}`);
    }),
  ];
}
