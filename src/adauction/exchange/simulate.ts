import { GavotteError, type RandomStream, randomStream } from '../../kernel/index.ts';
import { rivalLandscape } from '../auction/rivals.ts';
import { runAuction } from '../auction/run-auction.ts';
import { Audience } from '../audience/audience.ts';
import { exponential } from '../draw.ts';
import { checkResponse } from '../response/check-response.ts';
import type { TrafficRequest } from '../traffic/options.ts';
import { trafficSource } from '../traffic/source.ts';
import { Aftermath } from './aftermath.ts';
import { Books } from './books.ts';
import { EventQueue } from './event-queue.ts';
import { NO_FAULTS, type SimulateExchangeOptions } from './options.ts';
import type { ExchangeReport } from './report.ts';

/** Requests by hour of the day: mean of 114 regions (Avito), relative to a flat day. */
const HOURLY = [
  0.34, 0.23, 0.19, 0.2, 0.25, 0.34, 0.48, 0.7, 1.05, 1.44, 1.69, 1.76, 1.74, 1.72, 1.66, 1.6, 1.51, 1.4, 1.3,
  1.18, 1.05, 0.9, 0.74, 0.53,
];
const HOUR_MS = 3_600_000;
const DEFAULT_DRAIN_MS = 120_000;
/** Things done before others get their turn of the event loop. */
const BATCH = 128;
const TICK_MS = 1_000;
/** Longest wait while calls are under way: what one of them asks for as it ends is at most this late. */
const WAIT_MS = 100;
/** What is due within this is due: sums of doubles may miss a time by less, and waiting for that would never end. */
const DUE_WITHIN_MS = 0.001;

/**
 * An exchange in one process: sends requests to a bidder at random times without waiting for its answers, runs the
 * auctions, shows the ads, calls the notices, and keeps its own books. Time is the world's, so the same run is possible
 * in simulated time, where a seed replays it, and in real time.
 * @throws GV_BAD_INPUT when `qps` or `seconds` is not above 0, or a share of `faults` is not 0 to 1.
 */
export async function simulateExchange(options: SimulateExchangeOptions): Promise<ExchangeReport> {
  checkOptions(options);
  return new ExchangeRun(options).run();
}

function checkOptions({ qps, seconds, faults = {} }: SimulateExchangeOptions): void {
  for (const [name, value] of Object.entries({ qps, seconds })) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new GavotteError('GV_BAD_INPUT', `${name} ${value} must be above 0`);
    }
  }
  for (const [name, value] of Object.entries(faults)) {
    const most = name === 'lateMs' || name === 'copies' ? Number.MAX_SAFE_INTEGER : 1;
    if (!(value >= 0 && value <= most)) {
      throw new GavotteError('GV_BAD_INPUT', `faults.${name} ${value} must be 0 to ${most}`);
    }
  }
}

class ExchangeRun {
  readonly #options: SimulateExchangeOptions;
  readonly #books = new Books();
  readonly #queue = new EventQueue();
  readonly #arrivals: RandomStream;
  readonly #traffic;
  readonly #rivals;
  readonly #aftermath: Aftermath;
  readonly #startedAt: number;
  #sent = 0;
  #nextTick: number;
  #inFlight = 0;

