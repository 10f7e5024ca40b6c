/** One press of Ctrl-C can arrive twice (from the terminal and from a parent process): closer together is one. */
const SAME_PRESS_MS = 200;
/** 128 + SIGINT, what shells expect of an interrupted program. */
export const EXIT_INTERRUPTED = 130;

/** The parts of `process` that an interrupt needs. */
export interface Interruptible {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** What Ctrl-C does to a command. */
export interface Interrupt extends Disposable {
  /** Aborts at the first press. */
  readonly signal: AbortSignal;
}

/**
 * The first Ctrl-C (or SIGTERM) aborts `signal`: no new step begins, money steps in flight are finished, as one
 * torn off would have to be reconciled later. The second ends the process at once, which is safe too: what was
 * in flight is found and settled at the next start.
 */
export function catchInterrupts(
  target: Interruptible,
  options: { note: (text: string) => void; exit: (code: number) => void; now: () => number },
): Interrupt {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = options.now();
      options.note('Stopping: finishing what is in flight. Press Ctrl-C again to stop at once.');
      controller.abort();
    } else if (options.now() - firstAt >= SAME_PRESS_MS) {
      options.exit(EXIT_INTERRUPTED);
    }
  };
  target.on('SIGINT', onSignal);
  target.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      target.off('SIGINT', onSignal);
      target.off('SIGTERM', onSignal);
    },
  };
}
