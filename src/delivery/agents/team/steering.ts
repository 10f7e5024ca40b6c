import { ACTIONS, type Role } from './roles.ts';

/**
 * The corrections in force, by campaign: natural logarithms of factors on what the classical agents decide, 0 for
 * none. Written once a policy tick, read on the bid path.
 */
export class Steering {
  readonly bid: Float64Array;
  readonly shade: Float64Array;
  readonly target: Float64Array;
  readonly admit: Float64Array;
  readonly share: Float64Array;
  readonly sharpness: Float64Array;
  readonly #byRole: Readonly<Record<Role, readonly Float64Array[]>>;

  constructor(campaigns: number) {
    const zeros = () => new Float64Array(campaigns);
    this.bid = zeros();
    this.shade = zeros();
    this.target = zeros();
    this.admit = zeros();
    this.share = zeros();
    this.sharpness = zeros();
    this.#byRole = {
      bidder: [this.bid, this.shade],
      pacer: [this.target, this.admit],
      allocator: [this.share],
      creative: [this.sharpness],
    };
  }

  /**
   * Takes a role's actions for one campaign: as many numbers as `ACTIONS` lists, from `offset` of `actions`, each
   * −1 to 1 in units of the action's reach. What is beyond is cut; what is not a number is 0.
   */
  set(role: Role, campaign: number, actions: ArrayLike<number>, offset = 0): void {
    const specs = ACTIONS[role];
    const columns = this.#byRole[role];
    for (let index = 0; index < specs.length; index += 1) {
      const action = actions[offset + index]!;
      const within = action > 1 ? 1 : action < -1 ? -1 : action;
      columns[index]![campaign] = Number.isNaN(within) ? 0 : within * specs[index]!.reach;
    }
  }

  /** Back to the classical composition. */
  clear(): void {
    for (const columns of Object.values(this.#byRole)) for (const column of columns) column.fill(0);
  }
}
