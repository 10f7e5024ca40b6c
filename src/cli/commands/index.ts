import type { CommandEntry } from '../command.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'the main job in one minute, with nothing to set up',
    load: () => import('./demo.ts'),
  },
  {
    name: 'plan',
    summary: 'ask every seller and choose a portfolio; spends nothing',
    load: () => import('./plan.ts'),
  },
  {
    name: 'book',
    summary: 'book a plan, or refuse; continues where it stopped',
    load: () => import('./book.ts'),
  },
  {
    name: 'campaign',
    summary: 'write a brief to begin with, and check one',
    load: () => import('./campaign.ts'),
  },
  {
    name: 'sellers',
    summary: 'list the sellers that can be found; grade one',
    load: () => import('./sellers.ts'),
  },
  { name: 'serve', summary: 'run a part of the system as a process', load: () => import('./serve.ts') },
  {
    name: 'simulate',
    summary: 'deliver campaigns against a simulated exchange, in virtual time',
    load: () => import('./simulate.ts'),
  },
  {
    name: 'train',
    summary: 'let the four agents learn together in AdAuction',
    load: () => import('./train.ts'),
  },
  {
    name: 'evaluate',
    summary: 'compare policies on days that nobody learned from',
    load: () => import('./evaluate.ts'),
  },
  {
    name: 'policy',
    summary: 'which trained team serves, and which did; teams as ONNX networks',
    load: () => import('./policy.ts'),
  },
  {
    name: 'explain',
    summary: 'the arithmetic of a decision, from request to price',
    load: () => import('./explain.ts'),
  },
  {
    name: 'replay',
    summary: 'make a decision again and compare the bytes',
    load: () => import('./replay.ts'),
  },
  {
    name: 'why',
    summary: 'what keeps a campaign from spending',
    load: () => import('./why.ts'),
  },
  { name: 'verify', summary: 'prove the money rules in simulated worlds', load: () => import('./verify.ts') },
  { name: 'doctor', summary: 'check that this machine can run Gavotte', load: () => import('./doctor.ts') },
];
