import type { Shading } from '../../../adauction/index.ts';
import type { ClassicalTuning } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';
import { solving } from './price-of-money.ts';
import { responses } from './response.ts';

/**
 * ORTB (Zhang, Yuan and Wang, Optimal real-time bidding for display advertising, KDD 2014, section 3): the bid for a value
 * v that maximises Σ v·w(b) under Σ b·w(b) ≤ budget, where a bid of b wins with chance w(b). It is concave in v: less for
 * dear impressions than a linear bid, and more for cheap ones, of which there are many. With 1 + λ as the price of money it
 * also maximises Σ (v − b)·w(b), which is surplus.
 *
 * c is the bid that wins half of the auctions: the price level that the campaign believes in. λ solves the budget’s
 * constraint, for the requests seen so far.
 */
export function ortb(name: string, shading: Shading): (tuning: ClassicalTuning) => Contender {
  return (tuning) => ({ ...solving(name, tuning, responses(tuning.shade, shading)), shading });
}

/**
 * ORTB1, for w(b) = b ÷ (c + b): b = √(c·v/λ + c²) − c.
 * @param log of v ÷ (λ·c). @returns log of b ÷ (v/λ), below 0.
 */
export const ortb1: Shading = (log) => -Math.log(Math.sqrt(Math.exp(log) + 1) + 1);

/**
 * ORTB2, for w(b) = b² ÷ (c² + b²): b = c·(z^⅓ − z^−⅓), where z = (v + √(c²λ² + v²)) ÷ (c·λ).
 * @param log of v ÷ (λ·c). @returns log of b ÷ (v/λ), below 0.
 */
export const ortb2: Shading = (log) => Math.log(2 * Math.sinh(Math.asinh(Math.exp(log)) / 3)) - log;
