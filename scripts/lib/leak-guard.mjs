// Loaded into the process of every test file (`--import`): what a failing test left open ends its own file, not the run.
import { after } from 'node:test';
import { isMainThread } from 'node:worker_threads';

/** Long enough for a file's own clean-up, such as stopping a broker. */
const GRACE_MS = 60_000;
/** Well beyond the longest file on a slow machine; `--test-timeout` counts for each test, not for the file. */
const FILE_MS = 900_000;

function endAfter(ms, what) {
  const end = () => {
    console.error(`${what} ${ms / 1000} s; still open: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  };
  setTimeout(end, ms).unref();
}

/** Not in the workers and processes that tests start. */
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  endAfter(FILE_MS, 'This file did not end within');
  after(() => endAfter(GRACE_MS, 'Its last test is over since'));
}
