// Compiles the extractor of requests and puts it, as text, where the package imports it: a file of its own would have
// to be found again by every bundler. `npm run generate` writes it, `npm run generated` checks it.
import { main } from 'assemblyscript/asc';

const SOURCE = 'src/openrtb/wasm/assembly/extract.ts';
const MEMORY_PAGES = '8';

/** The text of `src/openrtb/wasm/extract-wasm.ts`; the compiler is pinned, so the same source gives the same bytes. */
export async function extractWasm(): Promise<string> {
  let binary: Uint8Array | undefined;
  let report = '';
  const { error } = await main(
    [
      SOURCE,
      ...['--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '-O3', '--noAssert'],
      ...['--initialMemory', MEMORY_PAGES, '--maximumMemory', MEMORY_PAGES, '--outFile', 'extract.wasm'],
    ],
    {
      stderr: {
        write(text: string) {
          report += text;
        },
      },
      writeFile(name, contents) {
        if (name === 'extract.wasm') binary = contents as Uint8Array;
      },
    },
  );
  if (error !== null || binary === undefined) throw new Error(`${SOURCE} does not compile:\n${report}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,100}/g)!;
  return `// Made from ${SOURCE} by \`npm run generate\`; do not edit.

/** The extractor as WebAssembly, in base64. */
export const EXTRACT_WASM =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}
