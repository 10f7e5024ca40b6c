// Node's `spec` report with one addition: just before the summary, which tests did not run and why.
import { relative } from 'node:path';
import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';
import { root } from './node24.mjs';

/** One line per reason and file, as a reason usually takes out a file's worth of tests. */
function skippedText(skipped) {
  const counts = new Map();
  for (const { file, skip } of skipped) {
    const line = `${skip === true ? 'skipped' : skip}: ${relative(root, file ?? root)}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts].map(([line, count]) => `  ${line} (${count})\n`);
  return lines.length === 0 ? '' : `\nNot run:\n${lines.join('')}`;
}

async function* withSkipped(events) {
  const skipped = [];
  let told = false;
  for await (const event of events) {
    const { type, data } = event;
    if (type === 'test:pass' && data.skip !== undefined) skipped.push(data);
    // The summary is the block of diagnostics at the root, beginning with the count of tests.
    if (!told && type === 'test:diagnostic' && data.nesting === 0 && /^tests \d/.test(data.message)) {
      told = true;
      yield { type: 'test:stdout', data: { message: skippedText(skipped) } };
    }
    yield event;
  }
}

/** The reporter `node --test` loads. */
// biome-ignore lint/style/noDefaultExport: node --test loads a reporter by its default export
export default async function* report(events) {
  yield* Readable.from(withSkipped(events)).pipe(spec());
}
