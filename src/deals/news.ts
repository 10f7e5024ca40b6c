import type { EventBus } from '../coordination/index.ts';
import { GavotteError, newId, type World } from '../kernel/index.ts';

/** Tells the bus and never fails: news that cannot be told is a warning (law 6). */
export type Announce = (eventType: string, payload: Readonly<Record<string, unknown>>) => void;

/** An announcer that does not wait for the bus; a bus that throws, rejects or hangs changes nothing. */
export function announcer(
  bus: EventBus | undefined,
  world: Pick<World, 'clock' | 'random'>,
  onWarning: (message: string) => void,
): Announce {
  if (bus === undefined) return () => {};
  const random = world.random.split('events');
  return (eventType, payload) => {
    const failed = (error: unknown) =>
      onWarning(`event ${eventType} was not published: ${GavotteError.from(error).message}`);
    try {
      const event = {
        eventId: newId({ clock: world.clock, random }),
        eventType,
        timestamp: world.clock.now(),
        payload,
      };
      bus.publish(event).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
