import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditorStatus } from '../audit/index.ts';
import type { World } from '../kernel/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { openAuditor } from '../services/index.ts';

/** An audit of one run, from its beginning; `end` when all of it is written and nothing is under way. */
export interface AuditOfRun {
  end(): Promise<AuditorStatus>;
}

/** Begins it: what the folder holds already is of runs before, with other ledgers. */
export async function auditOfRun(parts: {
  readonly world: World;
  readonly ledger: Ledger;
  readonly folder: string;
}): Promise<AuditOfRun> {
  const state = await mkdtemp(join(tmpdir(), 'gavotte-audit-'));
  const opened = await openAuditor({ ...parts, folders: [parts.folder], state, since: 'now' });
  return {
    end: async () => {
      try {
        await opened.rounds.once({ isOver: true });
        return opened.auditor.status;
      } finally {
        await opened.close();
        await rm(state, { recursive: true, force: true });
      }
    },
  };
}
