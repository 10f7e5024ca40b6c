/** A complete HTTP response; `body` is a copy. */
export interface ReadResponse {
  readonly status: number;
  readonly body: Buffer;
  /** Whether the connection can take another request. */
  readonly keepAlive: boolean;
}

/** More than any answer or error page; a longer one is cut off with its connection. */
const MAX_RESPONSE_BYTES = 1_048_576;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the responses of one keep-alive connection, whose requests go out one by one. Bodies by `content-length`, in
 * chunks, or none (204). Bytes come as they like; `push` gives the response that they complete.
 */
export class ResponseReader {
  #held: Buffer = NOTHING;

  /** `undefined` while there is more to come; `malformed` when this is no HTTP/1.1 response that we can read. */
  push(bytes: Buffer): ReadResponse | 'malformed' | undefined {
    const data = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const result = readResponse(data);
    if (result === undefined) {
      if (data.length > MAX_RESPONSE_BYTES) return 'malformed';
      this.#held = data;
      return undefined;
    }
    this.#held = NOTHING;
    if (result === 'malformed') return result;
    // Nothing was asked yet that these bytes could answer.
    return result.end === data.length ? result : 'malformed';
  }
}

type Parsed = ReadResponse & { readonly end: number };

function readResponse(data: Buffer): Parsed | 'malformed' | undefined {
  const headEnd = data.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = data.toString('latin1', 0, headEnd);
  const match = /^HTTP\/1\.1 (\d{3})(?: |\r|$)/.exec(head);
  if (match === null) return 'malformed';
  const status = Number(match[1]);
  const keepAlive = !/\r\nconnection:\s*close/i.test(head);
  const start = headEnd + 4;
  if (status === 204 || status === 304) return { status, body: NOTHING, keepAlive, end: start };
  if (/\r\ntransfer-encoding:\s*chunked/i.test(head)) return readChunks(data, start, status, keepAlive);
  const length = /\r\ncontent-length:\s*(\d{1,9})\s*(?:\r|$)/i.exec(head);
  if (length === null) return 'malformed';
  const end = start + Number(length[1]);
  if (end > data.length) return undefined;
  return { status, body: Buffer.from(data.subarray(start, end)), keepAlive, end };
}

function readChunks(
  data: Buffer,
  start: number,
  status: number,
  keepAlive: boolean,
): Parsed | 'malformed' | undefined {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = data.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = /^([\da-f]{1,7})(?:;.*)?$/i.exec(data.toString('latin1', at, lineEnd));
    if (size === null) return 'malformed';
    const length = Number.parseInt(size[1]!, 16);
    const end = lineEnd + 2 + length + 2;
    if (end > data.length) return undefined;
    // Trailers are not read: no bidder sends any.
    if (data.toString('latin1', end - 2, end) !== '\r\n') return 'malformed';
    if (length === 0) return { status, body: Buffer.concat(chunks), keepAlive, end };
    chunks.push(data.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}
