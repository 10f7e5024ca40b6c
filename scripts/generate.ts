// `npm run generate` writes the files that are made from the sources; with `--check` it only says whether they are
// as they should be, and fails if not.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { briefJsonSchema } from '../src/campaign/index.ts';
import { extractWasm, kernelsWasm } from './build-wasm.ts';
import { errorsPage } from './lib/errors-page.ts';
import { root } from './lib/node24.mjs';

const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/errors.md': errorsPage,
  'docs/schemas/brief.schema.json': () => `${JSON.stringify(briefJsonSchema(), null, 2)}\n`,
  'src/openrtb/wasm/extract-wasm.ts': extractWasm,
  'src/neural/wasm/kernels-wasm.ts': kernelsWasm,
};

const checking = process.argv.includes('--check');
const stale: string[] = [];
process.chdir(root);
for (const [file, make] of Object.entries(GENERATED)) {
  const path = join(root, file);
  const text = await make();
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (!checking) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  stale.push(file);
}
for (const file of stale) {
  process.stdout.write(checking ? `${file} is out of date; run: npm run generate\n` : `wrote ${file}\n`);
}
if (checking && stale.length > 0) process.exit(1);
