import { GavotteError } from '../../kernel/index.ts';
import { MOST_LAYERS, MOST_WIDTH, type StoredNetwork } from '../policy-file.ts';
import { type OnnxNode, type OnnxTensor, readModel } from './model.ts';

/** A dense layer that is being read: its sum may still lack a bias, and its activation. */
interface ReadLayer {
  inputs: number;
  outputs: number;
  weights: Float32Array;
  bias: Float32Array;
  activation: 'tanh' | 'relu' | 'linear';
}

/**
 * Reads a network from an ONNX model: one chain of dense layers (Gemm, or MatMul and Add) with tanh or relu between them,
 * the last one linear, as PyTorch and `onnxOf` write it.
 * @throws GV_BAD_INPUT naming what it cannot be.
 */
export function networkFromOnnx(bytes: Uint8Array, source: string): StoredNetwork {
  const { nodes, tensors, inputs, outputs } = readModel(bytes, source);
  const fail = (what: string) => bad(source, what);
  const given = inputs.filter((name) => !tensors.has(name));
  if (given.length !== 1 || outputs.length !== 1)
    throw fail(`it has ${given.length} inputs and ${outputs.length} outputs, and needs one of each`);
  const layers: ReadLayer[] = [];
  let last = given[0]!;
  const left = new Set(nodes.filter(({ operator }) => operator !== 'Constant'));
  while (last !== outputs[0]) {
    const next = [...left].find((node) => node.inputs.includes(last));
    if (next === undefined || next.outputs.length === 0)
      throw fail(`nothing leads from ${JSON.stringify(last)} to its output`);
    left.delete(next);
    take(next, last, layers, tensors, fail);
    last = next.outputs[0]!;
  }
  return storedOf(layers, fail);
}

type Fail = (what: string) => GavotteError;

/** What an operator does to the layers that are read so far. */
type Taking = (
  node: OnnxNode,
  layers: ReadLayer[],
  tensorOf: (name: string | undefined) => OnnxTensor,
  fail: Fail,
) => void;

const activation =
  (kind: 'tanh' | 'relu'): Taking =>
  (_node, layers, _tensorOf, fail) => {
    const layer = layers.at(-1);
    if (layer?.activation !== 'linear') throw fail('follows no dense layer');
    layer.activation = kind;
  };
const pass: Taking = () => {};

const OPERATORS: Readonly<Record<string, Taking>> = {
  Tanh: activation('tanh'),
  Relu: activation('relu'),
  // They pass on what they are given; of a cast the values must stay float32.
  Identity: pass,
  Flatten: pass,
  Cast: pass,
  Dropout: pass,
  Gemm: ({ inputs, numbers }, layers, tensorOf, fail) => {
    if (numbers.has('alpha') || numbers.has('beta')) throw fail('has alpha or beta other than 1');
    if ((numbers.get('transA') ?? 0) !== 0) throw fail('has transA');
    const layer = denseOf(tensorOf(inputs[1]), numbers.get('transB') === 1, fail);
    layers.push(layer);
    if (inputs[2] !== undefined && inputs[2] !== '') addBias(layer, tensorOf(inputs[2]), fail);
  },
  MatMul: ({ inputs }, layers, tensorOf, fail) => {
    layers.push(denseOf(tensorOf(inputs[1]), false, fail));
  },
  Add: ({ inputs }, layers, tensorOf, fail) => {
    const layer = layers.at(-1);
    if (layer?.activation !== 'linear') throw fail('follows no dense layer');
    addBias(layer, tensorOf(inputs[1]), fail);
  },
};

function take(
  node: OnnxNode,
  from: string,
  layers: ReadLayer[],
  tensors: ReadonlyMap<string, OnnxTensor>,
  failed: Fail,
): void {
  const fail = (what: string) => failed(`node ${JSON.stringify(node.name || node.operator)} ${what}`);
  const taking = OPERATORS[node.operator];
  if (taking === undefined)
    throw fail(`has the operator ${node.operator}, which is none of ${Object.keys(OPERATORS).join(', ')}`);
  if (node.operator !== 'Add' && node.inputs[0] !== from)
    throw fail('does not begin with what came before it');
  // A sum is of what came before and a constant, in either order.
  const { inputs } = node;
  const inOrder = inputs[0] === from ? node : { ...node, inputs: [...inputs].reverse() };
  const tensorOf = (name: string | undefined): OnnxTensor => {
    const found = tensors.get(name ?? '');
    if (found === undefined) throw fail(`takes ${JSON.stringify(name)}, which is no initializer`);
    return found;
  };
  taking(inOrder, layers, tensorOf, fail);
}

function denseOf({ dims, values }: OnnxTensor, isTransposed: boolean, fail: Fail): ReadLayer {
  const [rows, columns] = dims;
  if (dims.length !== 2 || rows === undefined || columns === undefined)
    throw fail(`has weights of ${dims.length} dimensions, and they need 2`);
  const [inputs, outputs] = isTransposed ? [columns, rows] : [rows, columns];
  const weights = new Float32Array(inputs * outputs);
  for (let input = 0; input < inputs; input += 1)
    for (let output = 0; output < outputs; output += 1)
      weights[input * outputs + output] =
        values[isTransposed ? output * inputs + input : input * outputs + output]!;
  return { inputs, outputs, weights, bias: new Float32Array(outputs), activation: 'linear' };
}

function addBias(layer: ReadLayer, { values }: OnnxTensor, fail: Fail): void {
  if (values.length !== layer.outputs)
    throw fail(`has a bias of ${values.length} numbers for ${layer.outputs} outputs`);
  for (let output = 0; output < layer.outputs; output += 1) layer.bias[output]! += values[output]!;
}

function storedOf(layers: readonly ReadLayer[], fail: Fail): StoredNetwork {
  const [first] = layers;
  if (first === undefined) throw fail('it has no dense layer');
  const sizes = [first.inputs, ...layers.map(({ outputs }) => outputs)];
  if (sizes.length > MOST_LAYERS || sizes.some((size) => size < 1 || size > MOST_WIDTH))
    throw fail(
      `its widths are ${sizes.join(', ')}, and may be at most ${MOST_LAYERS} of at most ${MOST_WIDTH}`,
    );
  for (const [index, { inputs }] of layers.entries())
    if (inputs !== sizes[index])
      throw fail(`layer ${index} takes ${inputs} numbers and is given ${sizes[index]}`);
  const hidden = new Set(layers.slice(0, -1).map(({ activation }) => activation));
  const [activation = 'tanh'] = hidden;
  if (hidden.size > 1 || activation === 'linear')
    throw fail('its hidden layers must all have tanh, or all relu');
  if (layers.at(-1)!.activation !== 'linear') throw fail('its last layer must be linear');
  for (const { weights, bias } of layers)
    if (![...weights, ...bias].every(Number.isFinite)) throw fail('it has a weight that is not finite');
  return {
    shape: { sizes, activation },
    layers: layers.map(({ inputs, outputs, weights, bias }) => ({ inputs, outputs, weights, bias })),
  };
}

function bad(source: string, what: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${source}: ${what}`, {
    fix: 'Export one multilayer perceptron: Gemm and Tanh (or Relu) in turn, the last layer without.',
  });
}
