import { TrafficForecast } from '../../delivery/index.ts';

const HOUR_MS = 3_600_000;

/** What hours bring, over all bidders, from what each has counted so far. */
export class Traffic {
  readonly forecast = new TrafficForecast('UTC');
  /** What each process had counted when it last told. */
  readonly #told = new Map<string, { available: number; at: number }>();
  #hour = -1;
  #came = 0;

  /** A process has counted `available` impressions since it began. */
  counted(holder: string, at: number, available: number): void {
    const before = this.#told.get(holder);
    // Counts come once and in order; an older one says nothing new.
    if (before !== undefined && at <= before.at) return;
    this.#told.set(holder, { available, at });
    const hour = Math.floor(at / HOUR_MS);
    if (hour !== this.#hour) {
      if (this.#hour >= 0 && this.#came > 0)
        this.forecast.learn(this.forecast.hourOfWeek(this.#hour * HOUR_MS), this.#came);
      this.#hour = hour;
      this.#came = 0;
    }
    this.#came += Math.max(0, available - (before?.available ?? 0));
  }
}
