/** Of the value of clicks, shares that follow within about an hour and about a day, and the mean wait in minutes. */
const DELAYS = [
  { until: 0.4, minutes: 60 },
  { until: 1, minutes: 1_080 },
] as const;

/** Value that a click will have brought. */
interface Due {
  readonly minute: number;
  readonly campaign: number;
  readonly micros: number;
}

/** What clicks bring, and when: some of it soon, most of it after the day. */
export class ClickDues {
  #due: Due[] = [];

  /**
   * A click at a minute of the day will be worth `micros`.
   * @param kind which of the delays it has, and `wait` how long it is: uniform numbers.
   * @returns the minute of the day in which it will be, which may be after its end.
   */
  add(minute: number, campaign: number, micros: number, kind: number, wait: number): number {
    const { minutes } = DELAYS.find(({ until }) => kind < until)!;
    const due = minute - Math.log(wait) * minutes;
    this.#due.push({ minute: due, campaign, micros });
    return due;
  }

  /** Tells `pay` what has come in by a minute. */
  settle(minute: number, pay: (campaign: number, micros: number) => void): void {
    this.#due = this.#due.filter((due) => {
      if (due.minute > minute) return true;
      pay(due.campaign, due.micros);
      return false;
    });
  }
}
