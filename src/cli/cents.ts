import { type Money, micros, showMoney } from '../kernel/index.ts';

const MICROS_PER_CENT = 10_000;

/** Money to the cent for tables, rounded up; `-` when there is none. Exact figures are in `--json`. */
export function cents(value: Money | null): string {
  if (value === null) return '-';
  const rounded = micros(Math.ceil(value.amountMicros / MICROS_PER_CENT) * MICROS_PER_CENT);
  return showMoney({ ...value, amountMicros: rounded });
}
