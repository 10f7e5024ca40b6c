import { InProcessBlackboard } from '../../src/coordination/index.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { blackboardContract } from './blackboard.contract.ts';
import type { BlackboardWorld } from './blackboard.harness.ts';
import { contractNetContract } from './contract-net.contract.ts';
import { sharedAgentsContract } from './shared-agents.contract.ts';

const LIMIT_MS = 600_000;

async function virtual(): Promise<BlackboardWorld> {
  const simulation = new Simulation({ seed: 'blackboard' });
  const { clock } = simulation.peer('agents');
  const board = new InProcessBlackboard({ clock });
  return {
    clock,
    slackMs: 0,
    open: () => Promise.resolve(board),
    run: (work) => simulation.run(work, LIMIT_MS),
    pass: (ms) => simulation.pass(ms),
    dispose: () => board.close(),
  };
}

blackboardContract('blackboard in process', virtual);
contractNetContract('blackboard in process', virtual);
sharedAgentsContract('agents in process', virtual);
