// Compiles the WebAssembly modules and puts each, as text, where the package imports it: a file of its own would have to
// be found again by every bundler. `npm run generate` writes them, `npm run generated` checks them.
import { main } from 'assemblyscript/asc';

/** One module. */
interface WasmModule {
  readonly source: string;
  readonly name: string;
  readonly what: string;
  readonly memory: readonly string[];
}

const EXTRACT: WasmModule = {
  source: 'src/openrtb/wasm/assembly/extract.ts',
  name: 'EXTRACT_WASM',
  what: 'The extractor',
  memory: ['--initialMemory', '8', '--maximumMemory', '8'],
};
const KERNELS: WasmModule = {
  source: 'src/neural/wasm/assembly/kernels.ts',
  name: 'KERNELS_WASM',
  what: 'The kernels',
  memory: ['--importMemory', '--memoryBase', '64'],
};

/** The text of `src/openrtb/wasm/extract-wasm.ts`. */
export function extractWasm(): Promise<string> {
  return textOf(EXTRACT);
}

/** The text of `src/neural/wasm/kernels-wasm.ts`. */
export function kernelsWasm(): Promise<string> {
  return textOf(KERNELS);
}

/** The compiler is pinned, so the same source gives the same bytes. */
async function textOf({ source, name, what, memory }: WasmModule): Promise<string> {
  let binary: Uint8Array | undefined;
  let report = '';
  const { error } = await main(
    [
      source,
      ...['--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '-O3', '--noAssert'],
      ...memory,
      ...['--outFile', 'module.wasm'],
    ],
    {
      stderr: {
        write(text: string) {
          report += text;
        },
      },
      writeFile(file, contents) {
        if (file === 'module.wasm') binary = contents as Uint8Array;
      },
    },
  );
  if (error !== null || binary === undefined) throw new Error(`${source} does not compile:\n${report}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,100}/g)!;
  return `// Made from ${source} by \`npm run generate\`; do not edit.

/** ${what} as WebAssembly, in base64. */
export const ${name} =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}
