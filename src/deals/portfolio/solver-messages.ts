/** What the worker solves: maximise values·x over x in {0, 1}, every row at most its limit. Sparse, row by row. */
export interface SolverTask {
  readonly values: Float64Array;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly coefficients: Float64Array;
  readonly limits: Float64Array;
  /** 1 where x may be 1. */
  readonly upper: Float64Array;
  /** A choice to begin with; empty when none is known. */
  readonly start: Float64Array;
  readonly timeLimitSeconds: number;
}

/** What it found. `picks` are the columns at 1; `bound` is what nothing exceeds. */
export type SolverReply =
  | {
      readonly kind: 'solved';
      readonly picks: readonly number[];
      readonly bound: number;
      readonly proven: boolean;
    }
  | { readonly kind: 'infeasible' }
  | { readonly kind: 'nothing'; readonly bound: number | null }
  | { readonly kind: 'failed'; readonly message: string };
