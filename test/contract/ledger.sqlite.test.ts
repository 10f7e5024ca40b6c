import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealWorld } from '../../src/kernel/index.ts';
import { sqliteStore } from '../../src/ledger/index.ts';
import { ledgerContract } from './ledger.contract.ts';

// A file on a real disk, opened by as many connections as the test asks for.
ledgerContract(
  'SQLite',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavotte-ledger-'));
    const path = join(folder, 'ledger.db');
    const { storage } = createRealWorld();
    return {
      open: async () => sqliteStore(storage.openDatabase(path)),
      tamper: async (sql) => {
        const database = storage.openDatabase(path);
        database.exec(sql);
        database.close();
      },
      dispose: async () => rmSync(folder, { recursive: true }),
    };
  },
  200,
);
