import { GavotteError } from '../../../kernel/index.ts';
import { type PolicyFile, policyHash, ServedNetwork } from '../../../neural/index.ts';
import { ACTIONS, ROLES, type Role } from './roles.ts';
import { OBSERVATION_SIZE } from './team-facts.ts';
import { type ClassicalTuning, tuningFrom } from './tuning.ts';

/**
 * A trained team, as a file holds it: for each of its roles a network from an observation to actions, and the tuning of
 * the classical composition that it corrects. The same observation gives the same actions in training, simulation and
 * service, bit for bit.
 */
export class TeamPolicy {
  /** Roles that have learned; the others stay classical. */
  readonly roles: readonly Role[];
  readonly tuning: ClassicalTuning;
  readonly provenance: PolicyFile['provenance'];
  /** What people call it, such as its file, and the SHA-256 that its file states. */
  readonly name: string;
  readonly hash: string;
  readonly #networks: ReadonlyMap<Role, ServedNetwork>;

  /** @throws GV_BAD_INPUT when a network is of no role, or of other sizes than its role has, or the tuning lacks a number. */
  constructor(file: PolicyFile, name = 'team') {
    const { networks, provenance, tuning } = file;
    this.name = name;
    this.hash = policyHash(file);
    this.provenance = provenance;
    this.tuning = tuningFrom(tuning, 'the policy file');
    for (const name of Object.keys(networks))
      if (!ROLES.includes(name as Role))
        throw new GavotteError('GV_BAD_INPUT', `networks.${name} is no role of the team`, {
          fix: `Roles are ${ROLES.join(', ')}.`,
        });
    this.roles = ROLES.filter((role) => networks[role] !== undefined);
    this.#networks = new Map(this.roles.map((role) => [role, new ServedNetwork(networks[role]!)]));
    for (const [role, { inputs, outputs }] of this.#networks)
      if (inputs !== OBSERVATION_SIZE || outputs !== ACTIONS[role].length)
        throw new GavotteError(
          'GV_BAD_INPUT',
          `networks.${role} goes from ${inputs} to ${outputs} numbers, not from ${OBSERVATION_SIZE} to ${ACTIONS[role].length}`,
          { fix: 'Train it anew with this version.' },
        );
  }

  /** A role’s actions, each −1 to 1, for the observation at `from`, into `actions` from `to`. */
  decide(role: Role, observations: Float32Array, from: number, actions: Float32Array, to: number): void {
    const output = this.#networks.get(role)!.answer(observations, from);
    for (let index = 0; index < output.length; index += 1) actions[to + index] = Math.tanh(output[index]!);
  }
}
