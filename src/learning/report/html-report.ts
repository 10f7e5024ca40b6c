import { escapeHtml, type Level, linePlot, type Series } from './line-plot.ts';

/** One training run: its curves by name, each a list of [step, value] with rising steps. */
export interface RunCurves {
  readonly seed: number;
  readonly curves: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

/** One plot of a report: some curves over all runs. */
export interface ReportPlot {
  readonly title: string;
  readonly yLabel: string;
  /** Names of curves. */
  readonly curves: readonly string[];
  readonly levels?: readonly Level[];
}

/** A table of a report; the first row is its head. */
export interface ReportTable {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to judge it. */
  readonly note?: string;
}

/** What a report tells. */
export interface ReportOptions {
  readonly title: string;
  /** Name and value of what was run: command, seed, scenario, duration. */
  readonly facts: readonly (readonly [string, string])[];
  readonly runs: readonly RunCurves[];
  readonly plots: readonly ReportPlot[];
  readonly tables: readonly ReportTable[];
}

/** Half-width of a 95 % interval of a mean, by Student’s t with 1 to 30 degrees of freedom. */
const STUDENT = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1,
  2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04,
];

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; height: auto; margin: 1rem 0; }
svg text { font-size: 11px; fill: currentColor; } svg text[fill] { fill: attr(fill); }
svg .title { font-size: 14px; font-weight: 600; }
.grid { stroke: currentColor; opacity: 0.15; } .level { stroke: currentColor; stroke-dasharray: 5 4; opacity: 0.7; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #8885; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.note { opacity: 0.75; }
`;

/** A report as one HTML page that needs nothing else: no script, no font, no network. */
export function htmlReport({ title, facts, runs, plots, tables }: ReportOptions): string {
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    '<table>',
    ...facts.map(([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`),
    '</table>',
    ...tables.map(tableHtml),
    ...plots.map((plot) =>
      linePlot({
        title: plot.title,
        xLabel: runs.length > 1 ? `agent-steps; mean and 95 % band of ${runs.length} runs` : 'agent-steps',
        yLabel: plot.yLabel,
        series: plot.curves.map((name) => meanSeries(name, runs)),
        ...(plot.levels === undefined ? {} : { levels: plot.levels }),
      }),
    ),
    '</body></html>',
    '',
  ].join('\n');
}

function tableHtml({ title, rows, note }: ReportTable): string {
  const [head = [], ...body] = rows;
  const cells = (row: readonly string[], tag: string) =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>`,
    ...body.map((row) => `<tr>${cells(row, 'td')}</tr>`),
    '</tbody></table>',
    ...(note === undefined ? [] : [`<p class="note">${escapeHtml(note)}</p>`]),
  ].join('\n');
}

/** The mean over runs at each step that all of them reached, with its 95 % interval. */
export function meanSeries(name: string, runs: readonly RunCurves[]): Series {
  const curves = runs.map(({ curves }) => curves[name] ?? []);
  const length = Math.min(...curves.map((curve) => curve.length));
  const points = Array.from({ length: Number.isFinite(length) ? length : 0 }, (_, index) => {
    const values = curves.map((curve) => curve[index]![1]);
    const y = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance =
      values.reduce((sum, value) => sum + (value - y) ** 2, 0) / Math.max(1, values.length - 1);
    const t = STUDENT[Math.min(values.length - 1, STUDENT.length) - 1] ?? 0;
    const half = t * Math.sqrt(variance / values.length);
    return { x: curves[0]![index]![0], y, low: y - half, high: y + half };
  });
  return { name, points };
}
