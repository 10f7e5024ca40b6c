import { type Clock, GavotteError } from '../../kernel/index.ts';
import type { DeadLetter, OutcomeConsumer, OutcomeEntry } from '../log.ts';
import { MAX_RECORD_BYTES, readOutcome } from '../record-text.ts';
import { bufferOf, FRAME_HEAD_BYTES, frameBody, frameEnd, SHORT } from './frames.ts';
import type { Segment } from './segment.ts';
import { offsetPath, type SegmentFolder } from './segment-folder.ts';

const CHUNK_BYTES = 262_144;
const LARGEST_FRAME = FRAME_HEAD_BYTES + MAX_RECORD_BYTES;
/** The one partition there is. */
const PARTITION = 0;

/** Reads the segments of a folder from the offset on that its file holds. */
export class SegmentConsumer implements OutcomeConsumer {
  readonly #name: string;
  readonly #folder: SegmentFolder;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  #offset: number;
  /** Where in which segment that offset is, when known. */
  #place: { segment: Segment; position: number } | undefined;

  constructor(options: {
    readonly name: string;
    readonly folder: SegmentFolder;
    readonly clock: Clock;
    readonly offset: number;
  }) {
    this.#name = options.name;
    this.#folder = options.folder;
    this.#clock = options.clock;
    this.#offset = options.offset;
  }

  async poll(options: { readonly max: number; readonly waitMs: number }): Promise<readonly OutcomeEntry[]> {
    const until = this.#clock.monotonic() + options.waitMs;
    for (;;) {
      await this.#folder.refresh();
      const entries = await this.#take(options.max);
      const left = until - this.#clock.monotonic();
      if (entries.length > 0 || left <= 0 || this.#closed.signal.aborted) return entries;
      await this.#folder.wait(this.#clock, left, this.#closed.signal);
    }
  }

  async #take(max: number): Promise<readonly OutcomeEntry[]> {
    const before = this.#offset;
    const entries: OutcomeEntry[] = [];
    try {
      while (entries.length < max && (await this.#read(entries, max)));
      return entries;
    } catch (error) {
      // Nobody was given them, so they may not be committed.
      this.#offset = before;
      this.#place = undefined;
      throw error;
    }
  }

  async commit(): Promise<void> {
    const { storage, path } = this.#folder;
    try {
      await storage.writeText(offsetPath(path, this.#name), JSON.stringify({ offset: this.#offset }));
    } catch (cause) {
      const message = `the offset of ${this.#name} was not stored: ${(cause as Error).message}`;
      throw new GavotteError('GV_OUTCOMES_UNAVAILABLE', message, { fix: 'Make room on its disk.', cause });
    }
  }

  async lag(): Promise<number> {
    await this.#folder.refresh();
    const offset = Math.max(this.#offset, this.#folder.oldest);
    return this.#folder.segments.reduce(
      (sum, { base, end }) => sum + Math.max(0, end - Math.max(base, offset)),
      0,
    );
  }

  /** Ends a poll that waits. */
  async close(): Promise<void> {
    this.#closed.abort();
  }

  /** Reads one chunk into `entries`; whether there may be more. */
  async #read(entries: OutcomeEntry[], max: number): Promise<boolean> {
    const place = await this.#locate();
    if (place === undefined) return false;
    const { segment } = place;
    const bytes = await this.#chunk(segment, place.position);
    if (bytes === undefined) return true;
    let at = 0;
    while (entries.length < max && at < bytes.length) {
      const end = frameEnd(bytes, at);
      if (end === SHORT && at > 0) break;
      if (end <= 0) {
        await this.#passDamaged(segment, place.position + at, bytes.subarray(at));
        return true;
      }
      const read = readOutcome(frameBody(bytes, at, end));
      if (read.ok) entries.push({ partition: PARTITION, offset: this.#offset, record: read.record });
      else await this.#setAside(read.reason, frameBody(bytes, at, end));
      at = end;
      this.#offset += 1;
      this.#place = { segment, position: place.position + at };
    }
    return true;
  }

  /** The next bytes, at least one whole frame of them; `undefined` when the segment has just been removed. */
  async #chunk(segment: Segment, position: number): Promise<Buffer | undefined> {
    const left = segment.size - position;
    try {
      const bytes = bufferOf(await segment.read(position, Math.min(left, CHUNK_BYTES)));
      if (frameEnd(bytes, 0) !== SHORT) return bytes;
      return bufferOf(await segment.read(position, Math.min(left, LARGEST_FRAME)));
    } catch (cause) {
      if (!this.#folder.segments.includes(segment)) return undefined;
      const message = `the outcome log cannot be read: ${(cause as Error).message}`;
      throw new GavotteError('GV_OUTCOMES_UNAVAILABLE', message, { fix: 'Repair the disk it is on.', cause });
    }
  }

  /** Where the next record is; `undefined` at the end. */
  async #locate(): Promise<{ segment: Segment; position: number } | undefined> {
    const folder = this.#folder;
    this.#offset = Math.max(this.#offset, folder.oldest);
    let segment = folder.segmentAt(this.#offset);
    // Offsets that were given up leave a gap behind a segment.
    while (segment !== undefined && this.#offset >= segment.end) {
      segment = folder.segments[folder.segments.indexOf(segment) + 1];
      if (segment !== undefined) this.#offset = Math.max(this.#offset, segment.base);
    }
    if (segment === undefined) return undefined;
    if (this.#place?.segment !== segment)
      this.#place = { segment, position: await segment.positionOf(this.#offset - segment.base) };
    return this.#place;
  }

  /** A frame whose bytes have changed on the disk; the next one is where the index says. */
  async #passDamaged(segment: Segment, position: number, bytes: Buffer): Promise<void> {
    const next = (await segment.index.positions()).find((each) => each > position) ?? segment.size;
    await this.#setAside('its checksum is wrong', bytes.toString('utf8', FRAME_HEAD_BYTES, next - position));
    this.#offset += 1;
    this.#place = { segment, position: next };
  }

  async #setAside(reason: string, body: string): Promise<void> {
    const { storage, path } = this.#folder;
    const letter: DeadLetter = {
      consumer: this.#name,
      partition: PARTITION,
      offset: this.#offset,
      reason,
      body,
    };
    const file = await storage.openFile(deadLetterPath(path, this.#name), 'append');
    try {
      // What a crash left of the line before must not spoil this one.
      await file.append(Buffer.from(`\n${JSON.stringify(letter)}\n`));
    } finally {
      await file.close();
    }
  }
}

/** Where a consumer's dead letters are kept, one line of JSON each. */
export function deadLetterPath(path: string, name: string): string {
  return `${path}/dead-letters/${name}.ndjson`;
}
