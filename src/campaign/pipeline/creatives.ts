import type { Creative } from '../../openrtb/index.ts';

/** What a channel shows. Where it may be anything, every creative fits. */
export function formatOf(channel: string): Creative['format'] | null {
  switch (channel) {
    case 'ctv':
    case 'video':
    case 'linear_tv':
      return 'video';
    case 'display':
      return 'banner';
    case 'audio':
      return 'audio';
    case 'native':
      return 'native';
    default:
      return null;
  }
}

/** Creatives that a channel can show. */
export function creativesFor(channel: string, creatives: readonly Creative[]): readonly Creative[] {
  const format = formatOf(channel);
  return creatives.filter((each) => format === null || each.format === format);
}

/** The ids of the creatives of each channel, and the channels that have none. */
export function assignCreatives(
  channels: readonly string[],
  creatives: readonly Creative[],
): {
  readonly creatives: Readonly<Record<string, readonly string[]>>;
  readonly missing: readonly string[];
} {
  const assigned = channels.map(
    (channel) => [channel, creativesFor(channel, creatives).map(({ id }) => id)] as const,
  );
  return {
    creatives: Object.fromEntries(assigned),
    missing: assigned.filter(([, ids]) => ids.length === 0).map(([channel]) => channel),
  };
}
