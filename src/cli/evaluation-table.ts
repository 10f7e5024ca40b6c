import type { Estimate, Evaluation, EvaluationRow } from '../learning/index.ts';
import { type Column, table } from './table.ts';
import { dollars } from './training-view.ts';

/** Titles of a table of policies; the first column is text. */
const TITLES = [
  'policy',
  'runs',
  'surplus of a day (95 %)',
  'over the first (95 %)',
  'better days',
  '',
  'of the way to hindsight',
  'return on spend',
  'spent',
  'pacing error',
  'PG delivered',
] as const;

/** Rows of a table of policies, the head first; for a terminal and for a page. */
export function evaluationRows({ rows, bound, constantBound }: Evaluation): readonly (readonly string[])[] {
  return [
    TITLES,
    ...rows.map(cellsOf),
    ...(constantBound === null ? [] : [['best constant of each day (bound)', '', dollars(constantBound)]]),
    ['hindsight (bound)', '', dollars(bound)],
  ];
}

/** The table for a terminal, with what it is about above it. */
export function showEvaluation(evaluation: Evaluation, width?: number): readonly string[] {
  const { scenario, split, fidelity, first, days, opponent } = evaluation;
  const columns: readonly Column[] = TITLES.map((title, index) => ({
    title,
    align: index === 0 || index === 5 ? 'left' : 'right',
  }));
  return [
    `${scenario}${fidelity === 'exact' ? ', exact' : ''}: ${days} ${split} days (${first} to ${first + days - 1}), the same for all; compared with ${opponent}`,
    '',
    ...table(columns, evaluationRows(evaluation).slice(1), width),
  ];
}

function cellsOf(row: EvaluationRow): readonly string[] {
  const { means, against, normalised } = row;
  return [
    row.name,
    String(row.runs),
    `${dollars(row.surplus.value)} (${(row.surplus.low / 1e6).toFixed(2)} … ${(row.surplus.high / 1e6).toFixed(2)})`,
    against === null ? '' : relative(against.relative),
    against === null ? '' : `${(100 * against.better.value).toFixed(0)} %`,
    against?.verdict ?? '',
    normalised === null ? '' : `${(100 * normalised).toFixed(1)} %`,
    means.roas.toFixed(2),
    `${(100 * means.utilisation).toFixed(1)} %`,
    means.pacingError.toFixed(3),
    `${(100 * means.guaranteed).toFixed(1)} %`,
  ];
}

function relative({ value, low, high }: Estimate): string {
  const percent = (part: number) => `${part >= 0 ? '+' : ''}${(100 * part).toFixed(2)}`;
  return `${percent(value)} % (${percent(low)} … ${percent(high)})`;
}
