// Node's `spec` report with one addition: just before the summary, which tests did not run and why.
import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';

function skippedText(skipped) {
  if (skipped.length === 0) return '';
  const lines = skipped.map(({ name, reason }) => `  ${name}${reason === true ? '' : `: ${reason}`}`);
  return `\nNot run (${skipped.length}):\n${lines.join('\n')}\n`;
}

async function* withSkipped(events) {
  const skipped = [];
  let told = false;
  for await (const event of events) {
    if (event.type === 'test:pass' && event.data.skip !== undefined) {
      skipped.push({ name: event.data.name, reason: event.data.skip });
    }
    // The summary is the block of diagnostics at the root, beginning with the count of tests.
    if (
      !told &&
      event.type === 'test:diagnostic' &&
      event.data.nesting === 0 &&
      /^tests \d/.test(event.data.message)
    ) {
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
