import { BILL_GRACE_MS } from './bills.ts';

/** A shorter silence is nothing: what a bid promised is held on for as long, and a bill that came in time is paid by then. */
const OUTAGE_MS = BILL_GRACE_MS / 2;
/** Bills that waited on the disks of all bidders are paid within this time of the ledger's return. */
export const AFTER_OUTAGE_MS = 60_000;

/**
 * Whether the ledger is in reach, and has been for so long that the bills which waited for it are paid. Until then nothing
 * that was held is let go, by nobody: no promise whose time is over, no lease, nothing of a flight. A process that just
 * started, or slept, cannot know what it missed, and waits too. Times are monotonic milliseconds.
 */
export class LedgerReach {
  #heardAt = -Infinity;
  #backAt = Infinity;

  /** The ledger did all that it was asked, the bills on our disk included. */
  heard(now: number): void {
    if (now - this.#heardAt > OUTAGE_MS) this.#backAt = now;
    this.#heardAt = now;
  }

  isSteady(now: number): boolean {
    return now - this.#heardAt <= OUTAGE_MS && now - this.#backAt >= AFTER_OUTAGE_MS;
  }
}
