import type { RandomStream } from './random.ts';

declare const epochBrand: unique symbol;
/** Milliseconds since 1970-01-01 UTC. */
export type EpochMs = number & { readonly [epochBrand]: true };

/**
 * Everything outside the program: time, chance, network and disk (law 4). Rooms receive one and touch
 * nothing else, so the same code runs for real, and under a simulated world where a seed replays a run.
 */
export interface World {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly network: Network;
  readonly storage: Storage;
}

/** Time. */
export interface Clock {
  /** Wall time. */
  now(): EpochMs;
  /** Milliseconds that never step back; for measuring waits. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with GV_CANCELLED as soon as `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A request as it leaves, or as it arrives. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, its body already inflated. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls to other machines. */
export interface Network {
  /**
   * One exchange; redirects are never followed, bodies are inflated up to `maxBytes` (default 5 MB).
   * @throws GV_URL_FORBIDDEN before any packet leaves, GV_NETWORK_REFUSED when nothing was sent,
   * GV_NETWORK_LOST when it may have been, GV_CANCELLED when `signal` aborts, GV_RESPONSE_TOO_LARGE.
   */
  request(request: HttpRequest, options: { signal: AbortSignal; maxBytes?: number }): Promise<HttpResponse>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** What a peer is: a plain function from request to answer, served over HTTP or by the simulated network. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** What a column may hold. */
export type SqlValue = string | number | bigint | null;
/** One row by column name. */
export type SqlRow = Record<string, SqlValue>;

/** A prepared statement; values bind to its `?` in order. */
export interface SqlStatement {
  run(...values: SqlValue[]): void;
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

/** An embedded SQL database (SQLite). Calls are synchronous; `transaction` is atomic and durable. */
export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /** Runs `work` in an immediate transaction; a throw rolls it back. Does not nest. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** A file that grows at its end and is read anywhere. What was appended is on the disk itself only after `sync`. */
export interface GrowingFile {
  size(): Promise<number>;
  append(bytes: Uint8Array): Promise<void>;
  /** At most `length` bytes; fewer where the file ends. */
  read(position: number, length: number): Promise<Uint8Array>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The disk. */
export interface Storage {
  /** Opens (creating if needed) the database of that path; ':memory:' is one that nobody else sees. */
  openDatabase(path: string): SqlDatabase;
  /** @throws GV_BAD_INPUT when there is no such file. */
  readText(path: string): Promise<string>;
  /** The same for what is no text. */
  readBytes(path: string): Promise<Uint8Array>;
  /** Writes whole and atomically: a reader sees the old text or the new. */
  writeText(path: string, text: string): Promise<void>;
  /** The same for what is no text. */
  writeBytes(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Opens a file: to `append`, which makes it and its folder where there is none, or only to `read`.
   * @throws GV_BAD_INPUT for a path that cannot be used.
   */
  openFile(path: string, access: 'append' | 'read'): Promise<GrowingFile>;
  /** The names in a folder, sorted; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>;
  /**
   * Takes `path` for this process until it is given back or the process ends.
   * @throws GV_BAD_INPUT when another holds it.
   */
  lock(path: string): () => void;
}
