import { GavotteError, type World } from '../../kernel/index.ts';
import type { OutcomeRecord } from '../record.ts';
import { writeOutcome } from '../record-text.ts';
import { FrameBuffer, hashId } from './frames.ts';
import { Segment } from './segment.ts';
import { committedOffset, type SegmentFolder } from './segment-folder.ts';

/** A segment ends at the first of these: small enough that the last one is walked through in 50 ms after a crash. */
export const MAX_SEGMENT_BYTES = 32 * 1_048_576;
const MAX_SEGMENT_RECORDS = 131_072;
/** … and old records go by whole segments, so a quiet log ends one an hour. */
const MAX_SEGMENT_MS = 3_600_000;
/** Records wait in memory while the disk is busy; a disk that is this far behind is as one that fails. */
const MAX_WAITING_BYTES = 64 * 1_048_576;

/** When records are synced to the disk: with every write, once for all that came within so many ms, or by the system. */
export type SyncPolicy = 'batch' | { readonly groupMs: number } | 'never';

/**
 * How much is kept. Either the oldest segments go first, also from consumers that are behind, by size and by when they
 * ended (`null` for no limit); or what `consumedBy` has not committed stays, and what does not fit is refused.
 */
export type Retention =
  | { readonly maxBytes: number; readonly maxAgeMs: number | null }
  | { readonly maxBytes: number; readonly consumedBy: string };

interface Batch {
  readonly frames: FrameBuffer;
  written: PromiseWithResolvers<void>;
}

/** Appends to the last segment of a folder: all that arrives while the disk is busy is one write, and one sync. */
export class SegmentWriter {
  readonly #world: Pick<World, 'clock' | 'storage'>;
  readonly #folder: SegmentFolder;
  readonly #sync: SyncPolicy;
  readonly #retention: Retention;
  #waiting: Batch = newBatch();
  #idle: Batch = newBatch();
  #running: Promise<void> | undefined;
  #segment: Segment | undefined;
  #segmentSince = 0;
  #ending: { readonly segment: Segment; readonly done: Promise<void> } | undefined;
  #next: number;
  #closed = false;

  constructor(options: {
    readonly world: Pick<World, 'clock' | 'storage'>;
    readonly folder: SegmentFolder;
    readonly sync: SyncPolicy;
    readonly retention: Retention;
    /** The offset of the next record. */
    readonly next: number;
  }) {
    this.#world = options.world;
    this.#folder = options.folder;
    this.#sync = options.sync;
    this.#retention = options.retention;
    this.#next = options.next;
  }

  async append(records: readonly OutcomeRecord[]): Promise<void> {
    const bodies = records.map(writeOutcome);
    if (bodies.length === 0) return;
    return this.write(bodies.map((body, index) => ({ body, hash: hashId(records[index]!.id) })));
  }

  /** Appends bodies as they are. */
  write(bodies: readonly { readonly body: string; readonly hash: number }[]): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable('the log is closed', undefined));
    const { frames, written } = this.#waiting;
    if (frames.length > MAX_WAITING_BYTES)
      return Promise.reject(unavailable(`${frames.length} bytes wait for the disk already`, undefined));
    for (const { body, hash } of bodies) frames.add(body, hash);
    this.#running ??= this.#run();
    return written.promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#endSegment();
    await this.#ending?.done;
  }

  async #run(): Promise<void> {
    const wait = typeof this.#sync === 'object' ? this.#sync.groupMs : 0;
    while (this.#waiting.frames.count > 0) {
      // Whoever appends in this turn of the event loop still belongs to this batch.
      await (wait > 0 ? this.#world.clock.sleep(wait) : Promise.resolve());
      const batch = this.#waiting;
      this.#waiting = this.#idle;
      try {
        await this.#flush(batch.frames);
        batch.written.resolve();
      } catch (cause) {
        await this.#abandonSegment(batch.frames.count);
        batch.written.reject(unavailable(`the records were not written: ${(cause as Error).message}`, cause));
      }
      batch.frames.clear();
      batch.written = Promise.withResolvers();
      this.#idle = batch;
    }
    this.#running = undefined;
  }

  async #flush(frames: FrameBuffer): Promise<void> {
    await this.#makeRoom();
    const segment = await this.#segmentFor();
    await segment.append(frames.bytes, this.#sync !== 'never');
    this.#next = segment.end;
    this.#folder.announce();
  }

  async #segmentFor(): Promise<Segment> {
    const now = this.#world.clock.monotonic();
    const segment = this.#segment;
    const isFull =
      segment !== undefined &&
      (segment.size >= MAX_SEGMENT_BYTES ||
        segment.index.count >= MAX_SEGMENT_RECORDS ||
        now - this.#segmentSince >= MAX_SEGMENT_MS);
    if (isFull) await this.#endSegment();
    if (this.#segment !== undefined) return this.#segment;
    const { storage, files, path } = this.#folder;
    this.#segment = await Segment.create(storage, files, `${path}/segments`, this.#next);
    this.#segmentSince = now;
    this.#folder.segments.push(this.#segment);
    await this.#retain();
    return this.#segment;
  }

  /**
   * Begins to end the segment; records go on into the next one meanwhile. An index that cannot be written now is written
   * when the next segment begins, or by the next start.
   */
  async #endSegment(): Promise<void> {
    await this.#ending?.done;
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment === undefined) return;
    const done = segment.seal(this.#world.clock.now()).catch(() => {});
    this.#ending = { segment, done };
  }

  /** After a write that failed nobody knows what is on the disk: the segment ends before it, and its offsets are not used again. */
  async #abandonSegment(records: number): Promise<void> {
    this.#next += records;
    await this.#endSegment();
  }

  async #retain(): Promise<void> {
    const { segments } = this.#folder;
    for (const segment of segments)
      if (segment.sealedAt === null && segment !== this.#segment && segment !== this.#ending?.segment)
        await segment.seal(this.#world.clock.now()).catch(() => {});
    const isGone = await this.#goneBy();
    while (segments[0] !== undefined && segments[0].sealedAt !== null && isGone(segments[0]))
      await segments.shift()!.remove();
  }

  /** Which of the oldest segments may go. */
  async #goneBy(): Promise<(oldest: Segment) => boolean> {
    const retention = this.#retention;
    if ('consumedBy' in retention) {
      const done = await committedOffset(this.#folder, retention.consumedBy);
      return ({ end }) => end <= done;
    }
    const { maxBytes, maxAgeMs } = retention;
    const now = this.#world.clock.now();
    return ({ sealedAt }) =>
      this.#folder.bytes > maxBytes || (maxAgeMs !== null && now - (sealedAt ?? now) > maxAgeMs);
  }

  /** Where nothing unread may go, room is made by those who read. */
  async #makeRoom(): Promise<void> {
    const { maxBytes } = this.#retention;
    if (!('consumedBy' in this.#retention) || this.#folder.bytes <= maxBytes) return;
    await this.#endSegment();
    await this.#ending?.done;
    await this.#retain();
    if (this.#folder.bytes > maxBytes) throw new Error(`${maxBytes} bytes wait to be read already`);
  }
}

function newBatch(): Batch {
  return { frames: new FrameBuffer(), written: Promise.withResolvers() };
}

function unavailable(message: string, cause: unknown): GavotteError {
  return new GavotteError('GV_OUTCOMES_UNAVAILABLE', message, {
    fix: 'Make room on the disk of the outcome log, or repair it, and append again.',
    cause,
  });
}
