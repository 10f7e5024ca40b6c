import type { EpochMs } from '../kernel/index.ts';
import type { StoredEntry } from './blackboard-entry.ts';

/** What the scripts say on the channel: `born version writtenAt ttl key value`; ttl 0 says that the key was removed. */
const MESSAGE =
  /^(?<born>\d{1,16}) (?<version>\d{1,16}) (?<writtenAt>\d{1,16}) (?<ttlMs>\d{1,12}) (?<key>\S{1,256}) /;

/** A change, as heard. */
export interface RedisMessage {
  /** When the count of versions began. */
  readonly born: string;
  readonly key: string;
  readonly version: number;
  /** Undefined when the key was removed. */
  readonly stored: StoredEntry | undefined;
}

/** Undefined when somebody else said it. */
export function parseMessage(message: string): RedisMessage | undefined {
  const match = MESSAGE.exec(message);
  if (match === null) return undefined;
  const { born, version, writtenAt, ttlMs, key } = match.groups as Record<
    'born' | 'version' | 'writtenAt' | 'ttlMs' | 'key',
    string
  >;
  const stored = {
    text: message.slice(match[0].length),
    version: Number(version),
    writtenAt: Number(writtenAt) as EpochMs,
    ttlMs: Number(ttlMs),
  };
  return { born, key, version: stored.version, stored: stored.ttlMs === 0 ? undefined : stored };
}
