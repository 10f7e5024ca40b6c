import {
  classicalAgents,
  DecisionReplay,
  type DeliveryPlan,
  keyPrintOf,
  type LoadedDecision,
  type Redecision,
} from '../../delivery/index.ts';
import { noticeExchange, wasmReader } from '../../openrtb/index.ts';
import { SIMULATION_NOTICE_KEY } from '../../services/index.ts';
import type { CommandContext } from '../command.ts';

/** The notice key of a process, if it is at hand: the one given, or that of simulations. */
export function keyOf(
  { setup }: LoadedDecision,
  { env }: Pick<CommandContext, 'env'>,
): Uint8Array | undefined {
  const given = env.GAVOTTE_NOTICE_KEY;
  const keys = [...(given === undefined ? [] : [new TextEncoder().encode(given)]), SIMULATION_NOTICE_KEY];
  return keys.find((key) => keyPrintOf({ keys: [key] }) === setup.keyPrint);
}

/** Makes a decision again as its process made it, or by another plan. */
export function remake(
  { setup, record, states }: LoadedDecision,
  key: Uint8Array,
  plan: DeliveryPlan = setup.plan,
): Redecision {
  const { noticeUrl: baseUrl, exchanges } = setup;
  const notices = { baseUrl, keys: [key], exchanges: exchanges.map((profile) => noticeExchange(profile)) };
  // A team’s corrections are among the states.
  const parts = { reader: wasmReader(), notices, agents: classicalAgents };
  return new DecisionReplay({ ...setup, plan }, parts).decide(record, states);
}
