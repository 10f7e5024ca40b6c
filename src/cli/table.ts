import { safeText } from './safe-text.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Longest cell; the rest is cut with an ellipsis. @defaultValue 40 */
  readonly maxWidth?: number;
}

/** Cells aligned under their titles, two spaces apart; every cell is made printable first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) =>
    columns.map((column, index) => cut(safeText(row[index] ?? ''), column.maxWidth ?? 40)),
  );
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => row[index]!.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) =>
        columns[index]!.align === 'right' ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join('  ')
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    line(widths.map((width) => '─'.repeat(width))),
    ...cells.map(line),
  ];
}

function cut(text: string, maxWidth: number): string {
  return text.length <= maxWidth ? text : `${text.slice(0, maxWidth - 1)}…`;
}
