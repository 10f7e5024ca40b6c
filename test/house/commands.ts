import { Command } from 'commander';
import type { CommandContext } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { repositoryFiles } from './files.ts';

/** What a page can tell a reader to type. */
export interface Known {
  /** Names of package.json's scripts. */
  readonly scripts: ReadonlySet<string>;
  /** Options by command line (`sellers check`), long names. */
  readonly commands: ReadonlyMap<string, ReadonlySet<string>>;
  readonly files: ReadonlySet<string>;
}

const EVERYWHERE = ['--json', '--help', '--version'];

/** What can be typed today, asked of the commands themselves. */
export async function knownCommands(scripts: Readonly<Record<string, string>>): Promise<Known> {
  const commands = new Map<string, ReadonlySet<string>>();
  const context = { action: () => async () => {} } as unknown as CommandContext;
  for (const { name, load } of COMMANDS) {
    const command = new Command(name);
    (await load()).configure(command, context);
    for (const each of [command, ...command.commands]) {
      const line = each === command ? name : `${name} ${each.name()}`;
      commands.set(line, new Set([...EVERYWHERE, ...each.options.map((option) => option.long ?? '')]));
    }
  }
  return { scripts: new Set(Object.keys(scripts)), commands, files: new Set(repositoryFiles()) };
}

/** The lines of code in a page: fenced blocks, and what stands between backticks. */
function codeLines(page: string): readonly string[] {
  const fenced = [...page.matchAll(/^```(?:sh|bash|console|text)?\n([\s\S]*?)^```/gm)].flatMap(
    ([, body = '']) => body.split('\n'),
  );
  const inline = [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...fenced, ...inline].map((line) =>
    line
      .replace(/^\$ /, '')
      .replace(/(?:^|\s)#.*$/, '')
      .trim(),
  );
}

/** One sentence for each command in a page that does not exist. */
export function unknownCommands(page: string, known: Known): readonly string[] {
  return codeLines(page).flatMap((line) => {
    const words = line.split(/\s+/);
    const problem = npmProblem(words, known) ?? gavotteProblem(words, known) ?? nodeProblem(words, known);
    return problem === undefined ? [] : [`${line}: ${problem}`];
  });
}

function npmProblem(words: readonly string[], known: Known): string | undefined {
  if (words[0] !== 'npm') return undefined;
  const script = ['start', 'test'].includes(words[1] ?? '')
    ? words[1]
    : words[1] === 'run'
      ? words.slice(2).find((word) => !word.startsWith('-'))
      : undefined;
  if (script === undefined) return undefined;
  if (!known.scripts.has(script)) return `package.json has no script ${script}`;
  const args = words.slice(words.indexOf('--') + 1);
  if (words.indexOf('--') === -1 || (script !== 'gavotte' && script !== 'start')) return undefined;
  return gavotteProblem(script === 'start' ? ['gavotte', 'demo', ...args] : ['gavotte', ...args], known);
}

function gavotteProblem(words: readonly string[], known: Known): string | undefined {
  const start = words[0] === 'npx' ? 1 : 0;
  if (words[start] !== 'gavotte') return undefined;
  const [name = '', sub = ''] = words.slice(start + 1);
  if (name === '' || /^(?:-|\[|<|[A-Z.…])/.test(name)) return undefined;
  const line = known.commands.has(`${name} ${sub}`) ? `${name} ${sub}` : name;
  const options = known.commands.get(line);
  if (options === undefined) return `there is no command ${name}`;
  const unknown = words
    .slice(start + 2)
    .find((word) => word.startsWith('--') && word !== '--' && !options.has(word));
  return unknown === undefined ? undefined : `${line} has no option ${unknown}`;
}

function nodeProblem(words: readonly string[], known: Known): string | undefined {
  if (words[0] !== 'node') return undefined;
  const file = words.slice(1).find((word) => /^[\w./-]+\.(?:ts|mjs|js)$/.test(word));
  return file === undefined || known.files.has(file) ? undefined : `there is no file ${file}`;
}
