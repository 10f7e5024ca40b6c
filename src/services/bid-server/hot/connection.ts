import type { Duplex } from 'node:stream';
import type { ControlAnswer } from '../application.ts';
import { deflate, inflate } from '../content-coding.ts';
import type { ServerContext } from '../context.ts';
import { type ControlHead, controlHead } from '../control.ts';
import type { RefusalStatus } from '../stats.ts';
import { ascii, CR, GrowingBuffer, LF, startsWith } from './bytes.ts';
import { CHUNKS_GO_ON, ChunkedBody } from './chunked-body.ts';
import { INCOMPLETE, RequestHead } from './request-head.ts';

const HEAD = 0;
const LENGTH = 1;
const CHUNKS = 2;
/** Waiting for the application to answer a control request; what comes after it waits too, which keeps the order. */
const CONTROL = 3;
/** The last answer is written; what still comes is thrown away, as closing at once could cost the client that answer. */
const CLOSING = 4;

const BID = 0;
const OTHER = 1;
const NOT_ALLOWED = 2;

const BID_PREFIX = ascii('/openrtb2/bid/');
const QUESTION_MARK = 63;
/** How long a client may take to close after its last answer, and how much it may send meanwhile. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 8_388_608;
/** While the server drains, a connection that is quiet for so long has nothing under way. */
const QUIET_MS = 500;
/** Methods whose requests are read; any other gets a 405 and the end of the connection, as its body might mean anything. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/**
 * One client: bytes in, requests one after another, answers out in their order.
 *
 * Hot: a bid request that arrives whole is read where it lies. Allocates the chunk that Node reads into, and the bytes
 * of the answers; a body in pieces is put together in a buffer that the connection keeps.
 */
export class Connection {
  readonly #socket: Duplex;
  readonly #context: ServerContext;
  readonly #head = new RequestHead();
  readonly #chunks = new ChunkedBody();
  /** Bytes that could not be used yet: part of a head, or what came after a control request. */
  readonly #held = new GrowingBuffer();
  readonly #body = new GrowingBuffer();
  #phase = HEAD;
  #route = BID;
  #path = '';
  #control: ControlHead | undefined;
  #missing = 0;
  #sawBlankLine = false;
  #goesOn = true;
  #clientEnded = false;
  /** The client does not take its answers. */
  #blocked = false;
  #discarded = 0;
  /** Since when the present state lasts: idle, a request not yet whole, blocked or closing. */
  #since: number;
  #isIdle = true;
  /** A request was answered since `#since` was last looked at. */
  #moved = false;

  constructor(socket: Duplex, context: ServerContext, now: number) {
    this.#socket = socket;
    this.#context = context;
    this.#since = now;
  }

