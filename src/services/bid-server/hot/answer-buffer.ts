import { STATUS_CODES } from 'node:http';
import type { ControlAnswer } from '../application.ts';
import type { RefusalStatus } from '../stats.ts';
import { ascii, GrowingBuffer } from './bytes.ts';

/** The version that we answer in (T6), on every answer. */
const VERSION = 'x-openrtb-version: 2.6\r\n';
const CLOSE = 'connection: close\r\n';
const END_OF_HEAD = ascii('\r\n\r\n');
const CONTINUE = ascii('HTTP/1.1 100 Continue\r\n\r\n');

/** Heads of the usual answers, by whether the connection goes on; made again each second, as they have the date. */
interface Heads {
  readonly ok: Uint8Array;
  readonly okGzip: Uint8Array;
  readonly noContent: Uint8Array;
}

/**
 * Answers waiting to be written: all that one read of a connection asked for leave in one write.
 *
 * Hot: copies prepared heads; allocates what is handed to the socket, and a text for the length of a body.
 */
export class AnswerBuffer {
  readonly #out = new GrowingBuffer();
  #going: Heads = headsOf('', '');
  #closing: Heads = headsOf('', '');
  #date = '';

  get isEmpty(): boolean {
    return this.#out.length === 0;
  }

  /** Answers from now on bear this time (RFC 9110 §6.6.1). */
  setTime(epochMs: number): void {
    const date = `date: ${new Date(epochMs).toUTCString()}\r\n`;
    if (date === this.#date) return;
    this.#date = date;
    this.#going = headsOf(date, '');
    this.#closing = headsOf(date, CLOSE);
  }

  /** Everything since the last call, as bytes of their own. */
  take(): Buffer {
    const bytes = Buffer.from(this.#out.bytes.subarray(0, this.#out.length));
    this.#out.clear();
    return bytes;
  }

  continue(): void {
    this.#add(CONTINUE);
  }

  noContent(goesOn: boolean): void {
    this.#add((goesOn ? this.#going : this.#closing).noContent);
  }

  ok(body: Uint8Array, goesOn: boolean, isGzip: boolean): void {
    const heads = goesOn ? this.#going : this.#closing;
    this.#add(isGzip ? heads.okGzip : heads.ok);
    this.#addText(`${body.length}`);
    this.#add(END_OF_HEAD);
    this.#add(body);
  }

  /** An answer without content that the server gives by itself (T2). */
  refusal(status: RefusalStatus, goesOn: boolean): void {
    // RFC 9110 §15.5.6: a 405 says what is allowed.
    const allow = status === 405 ? 'allow: POST\r\n' : '';
    const close = goesOn ? '' : CLOSE;
    this.#addText(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${VERSION}${this.#date}${allow}${close}content-length: 0\r\n\r\n`,
    );
  }

  /** The answer to a control request; under HEAD without its body. */
  control(answer: ControlAnswer, goesOn: boolean, isHead: boolean): void {
    const body = Buffer.from(answer.body ?? '', 'utf8');
    // RFC 9110 §8.6: a 204 has no length.
    const length = answer.status === 204 ? '' : `content-length: ${body.length}\r\n`;
    this.#addText(
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${VERSION}${this.#date}${headerLines(answer)}${goesOn ? '' : CLOSE}${length}\r\n`,
    );
    if (answer.status !== 204 && !isHead) this.#add(body);
  }

  #add(bytes: Uint8Array): void {
    this.#out.append(bytes, 0, bytes.length);
  }

  #addText(text: string): void {
    this.#out.reserve(text.length);
    this.#out.length += this.#out.bytes.write(text, this.#out.length, 'latin1');
  }
}

function headsOf(date: string, close: string): Heads {
  const ok = `HTTP/1.1 200 OK\r\n${VERSION}${date}${close}content-type: application/json\r\n`;
  return {
    ok: ascii(`${ok}content-length: `),
    okGzip: ascii(`${ok}content-encoding: gzip\r\ncontent-length: `),
    noContent: ascii(`HTTP/1.1 204 No Content\r\n${VERSION}${date}${close}\r\n`),
  };
}

/** What an application may not set: the server writes these. */
const OWN_HEADERS = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'date',
  'x-openrtb-version',
]);

/**
 * The application's headers as lines; only those whose name is a token and whose value cannot end its line.
 * @throws an Error that names another, which the caller answers with a 500.
 */
function headerLines({ headers }: ControlAnswer): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (OWN_HEADERS.has(name.toLowerCase())) continue;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new Error(`the header ${JSON.stringify(name)} of an answer is not one that HTTP allows`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}