  constructor(options: SimulateExchangeOptions) {
    this.#options = options;
    this.#nextTick = options.onTick === undefined ? Number.POSITIVE_INFINITY : TICK_MS;
    const root = randomStream(options.seed);
    this.#arrivals = root.split('arrivals');
    this.#traffic = trafficSource(options);
    this.#rivals = options.rivals ?? rivalLandscape({ seed: options.seed });
    this.#startedAt = options.world.clock.monotonic();
    this.#aftermath = new Aftermath({
      ...options,
      faults: { ...NO_FAULTS, ...options.faults },
      books: this.#books,
      random: root.split('aftermath'),
      audience: new Audience({
        seed: options.seed,
        ...(options.appeal === undefined ? {} : { appeal: options.appeal }),
      }),
      schedule: (afterMs, run) => this.#queue.add(this.#elapsed() + afterMs, run),
      track: (work) => this.#track(work),
    });
  }

  async run(): Promise<ExchangeReport> {
    const { seconds, drainMs = DEFAULT_DRAIN_MS, signal } = this.#options;
    const end = seconds * 1_000;
    this.#scheduleArrival(0, end);
    while (!(signal?.aborted ?? false)) {
      const now = this.#elapsed();
      this.#runDue(Math.min(now, end + drainMs) + DUE_WITHIN_MS);
      const next = Math.min(this.#queue.nextAt, this.#inFlight > 0 ? this.#elapsed() + WAIT_MS : Infinity);
      if (next > end + drainMs) break;
      await this.#wait(Math.min(next, this.#nextTick) - this.#elapsed());
      this.#tickIfDue();
    }
    return this.#books.report();
  }

  #elapsed(): number {
    return this.#options.world.clock.monotonic() - this.#startedAt;
  }

  #runDue(now: number): void {
    for (let done = 0; done < BATCH; done += 1) {
      const run = this.#queue.takeDue(now);
      if (run === undefined) return;
      run();
    }
  }

  async #wait(ms: number): Promise<void> {
    const { world, signal } = this.#options;
    try {
      await world.clock.sleep(Math.max(ms, 0), signal);
    } catch (error) {
      if (GavotteError.from(error).code !== 'GV_CANCELLED') throw error;
    }
  }

  #scheduleArrival(after: number, end: number): void {
    const { qps, diurnal = false, world } = this.#options;
    const hour = Math.floor(world.clock.now() / HOUR_MS) % 24;
    const rate = qps * (diurnal ? HOURLY[hour]! : 1);
    const at = after + exponential(this.#arrivals, 1_000 / rate);
    if (at >= end) return;
    this.#queue.add(at, () => {
      this.#scheduleArrival(at, end);
      this.#send();
    });
  }

  #tickIfDue(): void {
    if (this.#elapsed() + DUE_WITHIN_MS < this.#nextTick) return;
    this.#nextTick += TICK_MS;
    this.#options.onTick?.(this.#books.report());
  }

  #send(): void {
    const { bidder, world } = this.#options;
    const traffic = this.#traffic.request(this.#sent, world.clock.now());
    this.#sent += 1;
    this.#books.request();
    const sentAt = world.clock.monotonic();
    try {
      const answer = bidder.bid(traffic.exchange.name, traffic.bytes);
      if (answer instanceof Promise) this.#track(this.#later(traffic, answer, sentAt));
      else this.#answered(traffic, answer, sentAt);
    } catch (error) {
      this.#failed(traffic, error);
    }
  }

  async #later(traffic: TrafficRequest, answer: Promise<Uint8Array | null>, sentAt: number): Promise<void> {
    try {
      this.#answered(traffic, await answer, sentAt);
    } catch (error) {
      this.#failed(traffic, error);
    }
  }

  #failed(traffic: TrafficRequest, error: unknown): void {
    const late = GavotteError.from(error).code === 'GV_TIMEOUT';
    this.#books.answer(traffic, late ? 'timeout' : 'error');
  }

  #answered(traffic: TrafficRequest, answer: Uint8Array | null, sentAt: number): void {
    const { wire } = traffic;
    if (this.#options.world.clock.monotonic() - sentAt > (wire.tmax ?? Infinity)) {
      this.#books.answer(traffic, 'timeout');
      return;
    }
    const checked = checkResponse(wire, answer);
    const kind = checked.kind === 'bids' ? 'bid' : checked.kind === 'no-bid' ? 'noBid' : 'malformed';
    this.#books.answer(traffic, kind, checked);
    const outcomes = runAuction(wire, checked.bids, (imp) =>
      this.#rivals.bids(`${wire.id} ${imp.id}`, {
        format: imp.banner ? 'banner' : imp.video ? 'video' : imp.audio ? 'audio' : 'native',
        country: traffic.country,
        place: traffic.place,
        time: traffic.time,
      }),
    );
    for (const outcome of outcomes) this.#aftermath.follow({ traffic, outcome });
  }

  #track(work: Promise<void>): void {
    this.#inFlight += 1;
    void work.finally(() => {
      this.#inFlight -= 1;
    });
  }
}
