import { GavotteError } from '../../kernel/index.ts';
import type { Check } from './checks.ts';

/** A server that does not answer within this many seconds is not there. */
const CONNECT_TIMEOUT_S = 5;

/** That a PostgreSQL server answers at `url`. Nothing is written. */
export function postgresCheck(url: string): Check {
  return { name: 'PostgreSQL', run: () => askVersion(url) };
}

async function askVersion(url: string): Promise<string> {
  const { default: connect } = await import('postgres').catch((cause: unknown) => {
    throw new GavotteError('GV_PACKAGE_MISSING', "the package 'postgres' is not installed", {
      fix: 'npm install postgres',
      cause,
    });
  });
  const sql = connect(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_S, onnotice: () => {} });
  try {
    const [row] = await sql<{ server_version: string }[]>`SHOW server_version`;
    return `${row?.server_version ?? 'of unknown version'} answers`;
  } catch (cause) {
    // The URL holds a password, so only its host and port are named.
    throw new GavotteError('GV_LEDGER_UNAVAILABLE', `${hostOf(url)}: ${(cause as Error).message}`, {
      fix: 'Start the server, or correct the URL (postgres://user:password@host:5432/database).',
      cause,
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'not a URL';
}
