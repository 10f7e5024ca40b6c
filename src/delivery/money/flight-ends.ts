import type { Clock, Micros, Money } from '../../kernel/index.ts';
import type { Ledger, Reservation } from '../../ledger/index.ts';
import type { DeliveryPlan } from '../delivery-plan.ts';
import { SPEND_MS } from './lease-keeper.ts';
import { lateReservation } from './set-aside.ts';

/** What is held for one flight, and until when it can be billed. */
interface Held {
  readonly reservation: string;
  readonly until: number;
}

/**
 * The end of flights. When nothing of a flight can be billed any more, what its deal did not use, and what was set aside
 * for a campaign's late bills, goes back to the free budget of its account. Every bidder does it; the ledger does it once.
 * A bill that comes later still is disputed.
 */
export class FlightEnds {
  readonly #ledger: Ledger;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #cause: string;
  /** Those that are still held, as far as is known here. */
  #held: readonly Held[];
  readonly #released = new Map<string, Money>();

  /** @param options.billWindowMs how long after its flight an impression can still be billed. */
  constructor(options: {
    readonly ledger: Ledger;
    readonly plan: DeliveryPlan;
    readonly clock: Pick<Clock, 'now'>;
    readonly billWindowMs: number;
    readonly cause: string;
  }) {
    const { plan, billWindowMs } = options;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#cause = options.cause;
    const after = billWindowMs + SPEND_MS;
    this.#held = [
      ...plan.deals.map(({ reservation, end }) => ({ reservation, until: end + after })),
      ...plan.campaigns.map(({ account, end }) => ({
        reservation: lateReservation(account),
        until: end + after,
      })),
    ];
  }

  /** What went back when its flight ended, by reservation. */
  get released(): ReadonlyMap<string, Money> {
    return this.#released;
  }

  /** Releases what is due. @throws GV_LEDGER_UNAVAILABLE; it is tried again at the next call. */
  async tick(): Promise<void> {
    const now = this.#clock.now();
    const due = this.#held.filter(({ until }) => until <= now);
    if (due.length === 0) return;
    const results = await this.#ledger.batch(
      due.map(({ reservation }) => ({ kind: 'release' as const, id: reservation, cause: this.#cause })),
    );
    for (const [index, result] of results.entries()) {
      if (!result.ok) continue;
      const { amount, drawn } = result.value as Reservation;
      const left = (amount.amountMicros - drawn) as Micros;
      this.#released.set(due[index]!.reservation, { ...amount, amountMicros: left });
    }
    // What the ledger refuses has ended in another way: the desk released it, or it never was.
    this.#held = this.#held.filter(({ until }) => until > now);
  }
}
