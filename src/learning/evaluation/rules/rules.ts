import { classicalContender } from '../contenders.ts';
import { bangBang } from './bang-bang.ts';
import { dualDescent } from './dual-descent.ts';
import { greedy } from './greedy.ts';
import { minPacing } from './min-pacing.ts';
import { onlineLp } from './online-lp.ts';
import { ortb, ortb1, ortb2 } from './ortb.ts';
import { pid } from './pid.ts';
import { random } from './random.ts';
import { reSolve } from './re-solve.ts';
import { rlb } from './rlb.ts';
import type { Rule } from './rule.ts';
import { fixed } from './static.ts';
import { throttle } from './throttle.ts';

/** The rules of the literature that are about pace and price; those of P48 are beside their market. */
export const RULES: readonly Rule[] = [
  { name: 'random', summary: 'corrections by chance', make: random },
  { name: 'static', summary: 'one multiplier for all days', make: fixed },
  { name: 'greedy', summary: 'bids the whole worth until the money is gone', make: greedy },
  { name: 'bang-bang', summary: 'a step up when ahead of the plan, a step down when behind', make: bangBang },
  { name: 'pid', summary: 'PID control of the error against the plan', make: pid },
  { name: 'dmd', summary: 'dual mirror descent towards even spending', make: dualDescent },
  {
    name: 're-solve',
    summary: 'each tick, the multiplier that would spend what is left by the forecast',
    make: reSolve,
  },
  { name: 'throttle', summary: 'one multiplier; pace by taking part in fewer auctions', make: throttle },
  { name: 'ortb1', summary: 'optimal non-linear bids where w(b) = b/(c + b)', make: ortb('ortb1', ortb1) },
  { name: 'ortb2', summary: 'optimal non-linear bids where w(b) = b²/(c² + b²)', make: ortb('ortb2', ortb2) },
  { name: 'online-lp', summary: 'the dual price of money in what was seen of the day', make: onlineLp },
  { name: 'rlb', summary: 'the value of money by dynamic programming over budget and time', make: rlb },
  { name: 'min-pacing', summary: 'the lower of a budget’s and a return’s multiplier', make: minPacing },
  {
    name: 'classical',
    summary: 'the composition that is served',
    make: (tuning) => classicalContender('classical', tuning),
  },
];
