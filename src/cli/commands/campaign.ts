import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { configureCheck } from './campaign-check.ts';
import { configureInit } from './campaign-init.ts';

/** `gavotte campaign VERB`. */
export function configure(command: Command, context: CommandContext): void {
  configureInit(command.command('init'), context);
  configureCheck(command.command('check'), context);
}
