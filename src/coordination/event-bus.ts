import { type EpochMs, GavotteError } from '../kernel/index.ts';

/** A thing that happened. `payload` has the wire's snake_case names. */
export interface BusEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly timestamp: EpochMs;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** News, not truth: losing an event loses no money (law 6). */
export interface EventBus {
  publish(event: BusEvent): Promise<void>;
}

/**
 * Keeps every event and calls subscribers in order; `'*'` hears all. A subscriber that throws does not keep the
 * event from the others; `publish` then rejects with what the first one threw.
 */
export class InMemoryEventBus implements EventBus {
  readonly events: BusEvent[] = [];
  readonly #subscribers: { eventType: string; listener: (event: BusEvent) => void }[] = [];

  async publish(event: BusEvent): Promise<void> {
    this.events.push(event);
    const thrown: unknown[] = [];
    for (const { eventType, listener } of this.#subscribers) {
      if (eventType !== '*' && eventType !== event.eventType) continue;
      try {
        listener(event);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw GavotteError.from(thrown[0]);
  }

  subscribe(eventType: string, listener: (event: BusEvent) => void): void {
    this.#subscribers.push({ eventType, listener });
  }
}
