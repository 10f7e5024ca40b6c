import { GavotteError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from '../world.ts';
import type { Scheduler } from './scheduler.ts';

/** How often the network misbehaves; each figure is a probability per request, delays are in ms. */
export interface NetworkFaults {
  /** The connection is refused: nothing is sent. */
  readonly refused: number;
  /** The request is lost on its way. */
  readonly lostRequest: number;
  /** The peer acts, the answer is lost. */
  readonly lostResponse: number;
  /** The request arrives a second time, later. */
  readonly duplicated: number;
  /** The request is held up so long that the caller has given up when it arrives. */
  readonly heldUp: number;
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly heldUpMs: number;
}

/** A network on which nothing goes wrong, with delays of 1 to 30 ms. */
export const CALM_NETWORK: NetworkFaults = {
  refused: 0,
  lostRequest: 0,
  lostResponse: 0,
  duplicated: 0,
  heldUp: 0,
  delayMsMin: 1,
  delayMsMax: 30,
  heldUpMs: 0,
};

/** Peers by origin, and the weather between them. Requests are reordered by their random delays. */
export class SimulatedNetwork {
  faults: NetworkFaults = CALM_NETWORK;
  readonly #handlers = new Map<string, HttpHandler>();
  readonly #scheduler: Scheduler;
  readonly #random: RandomStream;
  /** Requests that arrived twice, as `METHOD url`. */
  readonly duplicates: string[] = [];
  /** How often each fault struck, for the report. */
  readonly struck = new Map<string, number>();

  constructor(scheduler: Scheduler, random: RandomStream) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Makes `handler` answer for `origin`, e.g. `https://seller-1.example`. */
  attach(origin: string, handler: HttpHandler): void {
    this.#handlers.set(origin, handler);
  }

  /** Sends once; settles as the weather has it. A settled caller does not stop what is already on its way. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(new GavotteError('GV_CANCELLED', 'the request was cancelled'));
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      const handler = this.#handlers.get(new URL(request.url).origin);
      if (handler === undefined || this.#strikes('refused')) {
        this.#later(() =>
          reject(new GavotteError('GV_NETWORK_REFUSED', `connection refused: ${request.url}`)),
        );
        return;
      }
      const lost = () =>
        this.#later(() => reject(new GavotteError('GV_NETWORK_LOST', `connection lost: ${request.url}`)));
      if (this.#strikes('lostRequest')) {
        lost();
        return;
      }
      if (this.#strikes('duplicated')) {
        this.duplicates.push(`${request.method} ${request.url}`);
        this.#later(() => void handler(request).catch(() => {}), 20);
      }
      const deliver = () =>
        void handler(request).then((response) => {
          if (this.#strikes('lostResponse')) lost();
          else this.#later(() => resolve(response));
        }, lost);
      if (this.#strikes('heldUp')) this.#scheduler.after(this.faults.heldUpMs, deliver);
      else this.#later(deliver);
    });
  }

  #strikes(fault: 'refused' | 'lostRequest' | 'lostResponse' | 'duplicated' | 'heldUp'): boolean {
    if (this.faults[fault] === 0 || this.#random.float() >= this.faults[fault]) return false;
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
    return true;
  }

  #later(run: () => void, times = 1): void {
    const { delayMsMin, delayMsMax } = this.faults;
    this.#scheduler.after(times * (delayMsMin + this.#random.float() * (delayMsMax - delayMsMin)), run);
  }
}
