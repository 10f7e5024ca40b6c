import { GavotteError } from '../../kernel/index.ts';
import { readFields, readNumbers } from './wire.ts';

/** A node of a graph: its operator, the names it reads and writes, and its numeric attributes. */
export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are whole numbers; of those that are floats, only what is not 1. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** A constant of a graph, float32. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** What of a model matters here. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Largest file, and most numbers of a tensor: a network of bounded cost is far smaller. */
const MOST_BYTES = 16_000_000;
const MOST_NUMBERS = 1_000_000;
const FLOAT = 1;

/** Reads an ONNX model (onnx.proto3). @throws GV_BAD_INPUT when it is none. */
export function readModel(bytes: Uint8Array, source: string): OnnxModel {
  if (bytes.length > MOST_BYTES) throw bad(source, `${bytes.length} bytes are more than ${MOST_BYTES}`);
  try {
    let graph: Uint8Array | null = null;
    for (const { field, value } of readFields(bytes))
      if (field === 7 && typeof value !== 'number') graph = value;
    if (graph === null) throw new RangeError('no graph');
    return readGraph(graph);
  } catch (error) {
    if (error instanceof RangeError) throw bad(source, error.message);
    throw error;
  }
}

function readGraph(bytes: Uint8Array): OnnxModel {
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  const [inputs, outputs]: [string[], string[]] = [[], []];
  for (const { field, value } of readFields(bytes)) {
    if (typeof value === 'number') continue;
    if (field === 1) {
      const { node, constant } = readNode(value);
      nodes.push(node);
      if (constant !== null) tensors.set(node.outputs[0] ?? '', constant);
    } else if (field === 5) {
      const { name, tensor } = readTensor(value);
      tensors.set(name, tensor);
    } else if (field === 11) inputs.push(nameOf(value));
    else if (field === 12) outputs.push(nameOf(value));
  }
  return { nodes, tensors, inputs, outputs };
}

function readNode(bytes: Uint8Array): { node: OnnxNode; constant: OnnxTensor | null } {
  const node = {
    name: '',
    operator: '',
    inputs: [] as string[],
    outputs: [] as string[],
    numbers: new Map<string, number>(),
  };
  let constant: OnnxTensor | null = null;
  for (const { field, value } of readFields(bytes)) {
    if (typeof value === 'number') continue;
    if (field === 1) node.inputs.push(textOf(value));
    else if (field === 2) node.outputs.push(textOf(value));
    else if (field === 3) node.name = textOf(value);
    else if (field === 4) node.operator = textOf(value);
    else if (field === 5) constant = readAttribute(value, node.numbers) ?? constant;
  }
  return { node, constant };
}

/** Notes a number; returns a tensor, if the attribute is one of floats. */
function readAttribute(bytes: Uint8Array, numbers: Map<string, number>): OnnxTensor | null {
  let name = '';
  let tensor: OnnxTensor | null = null;
  for (const { field, value } of readFields(bytes)) {
    if (field === 1 && typeof value !== 'number') name = textOf(value);
    else if (field === 3 && typeof value === 'number') numbers.set(name, value);
    else if (field === 2 && typeof value !== 'number') {
      const float = new DataView(value.buffer, value.byteOffset).getFloat32(0, true);
      if (float !== 1) numbers.set(name, float);
    } else if (field === 5 && typeof value !== 'number') tensor = readTensor(value).tensor;
  }
  return tensor;
}

function readTensor(bytes: Uint8Array): { name: string; tensor: OnnxTensor } {
  let [name, type] = ['', 0];
  const dims: number[] = [];
  let raw: Uint8Array | null = null;
  const floats: Uint8Array[] = [];
  for (const { field, value } of readFields(bytes)) {
    if (field === 1) dims.push(...readNumbers(value));
    else if (field === 2 && typeof value === 'number') type = value;
    else if (typeof value === 'number') continue;
    else if (field === 4) floats.push(value);
    else if (field === 8) name = textOf(value);
    else if (field === 9) raw = value;
  }
  const count = dims.reduce((product, dim) => product * dim, 1);
  // Other types are attributes such as shapes, which no dense layer reads.
  if (type !== FLOAT) return { name, tensor: { dims, values: new Float32Array(0) } };
  const data = raw ?? Buffer.concat(floats);
  if (count > MOST_NUMBERS || data.length !== count * 4)
    throw new RangeError(
      `initializer ${JSON.stringify(name)} has ${data.length} bytes for ${dims.join(' × ')} float32`,
    );
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = Float32Array.from({ length: count }, (_, index) => view.getFloat32(index * 4, true));
  return { name, tensor: { dims, values } };
}

function nameOf(valueInfo: Uint8Array): string {
  for (const { field, value } of readFields(valueInfo))
    if (field === 1 && typeof value !== 'number') return textOf(value);
  return '';
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function bad(source: string, what: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${source} is no ONNX model that can be read: ${what}`, {
    fix: 'Give a file of a small network in ONNX form with float32 weights inside it, not beside it.',
  });
}
