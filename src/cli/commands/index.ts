import type { CommandEntry } from '../command.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'doctor', summary: 'check that this machine can run Gavotte', load: () => import('./doctor.ts') },
];
