import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, type ErrorCode } from '../../src/kernel/index.ts';
import { root } from './node24.mjs';

/** The doc comment above each code in kernel/errors.ts, on one line; empty when there is none. */
function meanings(): Map<string, string> {
  const source = readFileSync(join(root, 'src/kernel/errors.ts'), 'utf8');
  const found = new Map<string, string>();
  for (const match of source.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?^ {2}(GV_[A-Z_]+): \{/gm)) {
    found.set(match[2]!, (match[1] ?? '').replace(/\s*\n\s*\*\s*/g, ' ').trim());
  }
  return found;
}

/** docs/errors.md, made from ERROR_CODES. */
export function errorsPage(): string {
  const texts = meanings();
  const rows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const { recovery, outcome } = ERROR_CODES[code];
    return `| \`${code}\` | ${recovery} | ${outcome} | ${texts.get(code) ?? ''} |`;
  });
  return `# Errors

Made from \`src/kernel/errors.ts\` by \`npm run generate\`; do not edit.

Every error has a code that never changes meaning, a message that names the field, the value and the rule, and a
\`fix\`: one sentence that says what to do.

- **recovery**: \`transient\` — the same call may succeed later; \`correctable\` — something must be changed first;
  \`terminal\` — give up on this act.
- **outcome**: \`failed\` — the act certainly did not happen; \`unknown\` — it may have, and is resolved by asking, never
  by trying somebody else.

| code | recovery | outcome | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}
