import { safeText } from './safe-text.ts';
import { cutToWidth, padToWidth, textWidth } from './text-width.ts';

export interface Column {
  readonly title: string;
  /** Sums and counts stand on the right, so that their digits line up; those are never cut to fit. */
  readonly align: 'left' | 'right';
  /** Longest cell; the rest is cut with an ellipsis. @defaultValue 40 */
  readonly maxWidth?: number;
}

const GAP = '  ';
/** A text column is not squeezed below this, where nothing can be recognised any more. */
const LEAST_TEXT_WIDTH = 8;

/**
 * Cells aligned under their titles, two spaces apart; every cell is made safe for a terminal first. With `width`
 * the columns of text are squeezed, the widest first, until a line fits.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width?: number,
): readonly string[] {
  const cells = rows.map((row) => columns.map((_column, index) => safeText(row[index] ?? '')));
  const natural = columns.map((column, index) =>
    Math.max(
      textWidth(column.title),
      ...cells.map((row) => Math.min(textWidth(row[index]!), column.maxWidth ?? 40)),
    ),
  );
  const widths = width === undefined ? natural : squeeze(columns, natural, width);
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) =>
        padToWidth(cutToWidth(cell, widths[index]!), widths[index]!, columns[index]!.align),
      )
      .join(GAP)
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    line(widths.map((each) => '─'.repeat(each))),
    ...cells.map(line),
  ];
}

function squeeze(columns: readonly Column[], natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const gaps = GAP.length * (columns.length - 1);
  let excess = widths.reduce((sum, each) => sum + each, gaps) - width;
  while (excess > 0) {
    const widest = widestText(columns, widths);
    if (widest === undefined) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return widths;
}

function widestText(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let widest: number | undefined;
  columns.forEach(({ align }, index) => {
    const canShrink = align === 'left' && widths[index]! > LEAST_TEXT_WIDTH;
    if (canShrink && (widest === undefined || widths[index]! > widths[widest]!)) widest = index;
  });
  return widest;
}
