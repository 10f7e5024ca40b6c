import { GavotteError, type RandomStream } from '../../kernel/index.ts';
import type { OutcomeLog } from '../log.ts';

/** A log in front of another that can be away, take records unheard, and take them twice: a broker on a bad day. */
export interface AwayLog extends OutcomeLog {
  isAway: boolean;
  /** How often of a hundred it takes a batch without saying so. */
  unheard: number;
}

/** Puts weather before `log`. */
export function awayLog(log: OutcomeLog, random: RandomStream): AwayLog {
  const unavailable = () => new GavotteError('GV_OUTCOMES_UNAVAILABLE', 'the broker is away');
  return {
    ...log,
    isAway: false,
    unheard: 0,
    async append(records) {
      if (this.isAway) throw unavailable();
      // Half a batch may be there as well, as it goes to several partitions.
      const isUnheard = random.int(100) < this.unheard;
      await log.append(isUnheard ? records.slice(0, random.int(records.length + 1)) : records);
      if (isUnheard) throw unavailable();
    },
  };
}
