import type { Command } from 'commander';
import { SAMPLE_BRIEF } from '../../campaign/index.ts';
import { createRealWorld, GavotteError } from '../../kernel/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';

/** `gavotte campaign init`: a commented brief to begin with. */
export function configureInit(command: Command, context: CommandContext): void {
  command
    .description('write a commented brief to begin with; overwrites nothing')
    .option('--out <file>', 'where to write it', 'brief.yaml')
    .action(context.action(({ out }: { out: string }) => init(out)));
}

async function init(out: string): Promise<Report> {
  const { storage } = createRealWorld();
  // Opening to append makes the file where there is none, and destroys nothing where there is one.
  const file = await storage.openFile(out, 'append');
  try {
    if ((await file.size()) > 0)
      throw new GavotteError('GV_BAD_INPUT', `${out} is there already`, {
        fix: 'Name another with --out, or remove it first.',
      });
    await file.append(new TextEncoder().encode(SAMPLE_BRIEF));
    await file.sync();
  } finally {
    await file.close();
  }
  return { json: { brief: out }, text: `Wrote ${out}. See what it says: gavotte campaign check ${out}` };
}
