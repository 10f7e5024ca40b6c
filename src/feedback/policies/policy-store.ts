import { z } from 'zod';
import { TEAM_SCHEMA } from '../../delivery/index.ts';
import { type Clock, type EpochMs, GavotteError, type Storage } from '../../kernel/index.ts';
import { type PolicyFile, policyHash, readPolicyFile, writePolicyFile } from '../../neural/index.ts';

const STATES = ['candidate', 'shadow', 'canary', 'promoted', 'quarantined', 'retired'] as const;
/** Where a policy stands. */
export type PolicyState = (typeof STATES)[number];

/** From where to where a policy may go; a retired one may serve again, which is what a roll back is. */
const NEXT: Readonly<Record<PolicyState, readonly PolicyState[]>> = {
  candidate: ['shadow', 'canary', 'promoted', 'quarantined'],
  shadow: ['canary', 'promoted', 'quarantined'],
  canary: ['promoted', 'quarantined'],
  promoted: ['retired', 'quarantined'],
  quarantined: [],
  retired: ['promoted'],
};

const transition = z.strictObject({
  at: z.int(),
  policy: z.string().regex(/^[0-9a-f]{64}$/),
  to: z.enum(STATES),
  actor: z.string().min(1),
  reason: z.string().min(1),
});

/** One step of a policy, as the journal has it. */
export interface PolicyTransition {
  readonly at: EpochMs;
  /** SHA-256 of the policy. */
  readonly policy: string;
  readonly to: PolicyState;
  /** Who decided it, and why. */
  readonly actor: string;
  readonly reason: string;
}

/** A policy of a store. */
export interface StoredPolicy {
  readonly hash: string;
  readonly state: PolicyState;
  /** Its way so far; the last one led to the state. */
  readonly history: readonly PolicyTransition[];
}

/**
 * The policies of a bidder in a folder: each file under its hash and never rewritten, and a journal of what became of each,
 * from which everything else is derived. At most one is promoted. One process writes; others may read meanwhile.
 */
export class PolicyStore {
  readonly #storage: Storage;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #folder: string;

  constructor(options: {
    readonly storage: Storage;
    readonly clock: Pick<Clock, 'now'>;
    readonly folder: string;
  }) {
    this.#storage = options.storage;
    this.#clock = options.clock;
    this.#folder = options.folder;
  }

  /** All policies, the oldest first. A last line of the journal that a crash cut off is no line. */
  async list(): Promise<readonly StoredPolicy[]> {
    const byHash = new Map<string, PolicyTransition[]>();
    for (const each of await this.#transitions()) {
      const known = byHash.get(each.policy);
      if (known === undefined) byHash.set(each.policy, [each]);
      else known.push(each);
    }
    return [...byHash].map(([hash, history]) => ({ hash, state: history.at(-1)!.to, history }));
  }

  /** The one that serves; undefined where none was promoted. */
  async promoted(): Promise<StoredPolicy | undefined> {
    return (await this.list()).find(({ state }) => state === 'promoted');
  }

  /**
   * The policy whose hash begins so.
   * @throws GV_BAD_INPUT when there is none, or more than one.
   */
  async find(start: string): Promise<StoredPolicy> {
    const all = await this.list();
    const found = all.filter(({ hash }) => hash.startsWith(start));
    if (found.length === 1) return found[0]!;
    throw new GavotteError(
      'GV_BAD_INPUT',
      `${found.length === 0 ? 'no policy' : `${found.length} policies`} of ${this.#folder} begin with ${start}`,
      { fix: `Use one of: ${all.map(({ hash }) => hash.slice(0, 12)).join(', ') || 'none is there yet'}.` },
    );
  }

