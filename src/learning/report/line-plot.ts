/** A line with the band around it; x rises. */
export interface Series {
  readonly name: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
  }[];
}

/** A level to compare with, drawn across the plot. */
export interface Level {
  readonly name: string;
  readonly y: number;
}

/** What a plot shows. */
export interface PlotOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly levels?: readonly Level[];
}

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 170;
const TOP = 34;
const BOTTOM = 44;
/** Told apart by people who do not see red and green alike (Okabe & Ito, 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** An SVG of lines with their bands, and dashed levels. Figures that are not finite are left out. */
export function linePlot({ title, xLabel, yLabel, series, levels = [] }: PlotOptions): string {
  const shown = series.map((each) => ({ ...each, points: each.points.filter(isFinitePoint) }));
  const points = shown.flatMap((each) => each.points);
  const known = levels.filter(({ y }) => Number.isFinite(y));
  if (points.length === 0) return `<p>${escapeHtml(title)}: nothing to plot yet.</p>`;
  const xs = axis(points.map(({ x }) => x));
  const ys = axis([...points.flatMap(({ low, high, y }) => [low, high, y]), ...known.map(({ y }) => y)]);
  const px = (x: number) => LEFT + ((x - xs.from) / (xs.to - xs.from)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number) => HEIGHT - BOTTOM - ((y - ys.from) / (ys.to - ys.from)) * (HEIGHT - TOP - BOTTOM);
  const at = (x: number, y: number) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`;
  const parts = [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    `<text class="title" x="${LEFT}" y="18">${escapeHtml(title)}</text>`,
    ...xs.ticks.map((x) => text(px(x), HEIGHT - BOTTOM + 16, shortNumber(x), 'middle')),
    ...ys.ticks.map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(y).toFixed(1)}" y2="${py(y).toFixed(1)}"/>${text(LEFT - 6, py(y) + 4, shortNumber(y), 'end')}`,
    ),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xLabel, 'middle'),
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yLabel)}</text>`,
  ];
  for (const [index, { points: line }] of shown.entries()) {
    if (line.length === 0) continue;
    const colour = COLOURS[index % COLOURS.length];
    const band = [
      ...line.map(({ x, high }) => at(x, high)),
      ...line.toReversed().map(({ x, low }) => at(x, low)),
    ].join(' ');
    parts.push(`<polygon points="${band}" fill="${colour}" opacity="0.18"/>`);
    parts.push(
      `<polyline points="${line.map(({ x, y }) => at(x, y)).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
  }
  for (const { y } of known)
    parts.push(
      `<line class="level" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(y).toFixed(1)}" y2="${py(y).toFixed(1)}"/>`,
    );
  parts.push(...legend(shown, known, py), '</svg>');
  return parts.join('\n');
}

/** Names beside the ends of their lines, moved apart where they would overlap. */
function legend(series: readonly Series[], levels: readonly Level[], py: (y: number) => number): string[] {
  const names = [
    ...series.flatMap(({ name, points }, index) => {
      const last = points.at(-1);
      return last === undefined ? [] : [{ name, y: py(last.y), colour: COLOURS[index % COLOURS.length]! }];
    }),
    ...levels.map(({ name, y }) => ({ name, y: py(y), colour: 'currentColor' })),
  ].sort((a, b) => a.y - b.y);
  let free = TOP;
  return names.map(({ name, y, colour }) => {
    const place = Math.max(free, y);
    free = place + 15;
    return `<text x="${WIDTH - RIGHT + 8}" y="${(place + 4).toFixed(1)}" fill="${colour}">${escapeHtml(name)}</text>`;
  });
}

function isFinitePoint({ x, y, low, high }: Series['points'][number]): boolean {
  return [x, y, low, high].every(Number.isFinite);
}

/** A range a little wider than the values, with round numbers to mark. */
function axis(values: readonly number[]): { from: number; to: number; ticks: readonly number[] } {
  let from = Infinity;
  let to = -Infinity;
  for (const value of values) {
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (from === to) {
    from -= Math.abs(from) / 2 || 1;
    to += Math.abs(to) / 2 || 1;
  }
  const step = roundStep((to - from) / 5);
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { from, to, ticks };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const scaled = rough / power;
  return power * (scaled < 1.5 ? 1 : scaled < 3.5 ? 2 : scaled < 7.5 ? 5 : 10);
}

function text(x: number, y: number, value: string, anchor: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(value)}</text>`;
}

/** 1.2k, 3M, 0.05. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (size >= 1e3) return `${trimmed(value / 1e3)}k`;
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Text that stays text in HTML. */
export function escapeHtml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
