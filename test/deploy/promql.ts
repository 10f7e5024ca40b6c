import { METRICS, type MetricInfo } from '../../src/telemetry/index.ts';

/** What Prometheus adds to every series. */
const OF_THE_SCRAPE = ['instance', 'job'];
const METRICS_BY_NAME: ReadonlyMap<string, MetricInfo> = new Map(Object.entries(METRICS));

/** One sentence for each metric and label in an expression that nobody serves; `recorded` are names of recording rules. */
export function promqlProblems(
  expression: string,
  recorded: ReadonlySet<string> = new Set(),
): readonly string[] {
  // What is in quotes names nothing.
  const code = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const problems: string[] = [];
  const known = new Set(OF_THE_SCRAPE);
  for (const [, name = '', selector = ''] of code.matchAll(
    /\b((?:gavotte|process)[_:][a-z0-9_:]+)(\{[^}]*\})?/g,
  )) {
    const labels = recorded.has(name) ? labelsOfAll() : labelsOf(name);
    if (labels === undefined) problems.push(`no metric is called ${name}`);
    for (const label of labels ?? []) known.add(label);
    for (const [, label = ''] of selector.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g))
      if (labels !== undefined && ![...labels, ...OF_THE_SCRAPE].includes(label))
        problems.push(`${name} has no label ${label}`);
  }
  for (const [, list = ''] of code.matchAll(
    /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g,
  ))
    for (const label of list.split(',').map((each) => each.trim()))
      if (label !== '' && !known.has(label)) problems.push(`no metric in it has the label ${label}`);
  return problems;
}

/** Labels of a series by its name, with `le` for buckets; undefined when there is none. */
function labelsOf(name: string): readonly string[] | undefined {
  const plain = METRICS_BY_NAME.get(name);
  if (plain !== undefined && plain.type !== 'histogram') return plain.labels;
  const [, family = '', part = ''] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = METRICS_BY_NAME.get(family);
  if (histogram?.type !== 'histogram') return undefined;
  return part === 'bucket' ? [...histogram.labels, 'le'] : histogram.labels;
}

function labelsOfAll(): readonly string[] {
  return [...METRICS_BY_NAME.values()].flatMap(({ labels }) => labels);
}
