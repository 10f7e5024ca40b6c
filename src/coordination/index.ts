// For users of the package.
export type {
  Blackboard,
  BlackboardEntry,
  BlackboardListener,
  BlackboardMirror,
  MirrorRecord,
  ReadOptions,
  WriteOptions,
} from './blackboard.ts';
export { type BusEvent, type EventBus, InMemoryEventBus } from './event-bus.ts';
export { InProcessBlackboard } from './in-process-blackboard.ts';
