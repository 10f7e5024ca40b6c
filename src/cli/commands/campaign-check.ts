import type { Command } from 'commander';
import { parseBrief } from '../../campaign/index.ts';
import { createRealWorld, GavotteError } from '../../kernel/index.ts';
import type { CommandContext } from '../command.ts';
import type { Output, Report } from '../output.ts';
import { safeText } from '../safe-text.ts';
import { briefJson, showBrief } from '../show-brief.ts';

/** `gavotte campaign check BRIEF`: what a brief says once everything it leaves out is filled in, or what is wrong. */
export function configureCheck(command: Command, context: CommandContext): void {
  command
    .description('what a brief says with all that it leaves out, or what is wrong with it; asks nobody')
    .argument('<brief>', 'the campaign brief, YAML or JSON')
    .action(context.action((path: string) => check(path, context)));
}

async function check(path: string, { output }: CommandContext): Promise<Report> {
  const text = await createRealWorld().storage.readText(path);
  const brief = explained(() => parseBrief(text, path), path, output);
  return { json: briefJson(brief), text: showBrief(brief, output.width).join('\n') };
}

/** An error is one line and cut where it is long, so its problems go before it, each on a line of its own. */
function explained<T>(read: () => T, path: string, output: Output): T {
  try {
    return read();
  } catch (thrown) {
    const problems = (GavotteError.from(thrown).details?.problems ?? []) as readonly {
      readonly key: string;
      readonly line?: number;
      readonly message: string;
    }[];
    for (const { key, line, message } of output.json ? [] : problems)
      output.note(safeText(`${path}${line === undefined ? '' : `:${line}`}: ${key}: ${message}`, 600));
    throw thrown;
  }
}
