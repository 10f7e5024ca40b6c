import { z } from 'zod';
import { GavotteError, parseJsonFile } from '../../kernel/index.ts';
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
  const layers = shape.layers.map((each, index) =>
    denseLayer(each, shape.acts[index] === 'relu', numbers, name),
  );
  const head = headOf(shape.head, name);
  return {
    alpha: (scaled) => head(layers.reduce((values, layer) => layer(values), scaled)[0]!),
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

/** A dense layer as a function that writes to a vector of its own. */
function denseLayer(
  { inDim, outDim, wOffset, bOffset }: z.infer<typeof layerShape>,
  relu: boolean,
  numbers: Float32Array,
  name: string,
): (input: Float32Array) => Float32Array {
  const weights = numbers.subarray(wOffset, wOffset + inDim * outDim);
  const offsets = numbers.subarray(bOffset, bOffset + outDim);
  if (weights.length !== inDim * outDim || offsets.length !== outDim)
    throw unreadable('official_policies.f32', `it ends inside ${name}`);
  const output = new Float32Array(outDim);
  return (input) => {
    for (let row = 0; row < outDim; row += 1) {
      let sum = offsets[row]!;
      for (let column = 0; column < inDim; column += 1)
        sum += weights[row * inDim + column]! * input[column]!;
      output[row] = relu && sum < 0 ? 0 : sum;
    }
    return output;
  };
}

function unreadable(what: string, why: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${what} cannot be read: ${why}`, { fix: FIX });
}
