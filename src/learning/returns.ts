/** One role’s decisions in a rollout: [decisions × rows] arrays, decision by decision. */
export interface Trajectory {
  readonly count: number;
  readonly rows: number;
  readonly rewards: Float32Array;
  /** The critic’s estimates, in the rewards’ unit; one set more than there are decisions, of what comes after. */
  readonly values: Float32Array;
  /** 1 where the row’s episode ended before its next decision. */
  readonly ended: Uint8Array;
}

/**
 * Generalised advantage estimation (Schulman et al., 2016) into `advantages`, and returns (advantage + value) into
 * `returns`; both [count × rows].
 */
export function estimateAdvantages(
  { count, rows, rewards, values, ended }: Trajectory,
  discount: number,
  trace: number,
  advantages: Float32Array,
  returns: Float32Array,
): void {
  for (let row = 0; row < rows; row += 1) {
    let carried = 0;
    let next = values[count * rows + row]!;
    for (let decision = count - 1; decision >= 0; decision -= 1) {
      const at = decision * rows + row;
      const goesOn = ended[at] === 1 ? 0 : 1;
      const error = rewards[at]! + discount * goesOn * next - values[at]!;
      carried = error + discount * trace * goesOn * carried;
      advantages[at] = carried;
      returns[at] = carried + values[at]!;
      next = values[at]!;
    }
  }
}

/** Mean and deviation of what was seen, weighted towards the present: critics estimate in units of the deviation. */
export class RunningScale {
  mean = 0;
  square = 1;
  /** How much has been seen, up to 1. */
  weight = 0;

  get deviation(): number {
    return Math.sqrt(Math.max(1e-6, this.square - this.mean * this.mean));
  }

  /** Takes a batch in: how many values it has, their sum, and that of their squares. */
  update(count: number, sum: number, squares: number): void {
    if (count === 0) return;
    // The first batch counts in full, later ones a tenth.
    const newest = Math.max(0.1, 1 - this.weight);
    this.mean += newest * (sum / count - this.mean);
    this.square += newest * (squares / count - this.square);
    this.weight = 1;
  }
}
