import {
  classicalAgents,
  type EngineOptions,
  TEAM_SCHEMA,
  TeamPolicy,
  teamAgents,
} from '../../delivery/index.ts';
import { PolicyStore } from '../../feedback/index.ts';
import { GavotteError, type Storage, type World } from '../../kernel/index.ts';
import { readPolicyFile } from '../../neural/index.ts';

/** What `--policy` is called in help. */
export const POLICY_HELP = 'a trained team, as `train` wrote it, that corrects the classical agents';

/** Who bids. */
export interface ChosenAgents {
  readonly agents: EngineOptions['agents'];
  /** The policy file, and the SHA-256 that it states; null where the agents are classical. */
  readonly policy: { readonly name: string; readonly hash: string } | null;
}

/**
 * The agents that bid: the classical ones, corrected by the team of a policy file where one is given.
 * @throws GV_BAD_INPUT for a file that is none, was changed, or is of another version.
 */
export async function agentsOf(path: string | undefined, storage: Storage): Promise<ChosenAgents> {
  if (path === undefined) return { agents: classicalAgents, policy: null };
  const team = new TeamPolicy(readPolicyFile(await storage.readText(path), path, TEAM_SCHEMA), path);
  return { agents: teamAgents(team), policy: { name: team.name, hash: team.hash } };
}

/** What `--policies` is called in help. */
export const POLICIES_HELP =
  'a folder of policies, as `policy` keeps it: the one that is promoted serves, and the next when it is';

/** The agents that bid, corrected by the promoted team of a store, and who is to serve from then on. */
export async function agentsOfStore(
  folder: string,
  world: World,
): Promise<{ readonly chosen: ChosenAgents; readonly team: () => Promise<TeamPolicy | undefined> }> {
  const store = new PolicyStore({ storage: world.storage, clock: world.clock, folder });
  const teamOf = async () => {
    const promoted = await store.promoted();
    if (promoted === undefined) return undefined;
    return new TeamPolicy(await store.read(promoted.hash), `${folder}/${promoted.hash.slice(0, 12)}`);
  };
  const first = await teamOf();
  if (first === undefined)
    throw new GavotteError('GV_BAD_INPUT', `--policies: no policy of ${folder} is promoted`, {
      fix: `Add one: gavotte policy add POLICY.json --policies ${folder} --promote --reason TEXT.`,
    });
  return {
    chosen: { agents: teamAgents(first), policy: { name: first.name, hash: first.hash } },
    team: teamOf,
  };
}

/** Which policy that is, for the line that a command begins or ends with. */
export function policyLine({ policy }: ChosenAgents): string {
  return policy === null ? '' : ` Corrected by ${policy.name} (${policy.hash.slice(0, 12)}).`;
}
