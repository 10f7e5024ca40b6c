import { z } from 'zod';
import { canonicalJson, GavotteError, parseJsonFile, sha256 } from '../kernel/index.ts';
import type { LayerWeights, MlpShape } from './parameters.ts';

/** One trained network, as a file keeps it. */
export interface StoredNetwork {
  readonly shape: MlpShape;
  readonly layers: readonly LayerWeights[];
}

/** A file of trained networks, by role. It is data: reading one runs nothing. */
export interface PolicyFile {
  /** What the networks see and answer; who reads the file refuses a schema that is not its own. */
  readonly schema: string;
  readonly networks: Readonly<Record<string, StoredNetwork>>;
  /** Numbers that go with them, such as the tuning of what they correct. */
  readonly tuning: Readonly<Record<string, number>>;
  /** How they were trained, for people: seed, steps, scenario. */
  readonly provenance: Readonly<Record<string, string | number>>;
}

const FORMAT = 'gavotte-policy-1';
/** Most widths of a network, and most of each: a policy of bounded cost answers in a few microseconds. */
export const MOST_LAYERS = 6;
export const MOST_WIDTH = 512;

const size = z.int().min(1).max(MOST_WIDTH);
const network = z.strictObject({
  sizes: z.array(size).min(2).max(MOST_LAYERS),
  activation: z.enum(['tanh', 'relu']),
  /** Little-endian float32 in base64: weights by input, then biases, layer by layer. */
  weights: z.base64(),
});
const content = z.strictObject({
  format: z.literal(FORMAT),
  schema: z.string().min(1).max(64),
  networks: z.record(z.string().regex(/^[a-z]{1,32}$/), network),
  tuning: z.record(z.string(), z.number()),
  provenance: z.record(z.string(), z.union([z.string().max(1_000), z.number()])),
  sha256: z.string(),
});

/** The text of a policy file; equal policies give equal texts. */
export function writePolicyFile(file: PolicyFile): string {
  return `${canonicalJson({ ...bodyOf(file), sha256: policyHash(file) })}\n`;
}

/** The SHA-256 that a policy's file states: what tells policies apart, whatever their files are called. */
export function policyHash(file: PolicyFile): string {
  return sha256(canonicalJson(bodyOf(file)));
}

function bodyOf({ schema, networks, tuning, provenance }: PolicyFile) {
  const stored = Object.fromEntries(
    Object.entries(networks).map(([role, { shape, layers }]) => [
      role,
      { ...shape, weights: packed(layers) },
    ]),
  );
  return { format: FORMAT, schema, networks: stored, tuning, provenance };
}

/**
 * Reads a policy file.
 * @param schema what the reader can serve.
 * @throws GV_BAD_INPUT when it was changed since it was written, is of another format or schema, or holds weights of
 * another size or that are not finite.
 */
export function readPolicyFile(text: string, source: string, schema: string): PolicyFile {
  const parsed = content.safeParse(parseJsonFile(text, source, FIX));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || source}: ${issue.message}`,
    );
    throw bad(problems.join('; '));
  }
  const { sha256: stated, ...body } = parsed.data;
  const found = sha256(canonicalJson(body));
  if (found !== stated) throw bad(`${source}: its content has the hash ${found}, and it states ${stated}`);
  if (body.schema !== schema)
    throw bad(
      `${source}: schema ${JSON.stringify(body.schema)} is not ${JSON.stringify(schema)}, which is served here`,
    );
  const networks = Object.entries(body.networks).map(([role, { weights, ...shape }]) => [
    role,
    { shape, layers: unpacked(`${source}: networks.${role}`, shape.sizes, weights) },
  ]);
  return {
    schema,
    networks: Object.fromEntries(networks) as Record<string, StoredNetwork>,
    tuning: body.tuning,
    provenance: body.provenance,
  };
}

const FIX = 'Use a file as `gavotte train` wrote it, of this version.';

function bad(message: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', message, { fix: FIX });
}

function packed(layers: readonly LayerWeights[]): string {
  const all = layers.flatMap(({ weights, bias }) => [weights, bias]);
  const bytes = Buffer.alloc(all.reduce((sum, each) => sum + each.length * 4, 0));
  let at = 0;
  for (const values of all) for (const value of values) at = bytes.writeFloatLE(value, at);
  return bytes.toString('base64');
}

function unpacked(where: string, sizes: readonly number[], text: string): readonly LayerWeights[] {
  const bytes = Buffer.from(text, 'base64');
  const widths = sizes.slice(1).map((outputs, index) => ({ inputs: sizes[index]!, outputs }));
  const wanted = widths.reduce((sum, { inputs, outputs }) => sum + 4 * outputs * (inputs + 1), 0);
  if (bytes.length !== wanted)
    throw bad(`${where}.weights has ${bytes.length} bytes, and its sizes need ${wanted}`);
  let at = 0;
  const take = (count: number) => {
    const values = Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(at + 4 * index));
    at += 4 * count;
    if (!values.every(Number.isFinite)) throw bad(`${where}.weights has a number that is not finite`);
    return values;
  };
  return widths.map(({ inputs, outputs }) => ({
    inputs,
    outputs,
    weights: take(inputs * outputs),
    bias: take(outputs),
  }));
}
