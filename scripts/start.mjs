// `npm start`: installs what is missing, then runs the command line under Node 24. Plain JavaScript for Node 20.
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { become, requireNode, root } from './lib/node24.mjs';

await ensureInstalled({ dev: false });
become(requireNode(), [join(root, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)]);
