/** A role as a trainer sees it. */
export interface EnvRole {
  readonly name: string;
  /** Numbers of an action, each −1 to 1; for a categorical head the number of choices, of which one is named. */
  readonly actions: number;
  /** Numbers from −1 to 1 (`gaussian`, `beta`), shares that sum to 1 (`dirichlet`), or one of some choices. */
  readonly head: 'gaussian' | 'beta' | 'dirichlet' | 'categorical';
  /** Steps between two decisions; in between the last one holds. */
  readonly period: number;
}

/**
 * Many episodes side by side, as a trainer drives them. A row is one agent: row = episode × slots + slot. All arrays
 * are rewritten in place by `begin` and `step`.
 */
export interface TrainingEnv {
  readonly episodes: number;
  /** Steps of every episode; null when they differ. */
  readonly episodeSteps: number | null;
  /** Agents of a role in one episode. */
  readonly slots: number;
  readonly observationSize: number;
  /** Numbers of the critic’s state, per episode. */
  readonly stateSize: number;
  readonly roles: readonly EnvRole[];
  /** [rows × observationSize], seen by every role. */
  readonly observations: Float32Array;
  /** [episodes × stateSize], seen by critics only. */
  readonly states: Float32Array;
  /** [rows]; 0 for an agent whose actions change nothing any more. */
  readonly alive: Uint8Array;
  /** By role, filled before `step`: [rows × actions] from −1 to 1, or shares; for a categorical head [rows], the choice. */
  readonly actions: readonly Float32Array[];
  /** By role, [rows], of the last step. */
  readonly rewards: readonly Float32Array[];
  /** [episodes]; 1 when the last step ended the episode; what is observed then is the next one’s. */
  readonly ended: Uint8Array;
  /** Episode e begins with number `first` + e; each next one of it is `stride` later, and with 0 there is none. */
  begin(first: number, stride: number): void;
  step(): void;
}
