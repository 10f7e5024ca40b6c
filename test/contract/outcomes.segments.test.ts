import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'node:test';
import type { World } from '../../src/kernel/index.ts';
import { createRealWorld, Simulation } from '../../src/kernel/index.ts';
import { openSegmentedLog } from '../../src/outcomes/index.ts';
import { SegmentFolder } from '../../src/outcomes/segments/segment-folder.ts';
import { SegmentWriter } from '../../src/outcomes/segments/segment-writer.ts';
import { outcomeLogContract } from './outcomes.contract.ts';
import type { LogWorld } from './outcomes.harness.ts';

const LIMIT_MS = 3_600_000;

/** A frame that is whole, around a body that is not. */
async function poison(world: World, folder: string, body: string): Promise<void> {
  const log = await openSegmentedLog({ world, folder });
  await log.close();
  const segments = await SegmentFolder.open(world.storage, folder, true);
  const retention = { maxBytes: 1e9, maxAgeMs: null };
  const next = segments.end + 1;
  const writer = new SegmentWriter({ world, folder: segments, sync: 'never', retention, next });
  await writer.write([{ body, hash: 1 }]);
  await writer.close();
  await segments.close();
}

describe('outcome log in segments', () => {
  outcomeLogContract('segments, simulated', async (): Promise<LogWorld> => {
    const simulation = new Simulation({ seed: 7 });
    const { world } = simulation.boot('log', simulation.disk());
    return {
      open: () => openSegmentedLog({ world, folder: 'outcomes' }),
      poison: (body) => poison(world, 'outcomes', body),
      run: (work) => simulation.run(work, LIMIT_MS),
      waitMs: 10,
      dispose: async () => {},
    };
  });

  outcomeLogContract('segments on disk', async (): Promise<LogWorld> => {
    const folder = mkdtempSync(join(tmpdir(), 'gavotte-outcomes-'));
    const world = createRealWorld();
    return {
      open: () => openSegmentedLog({ world, folder }),
      poison: (body) => poison(world, folder, body),
      run: (work) => work,
      waitMs: 1_000,
      dispose: async () => rmSync(folder, { recursive: true }),
    };
  });
});