  /** The file of a policy. @throws GV_BAD_INPUT when it was changed since it was stored. */
  async read(hash: string): Promise<PolicyFile> {
    const path = this.#pathOf(hash);
    return readPolicyFile(await this.#storage.readText(path), path, TEAM_SCHEMA);
  }

  /** Stores a policy as a candidate; one that is there already stays where it stands. Returns its hash. */
  async add(file: PolicyFile, actor: string, reason: string): Promise<string> {
    const hash = policyHash(file);
    const known = (await this.list()).some((each) => each.hash === hash);
    if (known) return hash;
    await this.#storage.writeText(this.#pathOf(hash), writePolicyFile(file));
    await this.#append({ at: this.#clock.now(), policy: hash, to: 'candidate', actor, reason });
    return hash;
  }

  /**
   * Takes a policy a step on. Promoting one retires the one that served.
   * @throws GV_BAD_INPUT for a step that there is not.
   */
  async move(hash: string, to: PolicyState, actor: string, reason: string): Promise<void> {
    const all = await this.list();
    const policy = all.find((each) => each.hash === hash);
    if (policy === undefined || !NEXT[policy.state].includes(to))
      throw new GavotteError(
        'GV_BAD_INPUT',
        policy === undefined ? `no policy ${hash}` : `a policy that is ${policy.state} cannot be ${to}`,
        {
          fix:
            policy === undefined
              ? 'Add it first.'
              : `It can be ${NEXT[policy.state].join(' or ') || 'nothing more'}.`,
        },
      );
    const served = all.find(({ state }) => state === 'promoted');
    const step = { at: this.#clock.now(), actor, reason };
    if (to === 'promoted' && served !== undefined)
      await this.#append({
        ...step,
        policy: served.hash,
        to: 'retired',
        reason: `${hash.slice(0, 12)} serves: ${reason}`,
      });
    await this.#append({ ...step, policy: hash, to });
  }

  /**
   * Lets the policy serve again that served before the one that does, which is retired. Returns its hash.
   * @throws GV_BAD_INPUT when none did.
   */
  async rollBack(actor: string, reason: string): Promise<string> {
    const before = (await this.#transitions()).findLast(({ to }) => to === 'retired');
    const policy = before === undefined ? undefined : await this.find(before.policy);
    if (policy === undefined || policy.state !== 'retired')
      throw new GavotteError('GV_BAD_INPUT', 'no policy served before the one that does', {
        fix: 'List them with `gavotte policy list`, and promote one.',
      });
    await this.move(policy.hash, 'promoted', actor, `rolled back: ${reason}`);
    return policy.hash;
  }

  #pathOf(hash: string): string {
    return `${this.#folder}/${hash}.json`;
  }

  async #transitions(): Promise<readonly PolicyTransition[]> {
    const path = `${this.#folder}/journal.ndjson`;
    const text = await this.#readAll(path);
    // What is no JSON was cut off by a crash: its step was never taken.
    const steps = text
      .split('\n')
      .map(jsonOf)
      .filter((step) => step !== undefined);
    return steps.map((step, index) => {
      const parsed = transition.safeParse(step);
      if (parsed.success) return parsed.data as PolicyTransition;
      throw new GavotteError('GV_BAD_INPUT', `${path}: step ${index + 1} is no step of a policy`, {
        fix: 'Bring the journal back from a copy; it is only ever appended to.',
      });
    });
  }

  /** '' where nothing was ever written. */
  async #readAll(path: string): Promise<string> {
    if (!(await this.#storage.list(this.#folder)).includes('journal.ndjson')) return '';
    const file = await this.#storage.openFile(path, 'read');
    try {
      return Buffer.from(await file.read(0, await file.size())).toString();
    } finally {
      await file.close();
    }
  }

  async #append(step: PolicyTransition): Promise<void> {
    const file = await this.#storage.openFile(`${this.#folder}/journal.ndjson`, 'append');
    try {
      // After a line that was cut off, a line break first.
      const size = await file.size();
      const torn = size > 0 && (await file.read(size - 1, 1))[0] !== LINE_BREAK;
      await file.append(Buffer.from(`${torn ? '\n' : ''}${JSON.stringify(step)}\n`));
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

const LINE_BREAK = 10;

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
