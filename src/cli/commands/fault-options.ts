import type { Command } from 'commander';
import { GavotteError } from '../../kernel/index.ts';

/** What may happen to notices, as shares from 0 to 1. */
export interface FaultOptions {
  readonly late: number;
  readonly duplicated: number;
  readonly lost: number;
  readonly forged: number;
}

export function withFaults(command: Command): Command {
  return command
    .option('--late <share>', 'notices that come late', share, 0)
    .option('--duplicated <share>', 'notices that come again', share, 0)
    .option('--lost <share>', 'notices that never come', share, 0)
    .option('--forged <share>', 'notices that nobody sent', share, 0);
}

function share(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 1) return value;
  throw new GavotteError('GV_BAD_INPUT', `${JSON.stringify(text)} is not a share`, {
    fix: 'Give a number from 0 to 1.',
  });
}
