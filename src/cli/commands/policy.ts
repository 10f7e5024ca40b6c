import type { Command } from 'commander';
import { SCENARIOS, scenarioOf, tunedFor } from '../../adauction/index.ts';
import { ROLES, TEAM_SCHEMA, TeamPolicy } from '../../delivery/index.ts';
import { createRealWorld, GavotteError } from '../../kernel/index.ts';
import {
  networkFromOnnx,
  onnxOf,
  type PolicyFile,
  readPolicyFile,
  writePolicyFile,
} from '../../neural/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { configurePolicyStore } from './policy-store.ts';

/** `gavotte policy`: teams as ONNX networks, for and from other tools; and the store of those that serve or may. */
export function configure(command: Command, context: CommandContext): void {
  command
    .command('export <policy>')
    .description(
      'write each role’s network as ONNX: observation [rows, 28] to mean [rows, k]; actions are its tanh',
    )
    .requiredOption('--out <folder>', 'where to write ROLE.onnx')
    .action(context.action((policy: string, { out }: { out: string }) => exportTeam(policy, out)));
  command
    .command('import <folder>')
    .description('make a policy file of bidder.onnx, pacer.onnx, …; roles without one stay classical')
    .requiredOption('--out <file>', 'the policy file to write')
    .option(
      '--scenario <name>',
      `whose classical tuning it was trained with: ${SCENARIOS.map(({ name }) => name).join(', ')}`,
      'drift',
    )
    .action(context.action((folder: string, options: ImportOptions) => importTeam(folder, options)));
  configurePolicyStore(command, context);
}

interface ImportOptions {
  readonly out: string;
  readonly scenario: string;
}

async function exportTeam(policy: string, out: string): Promise<Report> {
  const { storage } = createRealWorld();
  const file = readPolicyFile(await storage.readText(policy), policy, TEAM_SCHEMA);
  const written: string[] = [];
  for (const [role, network] of Object.entries(file.networks)) {
    const path = `${out}/${role}.onnx`;
    await storage.writeBytes(path, onnxOf(network, role, { schema: file.schema, role }));
    written.push(path);
  }
  return { json: { written }, text: written.join('\n') };
}

async function importTeam(folder: string, { out, scenario: name }: ImportOptions): Promise<Report> {
  const { storage } = createRealWorld();
  const scenario = scenarioOf(name);
  const networks: Record<string, PolicyFile['networks'][string]> = {};
  for (const role of ROLES) {
    const path = `${folder}/${role}.onnx`;
    const bytes = await storage.readBytes(path).catch(() => null);
    if (bytes !== null) networks[role] = networkFromOnnx(bytes, path);
  }
  if (Object.keys(networks).length === 0)
    throw new GavotteError(
      'GV_BAD_INPUT',
      `${folder} has none of ${ROLES.map((role) => `${role}.onnx`).join(', ')}`,
      {
        fix: 'Give the folder that they were exported to.',
      },
    );
  const file: PolicyFile = {
    schema: TEAM_SCHEMA,
    networks,
    tuning: { ...tunedFor(scenario.name) },
    provenance: { scenario: scenario.name, from: 'ONNX' },
  };
  const { roles } = new TeamPolicy(file);
  await storage.writeText(out, writePolicyFile(file));
  return {
    json: { policy: out, roles },
    text: `${out}: ${roles.join(', ')}. Compare it: gavotte evaluate --policies classical,${out} --scenario ${scenario.name}`,
  };
}
