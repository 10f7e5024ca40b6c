import type { Duplex } from 'node:stream';
import type { ControlAnswer } from '../application.ts';
import { deflate, inflate } from '../content-coding.ts';
import type { ServerContext } from '../context.ts';
import { type ControlHead, controlHead } from '../control.ts';
import type { RefusalStatus } from '../stats.ts';
import { ascii, equalsText, GrowingBuffer, LF, startsWith } from './bytes.ts';
import type { BodyCoding, RequestHead } from './request-head.ts';
import { RequestReader, type RequestSink } from './request-reader.ts';

const READING = 0;
/** Waiting for the application to answer a control request; what comes after it waits too, which keeps the order. */
const WAITING = 1;
/** The last answer is given; what still comes is thrown away, as closing at once could cost the client that answer. */
const CLOSING = 2;

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
 * One client: requests in, answers out in their order.
 *
 * Hot: for a bid it allocates nothing but the bytes of the answer that the socket keeps.
 */
export class Connection implements RequestSink {
  readonly #socket: Duplex;
  readonly #context: ServerContext;
  readonly #reader: RequestReader;
  /** Bytes that could not be used yet: part of a head, or what came after a control request. */
  readonly #held = new GrowingBuffer();
  #state = READING;
  #route = BID;
  #path = '';
  #coding: BodyCoding = 'identity';
  #acceptsGzip = false;
  #control: ControlHead | undefined;
  #goesOn = true;
  #clientEnded = false;
  /** The client does not take its answers. */
  #isBlocked = false;
  #discarded = 0;
  /** Since when the present condition lasts: idle, a request not yet whole, blocked or closing. */
  #since: number;
  #isIdle = true;
  /** A request was answered since `#since` was last looked at. */
  #moved = false;

  constructor(socket: Duplex, context: ServerContext, now: number) {
    this.#socket = socket;
    this.#context = context;
    this.#reader = new RequestReader(this, context.limits);
    this.#since = now;
  }

