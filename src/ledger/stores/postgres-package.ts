import type postgres from 'postgres';
import { GavotteError } from '../../kernel/index.ts';

/** The optional package; who never asks for this store need not have it. */
export async function importPostgres(
  load: () => Promise<{ readonly default: typeof postgres }>,
): Promise<typeof postgres> {
  try {
    return (await load()).default;
  } catch (cause) {
    throw new GavotteError('GV_PACKAGE_MISSING', 'the PostgreSQL ledger needs the package "postgres"', {
      fix: 'Run: npm install postgres',
      cause,
    });
  }
}
