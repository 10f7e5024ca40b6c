import type { EngineOptions } from '../../delivery/index.ts';
import { classicalAgents, TEAM_SCHEMA, TeamPolicy, teamAgents } from '../../delivery/index.ts';
import type { Storage } from '../../kernel/index.ts';
import { readPolicyFile } from '../../neural/index.ts';

/** What `--policy` is called in help. */
export const POLICY_HELP = 'a trained team, as `train` wrote it, that corrects the classical agents';

/** The agents that bid: the classical ones, corrected by the team of a policy file where one is given. */
export async function agentsOf(path: string | undefined, storage: Storage): Promise<EngineOptions['agents']> {
  if (path === undefined) return classicalAgents;
  return teamAgents(new TeamPolicy(readPolicyFile(await storage.readText(path), path, TEAM_SCHEMA)));
}
