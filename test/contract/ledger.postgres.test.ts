import { after, test } from 'node:test';
import postgres from 'postgres';
import { type TestPostgres, testPostgres } from '../../scripts/postgres.ts';
import { postgresStore } from '../../src/ledger/index.ts';
import { ledgerContract } from './ledger.contract.ts';

let server: TestPostgres | undefined;
let reason = '';
try {
  server = await testPostgres();
} catch (error) {
  reason = (error as Error).message;
}

if (server === undefined) {
  // Without the server the suite says so; where a machine must have one, that is a failure.
  test('ledger on PostgreSQL', {
    skip: process.env.CI === undefined ? `no PostgreSQL: ${reason}` : false,
  }, () => {
    throw new Error(`no PostgreSQL: ${reason}`);
  });
} else {
  const { url, close } = server;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  let count = 0;
  after(async () => {
    await admin.end();
    await close();
  });
  ledgerContract(
    'PostgreSQL',
    async () => {
      count += 1;
      const name = `ledger_${process.pid}_${count}`;
      await admin.unsafe(`CREATE SCHEMA ${name}`);
      const own = `${url}?search_path=${name}`;
      return {
        open: () => postgresStore({ url: own }),
        tamper: async (sql) => {
          const connection = postgres(own, { max: 1 });
          await connection.unsafe(sql);
          await connection.end();
        },
        dispose: async () => void (await admin.unsafe(`DROP SCHEMA ${name} CASCADE`)),
      };
    },
    30,
  );
}
