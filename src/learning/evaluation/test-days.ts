import type { Storage } from '../../kernel/index.ts';

/** One use of the test days. The more uses, the less an interval means: whoever reads it sees them all. */
export interface TestDaysUse {
  readonly at: string;
  readonly scenario: string;
  readonly days: number;
  readonly policies: readonly string[];
}

/** Adds a line to the record of uses; returns how many uses of the scenario’s days there are now. */
export async function recordTestDays(storage: Storage, path: string, use: TestDaysUse): Promise<number> {
  const before = await storage.readText(path).catch(() => '');
  await storage.writeText(path, `${before}${JSON.stringify(use)}\n`);
  const earlier = before
    .split('\n')
    .filter((line) => line.includes(`"scenario":${JSON.stringify(use.scenario)}`));
  return earlier.length + 1;
}