  /** Takes what has arrived. Never throws. */
  data(chunk: Buffer): void {
    const now = this.#context.gauge.enter();
    if (this.#held.length === 0) {
      const at = this.#consume(chunk, 0, chunk.length);
      this.#held.append(chunk, at, chunk.length);
    } else {
      this.#held.append(chunk, 0, chunk.length);
      // A head is read again only when a line has come, so that one sent byte by byte costs no more than its lines.
      if (this.#phase !== HEAD || chunk.includes(LF)) this.#consumeHeld();
      else if (this.#held.length > this.#context.limits.headBytes) this.#refuse(431);
    }
    this.#settle(now);
  }

  /** The client sends no more; what it asked is still answered. */
  end(): void {
    this.#clientEnded = true;
    if (this.#phase !== CONTROL && !this.#blocked) this.#close();
  }

  /** The client has taken what was written. */
  drained(): void {
    this.#blocked = false;
    this.#goOn();
  }

  /** Looks for what takes too long; called every now and then. */
  sweep(now: number): void {
    const { limits, stats, draining } = this.#context;
    const lasts = now - this.#since;
    if (this.#phase === CLOSING || this.#blocked) {
      if (lasts < (this.#blocked ? limits.requestMs : LINGER_MS)) return;
      if (this.#blocked) stats.timedOut += 1;
      this.#socket.destroy();
    } else if (this.#phase !== CONTROL && !this.#isIdle) {
      if (lasts < limits.requestMs) return;
      stats.timedOut += 1;
      this.#refuse(408);
      this.#settle(now);
    } else if (this.#isIdle && lasts >= (draining ? QUIET_MS : limits.idleMs)) {
      if (!draining) stats.timedOut += 1;
      this.#close();
    }
  }

  /** Requests one after another, from `start`; the offset of the first byte that must be kept. */
  #consume(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const before = at;
      if (this.#phase === HEAD) at = this.#readHead(bytes, at, end);
      else if (this.#phase === LENGTH) at = this.#readLength(bytes, at, end);
      else if (this.#phase === CHUNKS) at = this.#readChunks(bytes, at, end);
      else if (this.#phase === CONTROL) return at;
      else {
        this.#discarded += end - at;
        if (this.#discarded > LINGER_BYTES) this.#socket.destroy();
        return end;
      }
      if (at === before) return at;
    }
    return at;
  }

  #consumeHeld(): void {
    const length = this.#held.length;
    if (length > 0) this.#held.drop(this.#consume(this.#held.bytes, 0, length));
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
    const { headBytes, headers, bodyBytes } = this.#context.limits;
    const next = this.#head.parse(bytes, at, end, headBytes, headers);
    if (next === INCOMPLETE) return at;
    if (next < 0) return this.#refuse(-next as RefusalStatus, end);
    this.#sawBlankLine = false;
    if (this.#head.contentLength > bodyBytes) return this.#refuse(413, end);
    if (!this.#chooseRoute(bytes, next)) return this.#refuse(405, end);
    return this.#startBody(bytes, next, end);
  }

  /** Whether the request is one we read. */
  #chooseRoute(bytes: Buffer, headEnd: number): boolean {
    const { isPost, methodStart, methodEnd, targetStart, targetEnd, keepAlive } = this.#head;
    if (!isPost && !METHODS.has(bytes.toString('latin1', methodStart, methodEnd))) return false;
    this.#goesOn = keepAlive && !this.#context.draining;
    if (startsWith(bytes, targetStart, targetEnd, BID_PREFIX)) {
      this.#route = isPost ? BID : NOT_ALLOWED;
      if (isPost) this.#readPath(bytes, targetStart, targetEnd);
    } else {
      this.#route = OTHER;
      this.#control = controlHead(bytes, this.#head, headEnd);
    }
    return true;
  }

  /** The path without its query. Exchanges ask for one path over and over, so the text is made once. */
  #readPath(bytes: Buffer, start: number, targetEnd: number): void {
    let end = start;
    while (end < targetEnd && bytes[end] !== QUESTION_MARK) end += 1;
    const path = this.#path;
    let same = path.length === end - start;
    for (let index = 0; same && index < path.length; index += 1)
      same = path.charCodeAt(index) === bytes[start + index];
    if (!same) this.#path = bytes.toString('latin1', start, end);
  }

  #startBody(bytes: Buffer, start: number, end: number): number {
    const { contentLength, chunked, expectsContinue } = this.#head;
    const length = Math.max(0, contentLength);
    if (!chunked && length <= end - start) {
      this.#request(bytes, start, start + length);
      return start + length;
    }
    this.#body.clear();
    this.#missing = length;
    this.#phase = chunked ? CHUNKS : LENGTH;
    this.#chunks.start();
    // RFC 9110 §10.1.1: not when part of the body is here already.
    if (expectsContinue && start === end) this.#context.out.continue();
    return start;
  }

  #readLength(bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#missing);
    this.#body.append(bytes, start, stop);
    this.#missing -= stop - start;
    if (this.#missing === 0) this.#requestInBody();
    return stop;
  }

  #readChunks(bytes: Buffer, start: number, end: number): number {
    const next = this.#chunks.take(bytes, start, end, this.#body, this.#context.limits.bodyBytes);
    if (next === CHUNKS_GO_ON) return end;
    if (next < 0) return this.#refuse(-next as RefusalStatus, end);
    this.#requestInBody();
    return next;
  }

  #requestInBody(): void {
    this.#phase = HEAD;
    this.#request(this.#body.bytes, 0, this.#body.length);
    this.#body.clear();
  }

  /** A whole request; its body is good until this returns. */
  #request(bytes: Buffer, start: number, end: number): void {
    this.#moved = true;
    if (this.#route === BID) this.#bid(bytes, start, end);
    else if (this.#route === OTHER) this.#other(Buffer.from(bytes.subarray(start, end)));
    else {
      this.#context.stats.refused[405] += 1;
      this.#context.out.refusal(405, this.#goesOn);
    }
    if (!this.#goesOn && this.#phase === HEAD) this.#phase = CLOSING;
  }

  #bid(bytes: Buffer, start: number, end: number): void {
    const { stats, limits, gauge, out } = this.#context;
    if (gauge.waitMs() > limits.waitMs || stats.pending > limits.pending) {
      stats.shed += 1;
      out.noContent(this.#goesOn);
    } else if (this.#head.coding === 'identity') {
      this.#answerBid(bytes, start, end);
    } else {
      const coded = this.#head.coding === 'gzip' ? inflate(bytes, start, end, limits.bodyBytes) : undefined;
      if (coded !== undefined) this.#answerBid(coded, 0, coded.length);
      // Who sends what cannot be inflated is made to connect anew, which slows a flood of bombs down.
      else this.#refuse(400);
    }
  }

  #answerBid(bytes: Buffer, start: number, end: number): void {
    const { application, stats, limits, out, report } = this.#context;
    try {
      const answer = application.bid(this.#path, bytes, start, end);
      if (answer.status === 200) {
        const isGzip = this.#head.acceptsGzip && answer.body.length >= limits.gzipFromBytes;
        out.ok(isGzip ? deflate(answer.body) : answer.body, this.#goesOn, isGzip);
        stats.bids += 1;
      } else if (answer.status === 400) {
        out.refusal(400, this.#goesOn);
        stats.invalid += 1;
      } else {
        out.noContent(this.#goesOn);
        stats.noBids += 1;
      }
    } catch (error) {
      stats.failed += 1;
      out.noContent(this.#goesOn);
      report(error);
    }
  }

  #other(body: Uint8Array): void {
    const { application, limits, stats, out } = this.#context;
    const head = this.#control!;
    this.#control = undefined;
    if (stats.pending >= limits.pending) {
      stats.refused[503] += 1;
      out.refusal(503, this.#goesOn);
      return;
    }
    this.#phase = CONTROL;
    stats.pending += 1;
    // A synchronous throw becomes a rejection too.
    const answering = (async () => application.other({ ...head, body }))();
    answering.then(
      (answer) => this.#controlAnswer(answer, head.method === 'HEAD'),
      (error: unknown) => this.#controlFailure(error),
    );
  }

  #controlAnswer(answer: ControlAnswer, isHead: boolean): void {
    try {
      if (!this.#socket.destroyed) this.#context.out.control(answer, this.#mayGoOn(), isHead);
    } catch (error) {
      this.#controlFailure(error);
      return;
    }
    this.#context.stats.control += 1;
    this.#controlDone();
  }

  #controlFailure(error: unknown): void {
    const { stats, out, report } = this.#context;
    report(error);
    stats.refused[500] += 1;
    if (!this.#socket.destroyed) out.refusal(500, this.#mayGoOn());
    this.#controlDone();
  }

  #controlDone(): void {
    this.#context.stats.pending -= 1;
    if (this.#socket.destroyed) return;
    this.#phase = this.#goesOn ? HEAD : CLOSING;
    this.#moved = true;
    this.#goOn();
  }

  /** Since the request came, the server may have begun to drain. */
  #mayGoOn(): boolean {
    this.#goesOn &&= !this.#context.draining;
    return this.#goesOn;
  }

  /** Reads on after a pause. */
  #goOn(): void {
    const now = this.#context.gauge.enter();
    // Written first: what is held may fill the socket again.
    this.#settle(now);
    if (this.#blocked || this.#phase === CONTROL) return;
    this.#consumeHeld();
    this.#settle(now);
    if (this.#blocked || this.#phase === CONTROL) return;
    if (this.#clientEnded) this.#close();
    else this.#socket.resume();
  }

  /** Refuses the request and, as the border of the next one is not known, ends the connection. */
  #refuse(status: RefusalStatus, end = 0): number {
    const { stats, out } = this.#context;
    stats.refused[status] += 1;
    out.refusal(status, false);
    this.#goesOn = false;
    this.#phase = CLOSING;
    return end;
  }

  /** Writes what was answered, stops or goes on reading, and notes the time. */
  #settle(now: number): void {
    const { out } = this.#context;
    if (!out.isEmpty && !this.#socket.write(out.take())) this.#blocked = true;
    if (this.#phase === CLOSING) {
      if (!this.#socket.writableEnded) this.#close(now);
      return;
    }
    if (this.#blocked || this.#phase === CONTROL) this.#socket.pause();
    const isIdle = this.#phase === HEAD && this.#held.length === 0 && !this.#blocked;
    if (isIdle || this.#isIdle || this.#moved) this.#since = now;
    this.#isIdle = isIdle;
    this.#moved = false;
  }

  #close(now = this.#context.gauge.enter()): void {
    this.#phase = CLOSING;
    this.#since = now;
    this.#held.clear();
    this.#body.clear();
    this.#socket.end();
  }
}
