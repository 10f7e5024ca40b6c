// For users of the package.
export { type BusEvent, type EventBus, InMemoryEventBus } from './event-bus.ts';
