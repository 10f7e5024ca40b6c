// For users of the package.
export { Adam } from './adam.ts';
export { Categorical } from './heads/categorical.ts';
export { Beta, Dirichlet } from './heads/dirichlet.ts';
export { SquashedGaussian } from './heads/gaussian.ts';
export type { OutputHead } from './heads/output-head.ts';
export {
  type Activation,
  type AdamStep,
  type DenseShape,
  type Kernels,
  wasmKernels,
} from './kernels.ts';
export { referenceKernels } from './kernels-reference.ts';
export { Mlp, normal } from './mlp.ts';
export { onnxOf } from './onnx/export.ts';
export { networkFromOnnx } from './onnx/import.ts';
export type { LayerWeights, MlpShape } from './parameters.ts';
export {
  type PolicyFile,
  policyHash,
  readPolicyFile,
  type StoredNetwork,
  writePolicyFile,
} from './policy-file.ts';
export { ServedNetwork } from './served-network.ts';
