import { type HttpRequest, type HttpResponse, Simulation } from '../../kernel/index.ts';

/** An HTTP answer. */
export const answer = (body: unknown, status = 200): HttpResponse => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const missing = answer('{"detail":"Not Found"}', 404);
/** Where the tests' registry lives. */
export const REGISTRY = 'https://registry.example';

/** A simulated market: answers by full URL; what is not listed is 404, what is not attached refuses connections. */
export function setUp(routes: Record<string, HttpResponse | (() => Promise<HttpResponse>)>) {
  const simulation = new Simulation({ seed: 1 });
  const seen: HttpRequest[] = [];
  const table = new Map(Object.entries(routes));
  for (const origin of new Set([...table.keys()].map((url) => new URL(url).origin))) {
    simulation.network.attach(origin, async (request) => {
      seen.push(request);
      const found = table.get(request.url);
      return typeof found === 'function' ? found() : (found ?? missing);
    });
  }
  const { world } = simulation.boot('buyer', simulation.disk());
  const run = <T>(work: Promise<T>) => simulation.run(work, 3_600_000);
  return { simulation, world, table, seen, run };
}

/** The answer of an `/agents` registry that lists these addresses as s-0, s-1, … */
export const agents = (...urls: readonly string[]) => ({
  agents: urls.map((url, index) => ({
    agent_id: `s-${index}`,
    name: `Seller ${index}`,
    url,
    capabilities: [],
  })),
});
/** A card as real sellers serve it. */
export const card = (url: string, rest: object = {}) =>
  answer({
    name: 'Acme Publisher Seller',
    url,
    provider: { name: 'Acme Publisher' },
    capabilities: { protocols: ['opendirect21'], streaming: false },
    inventory_types: ['ctv', 'display', 'native'],
    supported_deal_types: ['pg', 'pmp', 'preferred_deal', 'private_auction'],
    ...rest,
  });
/** Where a seller's card is looked for first. */
export const cardAt = (url: string) => `${url}/.well-known/agent.json`;
