import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { ACTIONS, OBSERVATION_SIZE, ROLES, TEAM_SCHEMA, TeamPolicy } from '../../delivery/index.ts';
import { PolicyStore } from '../../feedback/index.ts';
import { createRealWorld, Draws } from '../../kernel/index.ts';
import { type PolicyFile, readPolicyFile } from '../../neural/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { table } from '../table.ts';

const SHORT = 12;
/** Observations on which two policies are compared. */
const COMPARED = 2_000;

interface StoreOptions {
  readonly policies: string;
  readonly reason: string;
  readonly promote?: boolean;
}

/** The commands of `gavotte policy` on a store. */
export function configurePolicyStore(command: Command, context: CommandContext): void {
  const on = (name: string, summary: string) =>
    command
      .command(name)
      .description(summary)
      .option('--policies <folder>', 'where they are kept', 'policies');
  on('list', 'the policies of a store: which serves, what became of the others, when and why').action(
    context.action((options: StoreOptions) => list(options)),
  );
  on('add <policy>', 'put a policy file into a store')
    .requiredOption('--reason <text>', 'why; it is written down')
    .option('--promote', 'and let it serve')
    .action(context.action((path: string, options: StoreOptions) => add(path, options)));
  on('promote <hash>', 'let a policy serve; the first characters of its hash are enough')
    .requiredOption('--reason <text>', 'why; it is written down')
    .action(context.action((hash: string, options: StoreOptions) => promote(hash, options)));
  on('rollback', 'let the policy serve again that did before')
    .requiredOption('--reason <text>', 'why; it is written down')
    .action(context.action((options: StoreOptions) => rollBack(options)));
  on('diff <one> <other>', 'what differs between two policies, and how far apart they act').action(
    context.action((one: string, other: string, options: StoreOptions) => diff(one, other, options)),
  );
}

function storeOf({ policies }: StoreOptions): PolicyStore {
  const { storage, clock } = createRealWorld();
  return new PolicyStore({ storage, clock, folder: policies });
}

/** Who asks, for the journal. */
function actor(): string {
  return userInfo().username;
}

async function list(options: StoreOptions): Promise<Report> {
  const all = await storeOf(options).list();
  const rows = all.map(({ hash, state, history }) => {
    const last = history.at(-1)!;
    return [hash.slice(0, SHORT), state, new Date(last.at).toISOString(), last.actor, last.reason];
  });
  return {
    json: { policies: all },
    text:
      all.length === 0
        ? `${options.policies} has no policies. Add one: gavotte policy add POLICY.json --reason TEXT`
        : table(
            [
              { title: 'policy', align: 'left' },
              { title: 'state', align: 'left' },
              { title: 'since', align: 'left' },
              { title: 'by', align: 'left' },
              { title: 'why', align: 'left', maxWidth: 100 },
            ],
            rows,
          ).join('\n'),
  };
}

async function add(path: string, options: StoreOptions): Promise<Report> {
  const { storage } = createRealWorld();
  const file = readPolicyFile(await storage.readText(path), path, TEAM_SCHEMA);
  const store = storeOf(options);
  const hash = await store.add(file, actor(), options.reason);
  if (options.promote === true) await store.move(hash, 'promoted', actor(), options.reason);
  const { state } = await store.find(hash);
  return { json: { hash, state }, text: `${hash.slice(0, SHORT)}: ${state}` };
}

async function promote(start: string, options: StoreOptions): Promise<Report> {
  const store = storeOf(options);
  const { hash } = await store.find(start);
  await store.read(hash);
  await store.move(hash, 'promoted', actor(), options.reason);
  return { json: { hash, state: 'promoted' }, text: served(hash) };
}

async function rollBack(options: StoreOptions): Promise<Report> {
  const hash = await storeOf(options).rollBack(actor(), options.reason);
  return { json: { hash, state: 'promoted' }, text: served(hash) };
}

function served(hash: string): string {
  return `${hash.slice(0, SHORT)} serves; bidders take it up within seconds, and decide by it from their next policy tick on.`;
}

async function diff(one: string, other: string, options: StoreOptions): Promise<Report> {
  const store = storeOf(options);
  const [a, b] = await Promise.all(
    [one, other].map(async (start) => store.read((await store.find(start)).hash)),
  );
  const changes = changesOf(a!, b!);
  const distances = distancesOf(new TeamPolicy(a!), new TeamPolicy(b!));
  return {
    json: { changes, distances },
    text: [
      ...table(
        [
          { title: '', align: 'left' },
          { title: one, align: 'right' },
          { title: other, align: 'right' },
        ],
        changes.map(({ what, before, after }) => [what, String(before), String(after)]),
      ),
      '',
      ...table(
        [
          { title: 'role', align: 'left' },
          { title: 'actions apart, of 2', align: 'right' },
        ],
        distances.map(({ role, distance }) => [
          role,
          distance === null ? 'one has none' : distance.toFixed(3),
        ]),
      ),
    ].join('\n'),
  };
}

function changesOf(
  a: PolicyFile,
  b: PolicyFile,
): readonly { what: string; before: unknown; after: unknown }[] {
  return (['provenance', 'tuning'] as const).flatMap((part) => {
    const [before, after] = [a[part], b[part]] as const;
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => before[name] !== after[name])
      .map((name) => ({ what: name, before: before[name] ?? '', after: after[name] ?? '' }));
  });
}

/** Mean absolute difference of actions over observations drawn evenly from −1 to 1, the same for all. */
function distancesOf(a: TeamPolicy, b: TeamPolicy): readonly { role: string; distance: number | null }[] {
  const draws = new Draws(1, 0);
  const observations = Float32Array.from(
    { length: COMPARED * OBSERVATION_SIZE },
    (_, index) => 2 * draws.uniform(index) - 1,
  );
  return ROLES.filter((role) => a.roles.includes(role) || b.roles.includes(role)).map((role) => {
    if (!a.roles.includes(role) || !b.roles.includes(role)) return { role, distance: null };
    const size = ACTIONS[role].length;
    const [own, others] = [new Float32Array(size), new Float32Array(size)];
    let sum = 0;
    for (let row = 0; row < COMPARED; row += 1) {
      a.decide(role, observations, row * OBSERVATION_SIZE, own, 0);
      b.decide(role, observations, row * OBSERVATION_SIZE, others, 0);
      for (let index = 0; index < size; index += 1) sum += Math.abs(own[index]! - others[index]!);
    }
    return { role, distance: sum / (COMPARED * size) };
  });
}
