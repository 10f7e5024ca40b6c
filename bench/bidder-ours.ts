/**
 * Our bid server as a process: `node bench/bidder-ours.ts PORT [MODULE]`. MODULE exports `createApplication()`, which
 * returns (or promises) the `BidApplication` to serve; without one it is the decision that the peers make, with money. Both
 * keep their books in the folder BENCH_FOLDER.
 */
import { pathToFileURL } from 'node:url';
import { wasmReader } from '../src/openrtb/index.ts';
import type { BidApplication } from '../src/services/bid-server/application.ts';
import { serveBids } from '../src/services/bid-server/serve-bids.ts';
import type { BidServerStats } from '../src/services/bid-server/stats.ts';
import { peerApplication } from './bidder-decision.ts';
import { startBidMoney } from './bidder-money.ts';
import { benchFolder } from './engine.ts';

/** What a module given by name must export. */
interface ApplicationModule {
  createApplication(): BidApplication | Promise<BidApplication>;
}

/** What it prints when asked. */
export interface OursReport {
  readonly rss: number;
  readonly heapUsed: number;
  readonly stats: Readonly<BidServerStats>;
}

const [port = '0', module] = process.argv.slice(2);
const application =
  module === undefined
    ? peerApplication(wasmReader(), await startBidMoney(process.env.BENCH_FOLDER ?? benchFolder()))
    : await ((await import(pathToFileURL(module).href)) as ApplicationModule).createApplication();
const server = await serveBids({ application, port: Number(port), host: '127.0.0.1' });
process.stdout.write(`${server.port}\n`);
// Asked by signal for what it is doing; the heap is what is left after a collection, under --expose-gc.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ rss, heapUsed, stats: server.stats } satisfies OursReport)}\n`);
});
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
