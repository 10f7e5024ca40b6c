import { GavotteError, type GrowingFile, type Storage } from '../../kernel/index.ts';
import { MAX_RECORD_BYTES } from '../record-text.ts';
import { bufferOf, DAMAGED, FRAME_HEAD_BYTES, frameEnd, frameHash, SHORT } from './frames.ts';
import { GrowingIndex, type SegmentIndex, StoredIndex } from './segment-index.ts';

/** The first bytes of a segment: what it is, and the version of its frames. */
export const SEGMENT_HEAD = Buffer.from('GVTLOG01');
/** Bytes read at once when walking through a segment. */
const WALK_BYTES = 1_048_576;
const LARGEST_FRAME = FRAME_HEAD_BYTES + MAX_RECORD_BYTES;

/**
 * A file of frames behind one another; its name is the offset of its first record. It ends where its index says, or,
 * while it grows, behind the last whole frame: what a crash left half-written behind that is never read.
 */
export class Segment {
  readonly base: number;
  readonly file: GrowingFile;
  /** The end of what is good to read. */
  size: number;
  /** When it ended, by the writer's clock; `null` while it grows. */
  sealedAt: number | null;
  index: SegmentIndex;
  readonly #storage: Storage;
  readonly #path: string;

  private constructor(storage: Storage, path: string, base: number, file: GrowingFile, stored?: StoredIndex) {
    this.#storage = storage;
    this.#path = path;
    this.base = base;
    this.file = file;
    this.index = stored ?? new GrowingIndex();
    this.size = stored?.size ?? SEGMENT_HEAD.length;
    this.sealedAt = stored?.sealedAt ?? null;
  }

  /** A new one, empty. */
  static async create(storage: Storage, folder: string, base: number): Promise<Segment> {
    const path = pathOf(folder, base);
    const file = await storage.openFile(`${path}.log`, 'append');
    await file.append(SEGMENT_HEAD);
    // Before anything stands behind it: a head that a power cut tore then stands before nothing.
    await file.sync();
    return new Segment(storage, path, base, file);
  }

  /** One that is there. @throws GV_OUTCOME_REFUSED when it is of a version we do not know. */
  static async open(storage: Storage, folder: string, base: number): Promise<Segment> {
    const path = pathOf(folder, base);
    const file = await storage.openFile(`${path}.log`, 'read');
    const head = bufferOf(await file.read(0, SEGMENT_HEAD.length));
    if (!head.equals(SEGMENT_HEAD) && (await file.size()) > SEGMENT_HEAD.length) {
      await file.close();
      throw new GavotteError(
        'GV_OUTCOME_REFUSED',
        `${path}.log begins with ${JSON.stringify(String(head))}`,
        {
          fix: 'It is no segment that this version can read; read it with the version that wrote it.',
        },
      );
    }
    return new Segment(storage, path, base, file, await StoredIndex.open(storage, `${path}.index`));
  }

  /** The offset after its last record. */
  get end(): number {
    return this.base + this.index.count;
  }

  /** Where the record of that number, counted from the base, begins. */
  async positionOf(ordinal: number): Promise<number> {
    return ordinal === 0 ? SEGMENT_HEAD.length : (await this.index.positions())[ordinal]!;
  }

  /** Takes note of whole frames that were written at its end. */
  grow(frames: Buffer): void {
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
      const bytes = bufferOf(await this.file.read(this.size, WALK_BYTES + LARGEST_FRAME));
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
    const stored = await StoredIndex.open(this.#storage, `${this.#path}.index`);
    if (stored !== undefined) this.#seal(stored);
  }

  /** Ends it: writes its index. What lies behind its end stays unread. */
  async seal(at: number): Promise<void> {
    const index = this.index as GrowingIndex;
    await this.#storage.writeBytes(`${this.#path}.index`, index.encode(this.size, at));
    this.#seal((await StoredIndex.open(this.#storage, `${this.#path}.index`))!);
  }

  #seal(stored: StoredIndex): void {
    this.index = stored;
    this.size = stored.size;
    this.sealedAt = stored.sealedAt;
  }

  async close(): Promise<void> {
    await Promise.all([this.file.close(), this.index.close()]);
  }

  /** Closes and removes it. */
  async remove(): Promise<void> {
    await this.close();
    await this.#storage.remove(`${this.#path}.log`);
    await this.#storage.remove(`${this.#path}.index`);
  }
}

/** Where the next whole frame begins; SHORT when none is known to. */
function nextFrame(bytes: Buffer, from: number): number {
  for (let at = from; at + FRAME_HEAD_BYTES < bytes.length; at += 1) if (frameEnd(bytes, at) > 0) return at;
  return SHORT;
}

function pathOf(folder: string, base: number): string {
  return `${folder}/${String(base).padStart(16, '0')}`;
}
