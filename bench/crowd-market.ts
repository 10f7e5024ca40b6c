/**
 * A crowd of sellers in a process of its own: most good, some dead (half refuse, half accept and never answer), some slow,
 * some of every kind of liar. Prints one JSON line with the addresses and who is what, then serves until killed.
 */
import { createServer, type Server } from 'node:net';
import { realClock } from '../src/kernel/index.ts';
import { createMarket, marketLiars } from '../src/market/index.ts';
import { serveHandler } from '../src/services/index.ts';

const total = Number(process.argv[2] ?? 1000);
const DEAD_SHARE = 0.3;
const SLOW_SHARE = 0.2;
const LYING_SHARE = 0.05;
const SLOW_MS = 20_000;

const kinds = marketLiars().map(({ kind }) => kind);
const lying = Math.min(Math.round(total * LYING_SHARE), kinds.length);
const honest = total - lying;
const dead = Math.round(total * DEAD_SHARE);
const slow = Math.round(total * SLOW_SHARE);

type Handler = Parameters<typeof serveHandler>[0];
const handlers: Handler[] = [];
const silent: Server[] = [];

/** A port where nobody listens any more, or one that accepts and says nothing. */
async function deadUrl(index: number): Promise<string> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  if (index % 2 === 0) await new Promise((resolve) => server.close(resolve));
  else silent.push(server);
  return `http://127.0.0.1:${port}`;
}

const urls = await Promise.all(
  Array.from({ length: total }, async (_none, index) => {
    if (index < dead) return deadUrl(index);
    return (await serveHandler((request) => handlers[index]!(request), { port: 0, host: '127.0.0.1' })).url;
  }),
);
const market = createMarket({
  clock: realClock,
  sellers: honest,
  liars: kinds.slice(0, lying),
  seed: 7,
  baseUrl: (index) => urls[index]!,
  latency: true,
});
for (const [index, seller] of market.sellers.entries()) {
  const isSlow = index >= dead && index < dead + slow;
  handlers[index] = isSlow
    ? async (request) => {
        await realClock.sleep(SLOW_MS);
        return seller.handler(request);
      }
    : seller.handler;
}
const registry = await serveHandler(market.registry, { port: 0, host: '127.0.0.1' });
const role = (index: number) =>
  index >= honest ? 'lying' : index < dead ? 'dead' : index < dead + slow ? 'slow' : 'good';
const sellers = market.sellers.map(({ id, url }, index) => ({ id, url, role: role(index) }));
process.stdout.write(
  `${JSON.stringify({ registryUrl: registry.url, origins: [registry.url, ...urls], sellers })}\n`,
);
