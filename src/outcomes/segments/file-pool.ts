import type { GrowingFile, Storage } from '../../kernel/index.ts';

/** A large log has hundreds of files, and a process may have few open. */
const MOST_OPEN = 64;

/** Files that are only read, opened when they are and closed when others are read more. */
export class FilePool {
  readonly #storage: Storage;
  /** By path, least recently read first. */
  readonly #open = new Map<string, Promise<GrowingFile>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** At most `length` bytes; fewer where the file ends. Rejects when there is no such file. */
  async read(path: string, position: number, length: number): Promise<Uint8Array> {
    return (await this.#file(path)).read(position, length);
  }

  async size(path: string): Promise<number> {
    return (await this.#file(path)).size();
  }

  /** Forgets a file, as before it is removed. */
  async close(path: string): Promise<void> {
    const file = this.#open.get(path);
    this.#open.delete(path);
    // One that could not be opened has told its reader.
    await (await file?.catch(() => undefined))?.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((path) => this.close(path)));
  }

  #file(path: string): Promise<GrowingFile> {
    const file = this.#open.get(path) ?? this.#storage.openFile(path, 'read');
    this.#open.delete(path);
    this.#open.set(path, file);
    file.catch(() => this.#open.delete(path));
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN) void this.close(oldest!);
    return file;
  }
}
