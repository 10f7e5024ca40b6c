import { z } from 'zod';
import { GavotteError, parseJsonFile } from '../../kernel/index.ts';
import { type LayerWeights, ServedNetwork } from '../../neural/index.ts';
import type { CostCurves } from './classical-strategies.ts';
import { linearBid, type StrategyMaker, stateFeatures } from './history.ts';

/** Networks of AuctionNet that this program knows, by the names of its files. */
export const OFFICIAL_NETWORKS = ['IQL', 'BC', 'CQL', 'MOPO', 'COMBO'] as const;
/** One of them. */
export type OfficialNetwork = (typeof OFFICIAL_NETWORKS)[number];

/** The actor of a learned baseline. */
export interface AlphaNetwork {
  /** From a state with its last three numbers scaled to the multiplier of a bid; below 0 is 0 when bid. */
  alpha(scaled: Float32Array): number;
  /** A state of `stateFeatures` as the network takes it. */
  scaled(state: Float64Array): Float32Array;
}

const STATE_SIZE = 16;
/** The numbers of opportunities; only they are scaled. */
const SCALED = [13, 14, 15] as const;
const ALPHA_RANGE = 300;

const FIX =
  'name the folder of data that holds auctionnet/ with official_policies.json and official_policies.f32';
const layerShape = z.object({
  inDim: z.int().positive(),
  outDim: z.int().positive(),
  wOffset: z.int().nonnegative(),
  bOffset: z.int().nonnegative(),
});
const range = z.object({ min: z.number(), max: z.number() });
const networkShape = z.object({
  layers: z.array(layerShape).min(1),
  acts: z.array(z.enum(['relu', 'none'])),
  head: z.string(),
});
const manifestShape = z.object({
  stateDim: z.literal(STATE_SIZE),
  normalize: z.object({ indices: z.object({ 13: range, 14: range, 15: range }) }),
  policies: z.object({
    IQL: networkShape,
    BC: networkShape,
    CQL: networkShape,
    MOPO: networkShape,
    COMBO: networkShape,
  }),
});
type NetworkShape = z.infer<typeof networkShape>;

/**
 * The actors of AuctionNet's learned baselines: `manifest` is the JSON of shapes, `weights` float32 little-endian, each
 * layer's matrix [out][in] and then its offsets.
 * @throws GV_BAD_INPUT when either is not as described.
 */
export function readOfficialPolicies(
  manifest: string,
  weights: Uint8Array,
): Readonly<Record<OfficialNetwork, AlphaNetwork>> {
  const shape = manifestShape.safeParse(parseJsonFile(manifest, 'official_policies.json', FIX));
  if (!shape.success) throw unreadable('official_policies.json', z.prettifyError(shape.error));
  if (weights.byteLength % 4 !== 0)
    throw unreadable('official_policies.f32', `${weights.byteLength} bytes are no float32`);
  const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
  const numbers = Float32Array.from({ length: weights.byteLength / 4 }, (_none, n) =>
    view.getFloat32(4 * n, true),
  );
  const { normalize, policies } = shape.data;
  const network = (name: OfficialNetwork) => alphaNetwork(policies[name], numbers, normalize.indices, name);
  return {
    IQL: network('IQL'),
    BC: network('BC'),
    CQL: network('CQL'),
    MOPO: network('MOPO'),
    COMBO: network('COMBO'),
  };
}

/** The bids of a network's multiplier. */
export function networkStrategy(network: AlphaNetwork): StrategyMaker {
  return () => (view) => linearBid(network.alpha(network.scaled(stateFeatures(view))));
}

const curvesShape = z.record(
  z.string().regex(/^\d{1,2}_[0-5]$/),
  z.object({ cumCost: z.array(z.number()), cpa: z.array(z.number()) }),
);

/**
 * Reads a table of OnlineLP.
 * @throws GV_BAD_INPUT when it is none.
 */
export function readCostCurves(text: string): CostCurves {
  const curves = curvesShape.safeParse(parseJsonFile(text, 'the OnlineLP table', FIX));
  if (!curves.success) throw unreadable('the OnlineLP table', z.prettifyError(curves.error));
  const uneven = Object.keys(curves.data).find(
    (key) => curves.data[key]!.cumCost.length !== curves.data[key]!.cpa.length,
  );
  if (uneven !== undefined) throw unreadable('the OnlineLP table', `${uneven} has columns of two lengths`);
  return curves.data;
}

type Ranges = z.infer<typeof manifestShape>['normalize']['indices'];

function alphaNetwork(
  shape: NetworkShape,
  numbers: Float32Array,
  ranges: Ranges,
  name: OfficialNetwork,
): AlphaNetwork {
  const layers = hiddenAndOutput(shape, numbers, name);
  const sizes = [STATE_SIZE, ...layers.map(({ outputs }) => outputs)];
  const network = new ServedNetwork({ shape: { sizes, activation: 'relu' }, layers });
  const head = headOf(shape.head, name);
  return {
    alpha: (scaled) => head(network.answer(scaled, 0)[0]!),
    scaled: (state) => {
      const input = Float32Array.from(state);
      for (const index of SCALED) {
        const { min, max } = ranges[index];
        input[index] = (state[index]! - min) / (max - min);
      }
      return input;
    },
  };
}

function headOf(text: string, name: string): (x: number) => number {
  if (text.startsWith('tanh(mu)')) return (x) => ALPHA_RANGE * Math.tanh(x);
  if (text.startsWith('max(0,x)')) return (x) => Math.max(0, x);
  if (text.startsWith('x ')) return (x) => x;
  throw unreadable('official_policies.json', `the head of ${name} is ${JSON.stringify(text)}`);
}

/** The layers; one without activation is multiplied into the next, as together they are one. */
function hiddenAndOutput(shape: NetworkShape, numbers: Float32Array, name: string): readonly LayerWeights[] {
  const done: LayerWeights[] = [];
  shape.layers.forEach((each, index) => {
    const layer = layerWeights(each, numbers, name);
    const isAlone = index === 0 || shape.acts[index - 1] === 'relu';
    done.push(isAlone ? layer : product(done.pop()!, layer));
  });
  return done;
}

function layerWeights(layer: z.infer<typeof layerShape>, numbers: Float32Array, name: string): LayerWeights {
  const { inDim: inputs, outDim: outputs, wOffset, bOffset } = layer;
  const rows = numbers.subarray(wOffset, wOffset + inputs * outputs);
  const bias = numbers.slice(bOffset, bOffset + outputs);
  if (rows.length !== inputs * outputs || bias.length !== outputs)
    throw unreadable('official_policies.f32', `it ends inside ${name}`);
  const weights = Float32Array.from(
    rows,
    (_none, at) => rows[(at % outputs) * inputs + Math.floor(at / outputs)]!,
  );
  return { inputs, outputs, weights, bias };
}

/** Two linear layers as one. */
function product(first: LayerWeights, second: LayerWeights): LayerWeights {
  const { inputs } = first;
  const { outputs } = second;
  const through = (row: ArrayLike<number>, from: number, column: number) => {
    let sum = 0;
    for (let at = 0; at < second.inputs; at += 1)
      sum += row[from + at]! * second.weights[at * outputs + column]!;
    return sum;
  };
  return {
    inputs,
    outputs,
    weights: Float32Array.from({ length: inputs * outputs }, (_none, at) =>
      through(first.weights, Math.floor(at / outputs) * first.outputs, at % outputs),
    ),
    bias: second.bias.map((offset, column) => offset + through(first.bias, 0, column)),
  };
}

function unreadable(what: string, why: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${what} cannot be read: ${why}`, { fix: FIX });
}
