import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { GavotteError } from '../../kernel/index.ts';
import { type ReadResponse, ResponseReader } from './response-reader.ts';

/** Where a client calls. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** One request on its way. */
export interface Exchange {
  readonly head: string;
  readonly body: Uint8Array | undefined;
  readonly onAnswer: (response: ReadResponse) => void;
  readonly onError: (error: GavotteError) => void;
}

/** One keep-alive connection: one request at a time, each answered before the next. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  readonly #onFree: (connection: Connection, usable: boolean) => void;
  #current: Exchange | undefined;
  #connected = false;
  #failure = 'the server closed the connection';
  /** When the request under way was written, on `performance.now`. */
  busySince = 0;

  constructor(origin: Origin, onFree: (connection: Connection, usable: boolean) => void) {
    this.#onFree = onFree;
    const { host, port, secure } = origin;
    this.#socket = secure ? connectTls({ host, port, servername: host }) : connect({ host, port });
    this.#socket.setNoDelay(true);
    this.#socket.once(secure ? 'secureConnect' : 'connect', () => {
      this.#connected = true;
    });
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', (error) => {
      this.#failure = error.message;
    });
    this.#socket.on('close', () => this.#closed());
  }

  send(exchange: Exchange): void {
    this.#current = exchange;
    this.busySince = performance.now();
    const { head, body } = exchange;
    if (body === undefined) {
      this.#socket.write(head, 'latin1');
      return;
    }
    // Head and body leave in one packet.
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    if (this.#current === undefined) {
      this.#socket.destroy();
      return;
    }
    const response = this.#reader.push(bytes);
    if (response === undefined) return;
    if (response === 'malformed') {
      this.#failure = 'the answer is not HTTP/1.1 as we read it';
      this.#socket.destroy();
      return;
    }
    const { onAnswer } = this.#current;
    this.#current = undefined;
    onAnswer(response);
    if (!response.keepAlive) this.#socket.destroy();
    else this.#onFree(this, true);
  }

  #closed(): void {
    const current = this.#current;
    this.#current = undefined;
    const code = this.#connected ? 'GV_NETWORK_LOST' : 'GV_NETWORK_REFUSED';
    current?.onError(new GavotteError(code, this.#failure));
    this.#onFree(this, false);
  }
}
