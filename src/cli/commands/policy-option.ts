import {
  classicalAgents,
  type EngineOptions,
  TEAM_SCHEMA,
  TeamPolicy,
  teamAgents,
} from '../../delivery/index.ts';
import type { Storage } from '../../kernel/index.ts';
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

/** Which policy that is, for the line that a command begins or ends with. */
export function policyLine({ policy }: ChosenAgents): string {
  return policy === null ? '' : ` Corrected by ${policy.name} (${policy.hash.slice(0, 12)}).`;
}
