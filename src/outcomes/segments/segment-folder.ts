import type { Clock, Storage } from '../../kernel/index.ts';
import type { OutcomeRecord } from '../record.ts';
import { readOutcome } from '../record-text.ts';
import { FilePool } from './file-pool.ts';
import { bufferOf, FRAME_HEAD_BYTES, frameBody, frameEnd, hashId } from './frames.ts';
import { Segment } from './segment.ts';

/** What most records fit into; a larger one is read a second time. */
const FIRST_READ_BYTES = 2_048;
/** How often another process's log is looked at for more. */
const LOOK_AGAIN_MS = 20;

/** The segments of one log, oldest first: written by one process, read by any. */
export class SegmentFolder {
  readonly storage: Storage;
  readonly path: string;
  readonly files: FilePool;
  readonly segments: Segment[] = [];
  /** Whether this process writes it, so that nothing comes in unseen. */
  readonly isOurs: boolean;
  #refreshing: Promise<void> | undefined;
  #changed = Promise.withResolvers<void>();

  private constructor(storage: Storage, path: string, isOurs: boolean) {
    this.storage = storage;
    this.files = new FilePool(storage);
    this.path = path;
    this.isOurs = isOurs;
  }

  /** Opens what is there. @throws GV_OUTCOME_REFUSED for a segment of a version we do not know. */
  static async open(storage: Storage, path: string, isOurs: boolean): Promise<SegmentFolder> {
    const folder = new SegmentFolder(storage, path, isOurs);
    await folder.#list();
    return folder;
  }

  get oldest(): number {
    return this.segments[0]?.base ?? 0;
  }

  /** How large it is. */
  get bytes(): number {
    return this.segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** The offset after the last record. */
  get end(): number {
    return this.segments.at(-1)?.end ?? 0;
  }

  /** Takes in what another process wrote since; several readers at a time share one look. */
  async refresh(): Promise<void> {
    if (this.isOurs) return;
    this.#refreshing ??= this.#lookAgain().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #lookAgain(): Promise<void> {
    await this.#list();
    for (const segment of this.segments)
      if (segment.sealedAt === null) {
        await segment.adoptIndex();
        if (segment.sealedAt === null) await segment.walk();
      }
  }

  async #list(): Promise<void> {
    const bases = (await this.storage.list(`${this.path}/segments`))
      .filter((name) => /^\d{16}\.log$/.test(name))
      .map((name) => Number.parseInt(name, 10));
    const known = new Map(this.segments.map((segment) => [segment.base, segment]));
    const segments: Segment[] = [];
    for (const base of bases) {
      const segment = known.get(base) ?? (await this.#openSegment(base));
      if (segment !== undefined) segments.push(segment);
    }
    const gone = this.segments.filter((segment) => !segments.includes(segment));
    this.segments.splice(0, this.segments.length, ...segments);
    for (const segment of gone) await segment.close();
  }

  /** `undefined` for one that its writer has removed since it was listed. */
  async #openSegment(base: number): Promise<Segment | undefined> {
    try {
      return await Segment.open(this.storage, this.files, `${this.path}/segments`, base);
    } catch (error) {
      if (this.isOurs || (error as { code?: unknown }).code !== 'GV_BAD_INPUT') throw error;
      return undefined;
    }
  }

  /** Wakes those who wait for more. */
  announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Resolves when there may be more, after `ms`, or when `signal` aborts. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const late = clock.sleep(
      this.isOurs ? ms : Math.min(ms, LOOK_AGAIN_MS),
      AbortSignal.any([over.signal, signal]),
    );
    await Promise.race([late.catch(() => {}), this.#changed.promise]);
    over.abort();
  }

  /** The segment that has, or will have, that offset. */
  segmentAt(offset: number): Segment | undefined {
    return this.segments.findLast((segment) => segment.base <= offset) ?? this.segments[0];
  }

  /** The latest record of that id. */
  async find(id: string): Promise<OutcomeRecord | undefined> {
    await this.refresh();
    const hash = hashId(id);
    for (const segment of this.segments.toReversed())
      for (const position of (await segment.index.positionsOf(hash)).toReversed()) {
        const record = await recordAt(segment, position);
        if (record?.id === id) return record;
      }
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.segments.map((segment) => segment.close()));
    await this.files.closeAll();
  }
}

async function recordAt(segment: Segment, position: number): Promise<OutcomeRecord | undefined> {
  let bytes = bufferOf(await segment.read(position, FIRST_READ_BYTES));
  const length = FRAME_HEAD_BYTES + bytes.readUInt32LE(4);
  if (length > bytes.length) bytes = bufferOf(await segment.read(position, length));
  const end = frameEnd(bytes, 0);
  if (end <= 0) return undefined;
  const read = readOutcome(frameBody(bytes, 0, end));
  return read.ok ? read.record : undefined;
}

/** Where a consumer's offset is kept. */
export function offsetPath(path: string, name: string): string {
  return `${path}/consumers/${name}.json`;
}

/** The offset that a consumer goes on from; 0 when it has never committed. */
export async function committedOffset({ storage, path }: SegmentFolder, name: string): Promise<number> {
  const text = await storage.readText(offsetPath(path, name)).catch(() => undefined);
  return text === undefined ? 0 : (JSON.parse(text) as { offset: number }).offset;
}
