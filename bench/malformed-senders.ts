import { Client } from './bidder-load.ts';
import type { MalformedKind, MalformedTraffic } from './malformed-traffic.ts';

/** Enough that what is due while the server is busy with one request can still be sent. */
const VALID_CONNECTIONS = 64;
const FLOOD_CONNECTIONS = 16;

/** Sends the valid requests in turn, and counts those answered as expected. */
export class ValidSender {
  right = 0;
  readonly others: Record<string, number> = {};
  readonly latencies: number[] = [];
  readonly #clients: Client[];
  readonly #requests: readonly Buffer[];
  /** Which request a connection has under way. */
  readonly #indexes = new Map<Client, number>();
  #due = 0;

  constructor(port: number, requests: readonly Buffer[], expected: readonly number[]) {
    this.#requests = requests;
    this.#clients = Array.from({ length: VALID_CONNECTIONS }, () => {
      const client: Client = new Client(
        port,
        (status, due) => {
          this.latencies.push((performance.now() - due) * 1000);
          if (status === expected[this.#indexes.get(client)!]) this.right += 1;
          else this.#countOther(`${status}`);
        },
        () => this.#countOther('closed'),
      );
      return client;
    });
  }

  /** Sends what is due and finds a free connection; the rest stays due. */
  sendUpTo(due: number): void {
    for (; this.#due < due; this.#due += 1) {
      const client = this.#clients.find(({ isFree }) => isFree);
      if (client === undefined) return;
      const index = this.#due % this.#requests.length;
      this.#indexes.set(client, index);
      client.send(this.#requests[index]!, performance.now());
    }
  }

  #countOther(how: string): void {
    this.others[how] = (this.others[how] ?? 0) + 1;
  }

  end(): void {
    for (const client of this.#clients) client.end();
  }
}

/** Sends malformed requests; a connection that the server ends is opened anew. */
export class FloodSender {
  lost = 0;
  readonly #port: number;
  readonly #traffic: MalformedTraffic;
  readonly #count: (kind: MalformedKind, status: number) => void;
  readonly #clients: Client[];
  readonly #kinds = new Map<Client, MalformedKind>();
  #left: number;
  #due = 0;
  #sent = 0;

  constructor(
    port: number,
    traffic: MalformedTraffic,
    requests: number,
    count: (kind: MalformedKind, status: number) => void,
  ) {
    this.#port = port;
    this.#traffic = traffic;
    this.#count = count;
    this.#left = requests;
    this.#clients =
      requests === 0 ? [] : Array.from({ length: FLOOD_CONNECTIONS }, (_, index) => this.#connect(index));
  }

  get isDone(): boolean {
    return this.#left === 0 && !this.#clients.some(({ isWaiting }) => isWaiting);
  }

  /** Sends what is due and finds a free connection; the rest stays due. */
  sendUpTo(due: number): void {
    this.#due = due;
    for (const client of this.#clients) {
      if (this.#left === 0 || this.#sent >= this.#due) return;
      if (!client.isFree) continue;
      this.#send(client);
    }
  }

  end(): void {
    for (const client of this.#clients) client.end();
  }

  #send(client: Client): void {
    const { kind, bytes } = this.#traffic.next();
    this.#left -= 1;
    this.#sent += 1;
    this.#kinds.set(client, kind);
    client.send(bytes, 0);
  }

  #connect(index: number): Client {
    const client: Client = new Client(
      this.#port,
      (status) => {
        this.#count(this.#kinds.get(client)!, status);
        if (client.isFree && this.#left > 0 && this.#sent < this.#due) this.#send(client);
      },
      () => {
        if (client.isWaiting) this.lost += 1;
        this.#kinds.delete(client);
        this.#clients[index] = this.#connect(index);
      },
    );
    return client;
  }
}
