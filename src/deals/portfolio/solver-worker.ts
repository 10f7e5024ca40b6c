import { parentPort, workerData } from 'node:worker_threads';
import highsModule from 'highs';
import type { SolverReply, SolverTask } from './solver-messages.ts';

/** The package's types describe its CommonJS face; what is imported here is the function itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

/** Values are whole score-weighted impressions in millions: this leaves no better choice unseen that matters. */
const RELATIVE_GAP = 1e-7;
/** Tighter than the default 1e-6, which is a dollar in a million. */
const FEASIBILITY_TOLERANCE = 1e-9;

/** Solves one task with HiGHS. It blocks its thread, which is why it has one of its own. */
async function solve(task: SolverTask): Promise<SolverReply> {
  const highs = await loadHighs();
  const { modelStatus, variableType, objectiveSense } = highs.constants;
  const numCols = task.values.length;
  const numRows = task.limits.length;
  const { starts, indices, coefficients } = task;
  const model = highs.createModel({
    numCols,
    numRows,
    sense: objectiveSense.maximize,
    colCost: task.values,
    colLower: new Float64Array(numCols),
    colUpper: task.upper,
    rowLower: new Float64Array(numRows).fill(-highs.infinity),
    rowUpper: task.limits,
    matrix: { format: 'csr', numRows, numCols, starts, indices, values: coefficients },
    integrality: new Int32Array(numCols).fill(variableType.integer),
  });
  try {
    model.options.set({
      output_flag: false,
      time_limit: task.timeLimitSeconds,
      mip_rel_gap: RELATIVE_GAP,
      mip_feasibility_tolerance: FEASIBILITY_TOLERANCE,
    });
    if (task.start.length > 0) model.setSolution({ colValue: task.start });
    model.run();
    const status = model.getModelStatus();
    if (status === modelStatus.infeasible) return { kind: 'infeasible' };
    const bound = Number(model.info.get('mip_dual_bound'));
    const { colValue } = model.getSolution();
    if (colValue.length !== numCols) return { kind: 'nothing', bound: Number.isFinite(bound) ? bound : null };
    const picks = [...colValue.keys()].filter((column) => colValue[column]! > 0.5);
    return { kind: 'solved', picks, bound, proven: status === modelStatus.optimal };
  } finally {
    model.dispose();
  }
}

const reply = await solve(workerData as SolverTask).catch(
  (error: unknown): SolverReply => ({
    kind: 'failed',
    message: error instanceof Error ? error.message : String(error),
  }),
);
parentPort?.postMessage(reply);
