import type { StoredNetwork } from '../policy-file.ts';
import { bytesField, numberField } from './wire.ts';

/** Of onnx.proto3: the version of its form, of its operators, and the element type float32. */
const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const ATTRIBUTE_INT = 2;

/**
 * A network as an ONNX model (onnx.proto3): `observation` [rows, inputs] float32 → Gemm, Tanh or Relu, …, Gemm → `mean`
 * [rows, outputs].
 * @param metadata texts that go with it.
 */
export function onnxOf(
  { shape, layers }: StoredNetwork,
  name: string,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const nodes: Buffer[] = [];
  const tensors: Buffer[] = [];
  let last = 'observation';
  for (const [index, { inputs, outputs, weights, bias }] of layers.entries()) {
    const isLast = index === layers.length - 1;
    tensors.push(
      tensor(`weight${index}`, [inputs, outputs], weights),
      tensor(`bias${index}`, [outputs], bias),
    );
    const sum = isLast ? 'mean' : `sum${index}`;
    nodes.push(node('Gemm', [last, `weight${index}`, `bias${index}`], sum));
    last = `layer${index}`;
    if (!isLast) nodes.push(node(shape.activation === 'tanh' ? 'Tanh' : 'Relu', [sum], last));
  }
  const graph = Buffer.concat([
    ...nodes.map((each) => bytesField(1, each)),
    bytesField(2, name),
    ...tensors.map((each) => bytesField(5, each)),
    bytesField(11, valueInfo('observation', shape.sizes[0]!)),
    bytesField(12, valueInfo('mean', shape.sizes.at(-1)!)),
  ]);
  return Buffer.concat([
    numberField(1, IR_VERSION),
    bytesField(2, 'gavotte'),
    bytesField(7, graph),
    bytesField(8, Buffer.concat([bytesField(1, ''), numberField(2, OPSET)])),
    ...Object.entries(metadata).map(([key, value]) =>
      bytesField(14, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    ),
  ]);
}

function node(operator: string, inputs: readonly string[], output: string): Buffer {
  const attribute = Buffer.concat([
    bytesField(1, 'transB'),
    numberField(3, 0),
    numberField(20, ATTRIBUTE_INT),
  ]);
  return Buffer.concat([
    ...inputs.map((input) => bytesField(1, input)),
    bytesField(2, output),
    bytesField(3, `${operator} ${output}`),
    bytesField(4, operator),
    ...(operator === 'Gemm' ? [bytesField(5, attribute)] : []),
  ]);
}

function tensor(name: string, dims: readonly number[], values: Float32Array): Buffer {
  const raw = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) raw.writeFloatLE(value, index * 4);
  return Buffer.concat([
    ...dims.map((dim) => numberField(1, dim)),
    numberField(2, FLOAT),
    bytesField(8, name),
    bytesField(9, raw),
  ]);
}

/** Rows are as many as are given. */
function valueInfo(name: string, width: number): Buffer {
  const dims = Buffer.concat([bytesField(1, bytesField(2, 'rows')), bytesField(1, numberField(1, width))]);
  const type = Buffer.concat([numberField(1, FLOAT), bytesField(2, dims)]);
  return Buffer.concat([bytesField(1, name), bytesField(2, bytesField(1, type))]);
}
