import { parseArgs } from 'node:util';
import { randomStream } from '../src/kernel/index.ts';
import {
  Adam,
  type Kernels,
  Mlp,
  type MlpShape,
  referenceKernels,
  ServedNetwork,
  wasmKernels,
} from '../src/neural/index.ts';
import { spread } from './stats.ts';

const SHAPE: MlpShape = { sizes: [32, 64, 64, 8], activation: 'tanh' };
const ROWS = 512;
const RUNS = 9;
const RUN_MS = 250;

/** Multiply-adds of one row, forwards and backwards, as two operations each; the optimiser is not counted. */
function flopPerRow({ sizes }: MlpShape): number {
  let flop = 0;
  for (const [index, outputs] of sizes.slice(1).entries())
    flop += 2 * sizes[index]! * outputs * (index === 0 ? 2 : 3);
  return flop;
}

/** How fast networks are computed and trained: ours beside the same in plain TypeScript, in turns. */
export function neuralBench(): object {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: `${RUNS}` }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const fast = trainingOf(wasmKernels(1_000_000));
  const plain = trainingOf(referenceKernels(1_000_000));
  const served = servedNetwork();
  const rows = Array.from({ length: Number(values.runs) }, () => ({
    fast: rate(fast),
    plain: rate(plain),
    answers: rate(served),
  }));
  const gigaflops = (perSecond: number) => (perSecond * ROWS * flopPerRow(SHAPE)) / 1e9;
  return {
    shape: SHAPE.sizes,
    batch: ROWS,
    gigaflopsPerCore: spread(rows.map((row) => gigaflops(row.fast))),
    plainGigaflopsPerCore: spread(rows.map((row) => gigaflops(row.plain))),
    timesPlain: spread(rows.map((row) => row.fast / row.plain)),
    microsPerAnswer: spread(rows.map((row) => 1e6 / row.answers)),
    aims: { gigaflopsPerCore: 30, timesPlain: 10, microsPerAnswer: 2 },
  };
}

/** One step of training: forwards, backwards, Adam. */
function trainingOf(kernels: Kernels): () => void {
  const network = new Mlp(kernels, SHAPE, ROWS);
  const adam = new Adam(kernels, network);
  network.initialise(randomStream(1), Math.SQRT2, 1);
  const random = randomStream(2);
  for (let index = 0; index < network.input.length; index += 1) network.input[index] = random.float() - 0.5;
  return () => {
    network.forward(ROWS);
    network.outputGradient.set(network.output);
    network.backward(ROWS);
    adam.step(1e-4, 1);
  };
}

function servedNetwork(): () => void {
  const network = new Mlp(wasmKernels(Mlp.floats(SHAPE, 1)), SHAPE, 1);
  network.initialise(randomStream(1), Math.SQRT2, 1);
  const served = new ServedNetwork({ shape: SHAPE, layers: network.weights() });
  const seen = new Float32Array(SHAPE.sizes[0]!).fill(0.1);
  return () => void served.answer(seen, 0);
}

/** Calls a second, by processor time of this thread. */
function rate(work: () => void): number {
  const stopsAt = performance.now() + RUN_MS;
  const before = process.threadCpuUsage();
  let calls = 0;
  while (performance.now() < stopsAt) {
    work();
    calls += 1;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (calls / (user + system)) * 1e6;
}
