import type { BidServerLimits } from '../limits.ts';
import type { RefusalStatus } from '../stats.ts';
import { CR, GrowingBuffer, LF } from './bytes.ts';
import { CHUNKS_GO_ON, ChunkedBody } from './chunked-body.ts';
import { INCOMPLETE, RequestHead } from './request-head.ts';

const HEAD = 0;
const LENGTH = 1;
const CHUNKS = 2;

/** What is told of the requests found. */
export interface RequestSink {
  /** A head is whole, and ends at `headEnd` of `bytes`: 0, or the status that refuses it. */
  head(bytes: Buffer, head: RequestHead, headEnd: number): RefusalStatus | 0;
  /** The client waits for a word before it sends its body. */
  continue(): void;
  /** The request of the last head is whole; its body is good during the call only. */
  request(bytes: Buffer, start: number, end: number): void;
  /** The bytes are not a request that we read; where the next one would begin is not known. */
  refuse(status: RefusalStatus): void;
}

/**
 * Finds the requests in what a connection sends, one after another.
 *
 * Hot: a request that arrives whole is handed on where it lies; a body in pieces is put together in a buffer that is
 * kept.
 */
export class RequestReader {
  /** Set by the sink when what follows must wait or is no longer wanted. */
  isHalted = false;
  readonly #sink: RequestSink;
  readonly #limits: BidServerLimits;
  readonly #head = new RequestHead();
  readonly #chunks = new ChunkedBody();
  readonly #body = new GrowingBuffer();
  #phase = HEAD;
  #missing = 0;
  #sawBlankLine = false;

  constructor(sink: RequestSink, limits: BidServerLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Whether no body is awaited. */
  get isAtHead(): boolean {
    return this.#phase === HEAD;
  }

  /** Reads from `start`, until halted; the offset of the first byte that must be given again, with more. */
  read(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isHalted) {
      const before = at;
      if (this.#phase === HEAD) at = this.#readHead(bytes, at, end);
      else if (this.#phase === LENGTH) at = this.#readLength(bytes, at, end);
      else at = this.#readChunks(bytes, at, end);
      if (at === before) return at;
    }
    return at;
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    // RFC 9112 §2.2: an empty line before the request line is skipped; one, as old clients send after a body.
    if (bytes[at] === CR && !this.#sawBlankLine) {
      if (at + 1 === end) return at;
      if (bytes[at + 1] === LF) {
        this.#sawBlankLine = true;
        return at + 2;
      }
    }
    const { headBytes, headers, bodyBytes } = this.#limits;
    const next = this.#head.parse(bytes, at, end, headBytes, headers);
    if (next === INCOMPLETE) return at;
    if (next < 0) return this.#refuse(-next as RefusalStatus, end);
    this.#sawBlankLine = false;
    if (this.#head.contentLength > bodyBytes) return this.#refuse(413, end);
    const refusal = this.#sink.head(bytes, this.#head, next);
    return refusal === 0 ? this.#startBody(bytes, next, end) : this.#refuse(refusal, end);
  }

  #startBody(bytes: Buffer, start: number, end: number): number {
    const { contentLength, chunked, expectsContinue } = this.#head;
    const length = Math.max(0, contentLength);
    if (!chunked && length <= end - start) {
      this.#sink.request(bytes, start, start + length);
      return start + length;
    }
    this.#missing = length;
    this.#phase = chunked ? CHUNKS : LENGTH;
    this.#chunks.start();
    // RFC 9110 §10.1.1: not when part of the body is here already.
    if (expectsContinue && start === end) this.#sink.continue();
    return start;
  }

  #readLength(bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#missing);
    this.#body.append(bytes, start, stop);
    this.#missing -= stop - start;
    if (this.#missing === 0) this.#bodyIsWhole();
    return stop;
  }

  #readChunks(bytes: Buffer, start: number, end: number): number {
    const next = this.#chunks.take(bytes, start, end, this.#body, this.#limits.bodyBytes);
    if (next === CHUNKS_GO_ON) return end;
    if (next < 0) return this.#refuse(-next as RefusalStatus, end);
    this.#bodyIsWhole();
    return next;
  }

  #bodyIsWhole(): void {
    this.#phase = HEAD;
    this.#sink.request(this.#body.bytes, 0, this.#body.length);
    this.#body.clear();
  }

  #refuse(status: RefusalStatus, end: number): number {
    this.#sink.refuse(status);
    return end;
  }
}
