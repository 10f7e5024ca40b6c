import { after, test } from 'node:test';
import postgres from 'postgres';
import { type TestPostgres, testPostgres } from '../../scripts/postgres.ts';
import { postgresStore } from '../../src/ledger/index.ts';
import { ledgerContract } from './ledger.contract.ts';
import { postgresFaults } from './ledger-postgres-faults.ts';

/** Each run on a real server takes about 60 ms. */
const PROPERTY_RUNS = 30;

try {
  testOn(await testPostgres());
} catch (error) {
  const reason = `no PostgreSQL: ${(error as Error).message}`;
  // Without the server the suite says so; where a machine must have one, that is a failure.
  test('ledger on PostgreSQL', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

function testOn({ url, close }: TestPostgres): void {
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const schemas: string[] = [];
  after(async () => {
    for (const schema of schemas) await admin.unsafe(`DROP SCHEMA ${schema} CASCADE`);
    await admin.end();
    await close();
  });
  /** A schema of its own, as a server that somebody gave us may hold other things. */
  const fresh = async () => {
    const schema = `gavotte_test_${process.pid}_${schemas.length}`;
    schemas.push(schema);
    await admin.unsafe(`CREATE SCHEMA ${schema}`);
    return `${url}${url.includes('?') ? '&' : '?'}search_path=${schema}`;
  };
  ledgerContract(
    'PostgreSQL',
    async () => {
      const own = await fresh();
      return {
        open: (clock) => postgresStore({ url: own, clock }),
        tamper: async (sql) => {
          const connection = postgres(own, { max: 1, onnotice: () => {} });
          try {
            await connection.unsafe(sql);
          } finally {
            await connection.end();
          }
        },
        dispose: () => Promise.resolve(),
      };
    },
    PROPERTY_RUNS,
  );
  postgresFaults(fresh);
}