  /** Takes what has arrived. Never throws. */
  data(chunk: Buffer): void {
    const now = this.#context.gauge.enter();
    if (this.#state === CLOSING) {
      this.#discarded += chunk.length;
      if (this.#discarded > LINGER_BYTES) this.#socket.destroy();
      return;
    }
    if (this.#held.length === 0) {
      const at = this.#reader.read(chunk, 0, chunk.length);
      this.#held.append(chunk, at, chunk.length);
    } else {
      this.#held.append(chunk, 0, chunk.length);
      // A head is read again only when a line has come, so that one sent byte by byte costs no more than its lines.
      if (chunk.includes(LF)) this.#readHeld();
      else if (this.#state === READING && this.#held.length > this.#context.limits.headBytes)
        this.refuse(431);
    }
    this.#settle(now);
  }

  /** The client sends no more; what it asked is still answered. */
  end(): void {
    this.#clientEnded = true;
    if (this.#state !== WAITING && !this.#isBlocked) this.#close();
  }

  /** The client has taken what was written. */
  drained(): void {
    this.#isBlocked = false;
    this.#goOn();
  }

  /** Looks for what takes too long; called every now and then. */
  sweep(now: number): void {
    const { limits, stats, draining } = this.#context;
    const lasts = now - this.#since;
    if (this.#isBlocked) {
      if (lasts < limits.requestMs) return;
      stats.timedOut += 1;
      this.#socket.destroy();
    } else if (this.#state === CLOSING) {
      if (lasts >= LINGER_MS) this.#socket.destroy();
    } else if (this.#isIdle) {
      if (lasts < (draining ? QUIET_MS : limits.idleMs)) return;
      if (!draining) stats.timedOut += 1;
      this.#close();
    } else if (this.#state === READING && lasts >= limits.requestMs) {
      stats.timedOut += 1;
      this.refuse(408);
      this.#settle(now);
    }
  }

  /** Chooses who answers. */
  head(bytes: Buffer, head: RequestHead, headEnd: number): RefusalStatus | 0 {
    const { isPost, methodStart, methodEnd, targetStart, targetEnd } = head;
    if (!isPost && !METHODS.has(bytes.toString('latin1', methodStart, methodEnd))) return 405;
    this.#goesOn = head.keepAlive && !this.#context.draining;
    if (startsWith(bytes, targetStart, targetEnd, BID_PREFIX)) {
      this.#route = isPost ? BID : NOT_ALLOWED;
      this.#coding = head.coding;
      this.#acceptsGzip = head.acceptsGzip;
      if (isPost) this.#readPath(bytes, targetStart, targetEnd);
    } else {
      this.#route = OTHER;
      this.#control = controlHead(bytes, head, headEnd);
    }
    return 0;
  }

  continue(): void {
    this.#context.out.continue();
  }

  request(bytes: Buffer, start: number, end: number): void {
    const { stats, out } = this.#context;
    this.#moved = true;
    if (this.#route === BID) this.#bid(bytes, start, end);
    else if (this.#route === OTHER) this.#other(Buffer.from(bytes.subarray(start, end)));
    else {
      stats.refused[405] += 1;
      out.refusal(405, this.#goesOn);
    }
    if (!this.#goesOn && this.#state === READING) this.#enter(CLOSING);
  }

  refuse(status: RefusalStatus): void {
    const { stats, out } = this.#context;
    stats.refused[status] += 1;
    out.refusal(status, false);
    this.#enter(CLOSING);
  }

  /** The path without its query. Exchanges ask for one path over and over, so the text is made once. */
  #readPath(bytes: Buffer, start: number, targetEnd: number): void {
    let end = start;
    while (end < targetEnd && bytes[end] !== QUESTION_MARK) end += 1;
    if (!equalsText(bytes, start, end, this.#path)) this.#path = bytes.toString('latin1', start, end);
  }

  #bid(bytes: Buffer, start: number, end: number): void {
    const { stats, limits, gauge, out } = this.#context;
    if (gauge.sheds() || stats.pending > limits.pending) {
      stats.shed += 1;
      out.noContent(this.#goesOn);
    } else if (this.#coding !== 'identity') {
      const body = this.#coding === 'gzip' ? inflate(bytes, start, end, limits.bodyBytes) : undefined;
      // Who sends what cannot be inflated is made to connect anew, which slows a flood of bombs down.
      if (body === undefined) this.refuse(400);
      else this.#answerBid(body, 0, body.length);
    } else this.#answerBid(bytes, start, end);
  }

  #answerBid(bytes: Buffer, start: number, end: number): void {
    const { application, stats, limits, out, report } = this.#context;
    try {
      const answer = application.bid(this.#path, bytes, start, end);
      if (answer.status === 200) {
        const isGzip = this.#acceptsGzip && answer.body.length >= limits.gzipFromBytes;
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
    this.#enter(WAITING);
    stats.pending += 1;
    // A synchronous throw becomes a rejection too.
    const answering = (async () => application.other({ ...head, body }))();
    answering.then(
      (answer) => this.#controlAnswer(answer, head.method === 'HEAD'),
      (error: unknown) => this.#controlFailure(error),
    );
  }

  #controlAnswer(answer: ControlAnswer, isHead: boolean): void {
    const { stats, out } = this.#context;
    try {
      if (!this.#socket.destroyed) out.control(answer, this.#mayGoOn(), isHead);
    } catch (error) {
      this.#controlFailure(error);
      return;
    }
    stats.control += 1;
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
    this.#enter(this.#goesOn ? READING : CLOSING);
    this.#moved = true;
    this.#goOn();
  }

  /** Since the request came, the server may have begun to drain. */
  #mayGoOn(): boolean {
    this.#goesOn &&= !this.#context.draining;
    return this.#goesOn;
  }

  #enter(state: number): void {
    this.#state = state;
    this.#reader.isHalted = state !== READING;
  }

  #readHeld(): void {
    const length = this.#held.length;
    if (length > 0) this.#held.drop(this.#reader.read(this.#held.bytes, 0, length));
  }

  /** Reads on after a pause. */
  #goOn(): void {
    const now = this.#context.gauge.enter();
    // Written first: what is held may fill the socket again.
    this.#settle(now);
    if (this.#isBlocked || this.#state === WAITING) return;
    this.#readHeld();
    this.#settle(now);
    if (this.#isBlocked || this.#state === WAITING) return;
    if (this.#clientEnded) this.#close();
    else this.#socket.resume();
  }

  /** Writes what was answered, stops or goes on reading, and notes the time. */
  #settle(now: number): void {
    const { out } = this.#context;
    if (!out.isEmpty && !this.#socket.write(out.take())) this.#isBlocked = true;
    if (this.#state === CLOSING) {
      if (!this.#socket.writableEnded) this.#close(now);
      return;
    }
    if (this.#isBlocked || this.#state === WAITING) this.#socket.pause();
    const isIdle =
      this.#state === READING && this.#reader.isAtHead && this.#held.length === 0 && !this.#isBlocked;
    if (isIdle || this.#isIdle || this.#moved) this.#since = now;
    this.#isIdle = isIdle;
    this.#moved = false;
  }

  #close(now = this.#context.gauge.enter()): void {
    this.#enter(CLOSING);
    this.#since = now;
    this.#held.clear();
    this.#socket.end();
  }
}
