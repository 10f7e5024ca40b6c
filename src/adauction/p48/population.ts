import { abid, onlineLp, pid } from './classical-strategies.ts';
import type { StrategyMaker } from './history.ts';
import {
  networkStrategy,
  type OfficialNetwork,
  readCostCurves,
  readOfficialPolicies,
} from './official-policies.ts';
import { AGENTS, AGENTS_PER_CATEGORY, categoryOf } from './rules.ts';

/** The rivals by name, and who plays where. */
export interface Population {
  readonly name: string;
  /** Strategies by name: every rival, and what can be put in a player's place. */
  readonly makers: Readonly<Record<string, StrategyMaker>>;
  /** Name by advertiser. */
  readonly seats: readonly string[];
}

/** AuctionNet's seats in even and odd categories; TD3_BC and BCQ, whose weights are not published, are OnlineLP here. */
const EVEN = ['PID', 'IQL', 'OnlineLP', 'OnlineLP', 'OnlineLP', 'CQL', 'BC', 'MOPO'] as const;
const ODD = ['PID', 'OnlineLP', 'MOPO', 'OnlineLP', 'OnlineLP', 'OnlineLP', 'IQL', 'COMBO'] as const;

/** Every baseline that AuctionNet publishes in a form that runs. */
export type OfficialName = OfficialNetwork | 'OnlineLP' | 'PID' | 'Abid';

/** The contents of the files that `officialPopulation` needs, of AuctionNet's folder. */
export interface OfficialFiles {
  /** `official_policies.json` */
  readonly manifest: string;
  /** `official_policies.f32` */
  readonly weights: Uint8Array;
  /** `onlinelp_table_local_ep21.json` */
  readonly curves: string;
}

/** A population among whose strategies are all the official ones. */
export type OfficialPopulation = Population & {
  readonly makers: Readonly<Record<OfficialName, StrategyMaker>>;
};

/**
 * *P48-local*: AuctionNet's own population as far as its weights are published. Not the competition's.
 * @throws GV_BAD_INPUT when a file is not what it should be.
 */
export function officialPopulation(files: OfficialFiles): OfficialPopulation {
  const networks = readOfficialPolicies(files.manifest, files.weights);
  return {
    name: 'P48-local',
    seats: seatsOf(EVEN, ODD),
    makers: {
      IQL: networkStrategy(networks.IQL),
      BC: networkStrategy(networks.BC),
      CQL: networkStrategy(networks.CQL),
      MOPO: networkStrategy(networks.MOPO),
      COMBO: networkStrategy(networks.COMBO),
      OnlineLP: onlineLp(readCostCurves(files.curves)),
      PID: pid,
      Abid: abid,
    },
  };
}

/** Seats of three even and three odd categories, of eight names each. */
export function seatsOf(even: readonly string[], odd: readonly string[]): readonly string[] {
  return Array.from({ length: AGENTS }, (_none, agent) => {
    const isOdd = categoryOf(agent) % 2 === 1;
    return (isOdd ? odd : even)[agent % AGENTS_PER_CATEGORY]!;
  });
}
