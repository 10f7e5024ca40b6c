// `npm run bench -- NAME [--json]`: installs what is missing, then measures under Node 24. Plain JavaScript for Node 20.
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { become, requireNode, root } from './lib/node24.mjs';

await ensureInstalled({ dev: true });
become(requireNode(), [join(root, 'bench', 'main.ts'), ...process.argv.slice(2)]);
