import { GavotteError, type GrowingFile, type Storage } from '../../kernel/index.ts';
import { MAX_RECORD_BYTES } from '../record-text.ts';
import type { FilePool } from './file-pool.ts';
import { bufferOf, DAMAGED, FRAME_HEAD_BYTES, frameEnd, frameHash, SHORT } from './frames.ts';
import { GrowingIndex, type SegmentIndex, StoredIndex } from './segment-index.ts';

/** The first bytes of a segment: what it is, and the version of its frames. */
export const SEGMENT_HEAD = Buffer.from('GVTLOG01');
/** Digits of the largest exact integer. */
const BASE_DIGITS = 16;
/** Bytes read at once when walking through a segment. */
const WALK_BYTES = 1_048_576;
const LARGEST_FRAME = FRAME_HEAD_BYTES + MAX_RECORD_BYTES;

/**
 * A file of frames behind one another; its name is the offset of its first record. It ends where its index says, or,
 * while it grows, behind the last whole frame: what a crash left half-written behind that is never read.
 */
export class Segment {
  readonly base: number;
  /** The end of what is good to read. */
  size: number;
  /** When it ended, by the writer's clock; `null` while it grows. */
  sealedAt: number | null;
  index: SegmentIndex;
  readonly #storage: Storage;
  readonly #files: FilePool;
  readonly #path: string;
  /** Where it is written, by the one who made it. */
  #file: GrowingFile | undefined;

  private constructor(storage: Storage, files: FilePool, path: string, stored?: StoredIndex) {
    this.#storage = storage;
    this.#files = files;
    this.#path = path;
    this.base = Number(path.slice(-BASE_DIGITS));
    this.index = stored ?? new GrowingIndex();
    this.size = stored?.size ?? SEGMENT_HEAD.length;
    this.sealedAt = stored?.sealedAt ?? null;
  }

  /** A new one, empty. */
  static async create(storage: Storage, files: FilePool, folder: string, base: number): Promise<Segment> {
    const segment = new Segment(storage, files, pathOf(folder, base));
    segment.#file = await storage.openFile(segment.#log, 'append');
    await segment.#file.append(SEGMENT_HEAD);
    // Before anything stands behind it: a head that a power cut tore then stands before nothing.
    await segment.#file.sync();
    return segment;
  }

  /** One that is there. @throws GV_OUTCOME_REFUSED when it is of a version we do not know. */
  static async open(storage: Storage, files: FilePool, folder: string, base: number): Promise<Segment> {
    const path = pathOf(folder, base);
    const segment = new Segment(storage, files, path, await StoredIndex.open(files, `${path}.index`));
    const head = bufferOf(await segment.read(0, SEGMENT_HEAD.length));
    if (!head.equals(SEGMENT_HEAD) && (await files.size(segment.#log)) > SEGMENT_HEAD.length)
      throw new GavotteError(
        'GV_OUTCOME_REFUSED',
        `${path}.log begins with ${JSON.stringify(String(head))}`,
        {
          fix: 'It is no segment that this version can read; read it with the version that wrote it.',
        },
      );
    return segment;
  }

  get #log(): string {
    return `${this.#path}.log`;
  }

  /** The offset after its last record. */
  get end(): number {
    return this.base + this.index.count;
  }

  /** Where the record of that number, counted from the base, begins. */
  async positionOf(ordinal: number): Promise<number> {
    return ordinal === 0 ? SEGMENT_HEAD.length : (await this.index.positions())[ordinal]!;
  }

  /** At most `length` bytes of the file. */
  read(position: number, length: number): Promise<Uint8Array> {
    return this.#files.read(this.#log, position, length);
  }

  /** Writes whole frames at its end. */
  async append(frames: Buffer, sync: boolean): Promise<void> {
    await this.#file!.append(frames);
    if (sync) await this.#file!.sync();
    const index = this.index as GrowingIndex;
    for (let at = 0; at < frames.length; ) {
      index.add(frameHash(frames, at), this.size + at);
      at += FRAME_HEAD_BYTES + frames.readUInt32LE(at + 4);
    }
    this.size += frames.length;
  }

  /**
   * Walks on from its end over whole frames that somebody else, or an earlier process, wrote. A frame that is damaged,
   * with a whole one behind it, keeps its place and is refused when it is read.
   */
  async walk(): Promise<void> {
    const index = this.index as GrowingIndex;
    for (;;) {
      const left = (await this.#files.size(this.#log)) - this.size;
      if (left <= 0) return;
      const bytes = bufferOf(await this.read(this.size, Math.min(left, WALK_BYTES + LARGEST_FRAME)));
      let at = 0;
      while (at < bytes.length) {
        let end = frameEnd(bytes, at);
        if (end === DAMAGED) end = nextFrame(bytes, at + 1);
        if (end === SHORT) break;
        index.add(frameHash(bytes, at), this.size + at);
        at = end;
      }
      this.size += at;
      if (at < WALK_BYTES) return;
    }
  }

  /** Looks whether its writer has ended it; then its index is there. */
  async adoptIndex(): Promise<void> {
    const stored = await StoredIndex.open(this.#files, `${this.#path}.index`);
    if (stored !== undefined) this.#seal(stored);
  }

  /** Ends it: writes its index. What lies behind its end stays unread. */
  async seal(at: number): Promise<void> {
    const index = this.index as GrowingIndex;
    const file = this.#file ?? (await this.#storage.openFile(this.#log, 'append'));
    this.#file = undefined;
    // What the index says is there must outlive a power cut, also what a process wrote that died before it synced.
    await file.sync();
    await file.close();
    await this.#storage.writeBytes(`${this.#path}.index`, index.encode(this.size, at));
    this.#seal((await StoredIndex.open(this.#files, `${this.#path}.index`))!);
  }

  #seal(stored: StoredIndex): void {
    this.index = stored;
    this.size = stored.size;
    this.sealedAt = stored.sealedAt;
  }

  /** Closes its files. */
  async close(): Promise<void> {
    await this.#file?.close();
    await this.#files.close(this.#log);
    await this.#files.close(`${this.#path}.index`);
  }

  /** Closes and removes it. */
  async remove(): Promise<void> {
    await this.close();
    await this.#storage.remove(this.#log);
    await this.#storage.remove(`${this.#path}.index`);
  }
}

/** Where the next whole frame begins; SHORT when none is known to. */
function nextFrame(bytes: Buffer, from: number): number {
  for (let at = from; at + FRAME_HEAD_BYTES < bytes.length; at += 1) if (frameEnd(bytes, at) > 0) return at;
  return SHORT;
}

function pathOf(folder: string, base: number): string {
  return `${folder}/${String(base).padStart(BASE_DIGITS, '0')}`;
}
