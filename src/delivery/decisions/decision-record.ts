import { crc32 } from 'node:zlib';
import { assert } from '../../kernel/index.ts';
import { NO_BID_REASONS, type NoBidReason } from '../../openrtb/index.ts';
import type { BidResult } from '../serving/bidder.ts';

const VERSION = 1;
/** Bytes before the tape: see `writeHead`. */
export const HEAD_BYTES = 32;
const NO_REASON = 255;
const REASONS = Object.keys(NO_BID_REASONS) as readonly NoBidReason[];
const REASON_INDEXES: ReadonlyMap<string, number> = new Map(REASONS.map((name, index) => [name, index]));
const OUTCOMES = ['no-bid', 'bid', 'refused'] as const;

/** How a decision ended; refused is a body that is not JSON. */
export type DecisionOutcome = (typeof OUTCOMES)[number];

/** A decision as it is written down: all it takes to make it again. */
export interface DecisionRecord {
  readonly number: number;
  /** Wall milliseconds, by which it was decided. */
  readonly at: number;
  /** Place of the exchange among those of the bidder; −1 for an unknown one. */
  readonly exchange: number;
  readonly outcome: DecisionOutcome;
  /** The main reason of a no-bid. */
  readonly reason: NoBidReason | null;
  /** Number of the state of the agents that it was decided in. */
  readonly state: number;
  /** CRC-32 of the answer’s bytes; 0 where there are none. */
  readonly answerCrc: number;
  readonly tape: Buffer;
  /** The request, as it came. */
  readonly body: Buffer;
}

/** What is known of a decision when its head is written. */
export interface DecisionHead {
  readonly number: number;
  readonly at: number;
  readonly exchange: number;
  readonly state: number;
  readonly result: BidResult;
}

/** How a result counts as an outcome. */
export function outcomeOf({ status }: BidResult): DecisionOutcome {
  return status === 200 ? 'bid' : status === 204 ? 'no-bid' : 'refused';
}

/** CRC-32 of the answer; 0 where there is none. */
export function answerCrcOf(result: BidResult): number {
  return result.status === 200 ? crc32(result.body) : 0;
}

/** Writes the head of a record whose tape has `tapeBytes`: 32 bytes from `at`. */
export function writeHead(
  bytes: Buffer,
  at: number,
  { number, at: time, exchange, state, result }: DecisionHead,
  tapeBytes: number,
): void {
  bytes[at] = VERSION;
  bytes[at + 1] = OUTCOMES.indexOf(outcomeOf(result));
  bytes[at + 2] = result.status === 204 ? REASON_INDEXES.get(result.reason)! : NO_REASON;
  bytes.writeInt8(exchange, at + 3);
  bytes.writeUInt32LE(state, at + 4);
  bytes.writeDoubleLE(number, at + 8);
  bytes.writeDoubleLE(time, at + 16);
  bytes.writeUInt32LE(answerCrcOf(result), at + 24);
  bytes.writeUInt32LE(tapeBytes, at + 28);
}

/** Reads a record. @throws GV_INTERNAL for one of another version. */
export function readDecision(bytes: Uint8Array): DecisionRecord {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert(all[0] === VERSION, `a decision record of version ${all[0]}, where ${VERSION} is read`);
  const tapeEnd = HEAD_BYTES + all.readUInt32LE(28);
  return {
    outcome: OUTCOMES[all[1]!]!,
    reason: REASONS[all[2]!] ?? null,
    exchange: all.readInt8(3),
    state: all.readUInt32LE(4),
    number: all.readDoubleLE(8),
    at: all.readDoubleLE(16),
    answerCrc: all.readUInt32LE(24),
    tape: all.subarray(HEAD_BYTES, tapeEnd),
    body: all.subarray(tapeEnd),
  };
}
