import { test } from 'node:test';
import type { Blackboard } from '../../src/coordination/index.ts';
import type { Clock } from '../../src/kernel/index.ts';

/** A fresh, empty blackboard, in a world whose time may be virtual. */
export interface BlackboardWorld {
  readonly clock: Clock;
  /** A door to it, as another process would open one. */
  open(): Promise<Blackboard>;
  /** Lets time run until `work` is done. */
  run<T>(work: Promise<T>): Promise<T>;
  pass(ms: number): Promise<void>;
  /** How much later than said a thing may happen where time is real. */
  readonly slackMs: number;
  dispose(): Promise<void>;
}

/** Makes a world; each test has its own. */
export type PrepareBoard = () => Promise<BlackboardWorld>;
/** Runs one test of a contract in a fresh world. */
export type CheckBoard = (name: string, body: (world: BlackboardWorld) => Promise<void>) => void;

/** Names each test by the kind of board. */
export function checkBoardOn(kind: string, prepare: PrepareBoard): CheckBoard {
  return (name, body) => {
    test(`${kind}: ${name}`, async () => {
      const world = await prepare();
      try {
        await body(world);
      } finally {
        await world.dispose();
      }
    });
  };
}
