import { parseArgs } from 'node:util';
import { randomStream } from '../src/kernel/index.ts';
import {
  disagreement,
  drawCase,
  NodeReader,
  readByUs,
} from '../src/services/bid-server/testing/differential.ts';

const PROGRESS_EVERY = 20_000;
/** Shown in full; a wrong reader disagrees thousands of times. */
const SHOWN = 10;

/**
 * The bid server's HTTP reader against Node's, on requests whole and mutated, in random pieces: the fuzzing of the
 * unit test for as many cases as asked, from any seed.
 */
export async function bidderFuzz(): Promise<object> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '200000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const node = new NodeReader();
  const disagreements: object[] = [];
  let [ours, nodes, found] = [0, 0, 0];
  for (let index = 0; index < Number(values.cases); index += 1) {
    if (index % PROGRESS_EVERY === 0) process.stderr.write(`case ${index}\n`);
    const { pieces, valid } = drawCase(randomStream(`${values.seed}:${index}`));
    const [our, its] = [await readByUs(pieces), await node.read(pieces)];
    ours += our.length;
    nodes += its.length;
    const wrong =
      valid !== undefined && our.length !== valid
        ? `${our.length} of ${valid} valid requests were accepted`
        : disagreement(our, its);
    if (wrong === undefined) continue;
    found += 1;
    if (found <= SHOWN) disagreements.push({ case: `${values.seed}:${index}`, wrong });
  }
  if (found > 0) process.exitCode = 1;
  return {
    cases: Number(values.cases),
    seed: values.seed,
    requestsAcceptedByUs: ours,
    requestsAcceptedByNode: nodes,
    disagreements: found,
    shown: disagreements,
  };
}
