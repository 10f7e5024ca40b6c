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
export type { ContractNetKind, TaskState } from './contract-net.ts';
export {
  ContractNetManager,
  type ContractNetOutcome,
  type TaskStanding,
} from './contract-net-manager.ts';
export {
  type Announcement,
  type Claim,
  type ContractNetService,
  ContractNetWorker,
} from './contract-net-worker.ts';
export { type BusEvent, type EventBus, InMemoryEventBus } from './event-bus.ts';
export { InProcessBlackboard } from './in-process-blackboard.ts';
export { redisBlackboard } from './redis-blackboard.ts';
