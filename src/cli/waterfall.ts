import type { WaterfallStep } from '../deals/index.ts';
import { type Money, micros } from '../kernel/index.ts';
import { cents } from './cents.ts';
import { type Column, table } from './table.ts';

const BAR_WIDTH = 24;

const COLUMNS: readonly Column[] = [
  { title: 'step', align: 'left' },
  { title: 'change', align: 'right' },
  { title: 'CPM', align: 'right' },
  { title: '', align: 'left' },
  { title: '', align: 'left', maxWidth: 100 },
];

/**
 * A quote's way from the seller's price to its effective CPM as text bars: what a step adds is solid and begins
 * where the step before it ended, what it takes away is light. Empty without steps.
 */
export function waterfallLines(steps: readonly WaterfallStep[]): readonly string[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const rows = steps.map((step, index) => [
    step.label,
    index === 0 ? '' : signed(step.change),
    cents(step.cpm),
    drawBar(step, last, steps),
    step.arithmetic,
  ]);
  // Of one step the total would only be the same line again.
  if (steps.length === 1) return table(COLUMNS, rows).slice(2);
  const total = [
    'effective CPM',
    '',
    cents(last.cpm),
    '█'.repeat(scale(last.cpm.amountMicros, steps, last)),
    '',
  ];
  return table(COLUMNS, [...rows, total]).slice(2);
}

/** Bars compare only sums of one currency: what the seller said in its own is told in figures alone. */
function drawBar(step: WaterfallStep, last: WaterfallStep, steps: readonly WaterfallStep[]): string {
  if (step.cpm.currency !== last.cpm.currency) return '';
  const after = step.cpm.amountMicros;
  const before = after - step.change.amountMicros;
  const from = scale(Math.min(before, after), steps, last);
  const to = scale(Math.max(before, after), steps, last);
  return `${'·'.repeat(from)}${(after < before ? '░' : '█').repeat(to - from)}`;
}

function scale(amount: number, steps: readonly WaterfallStep[], last: WaterfallStep): number {
  const comparable = steps.filter(({ cpm }) => cpm.currency === last.cpm.currency);
  const tops = comparable.flatMap(({ cpm, change }) => [
    cpm.amountMicros,
    cpm.amountMicros - change.amountMicros,
  ]);
  return Math.round((BAR_WIDTH * amount) / Math.max(1, ...tops));
}

function signed(change: Money): string {
  if (change.amountMicros === 0) return '';
  const size = cents({ ...change, amountMicros: micros(Math.abs(change.amountMicros)) });
  return `${change.amountMicros > 0 ? '+' : '-'}${size}`;
}
