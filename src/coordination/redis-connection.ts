import type { Redis } from 'ioredis';
import { GavotteError } from '../kernel/index.ts';

/** A server that is alive answers within a few; who waits longer is better off without. */
export const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;
/** A hung server never closes its side; then ours is closed. */
const DISCONNECT_TIMEOUT_MS = 50;
const RECONNECT_MS = { first: 50, most: 1_000 };
/** What a server says may repeat what was written. */
const MAX_SERVER_TEXT = 200;

/** @throws GV_BAD_INPUT */
export function checkRedisUrl(url: string): void {
  if (/^rediss?:\/\//.test(url) && URL.canParse(url)) return;
  // The URL itself is not repeated, as it may carry a password.
  throw new GavotteError('GV_BAD_INPUT', 'the blackboard’s URL is not one of Redis', {
    fix: 'Write it as redis://user:password@host:6379/0.',
  });
}

/**
 * One connection to the server, which heals by itself. A command is sent once, now, or refused: nothing waits for a
 * server to come back, and nothing is sent twice.
 */
export class RedisConnection {
  readonly #redis: Redis;
  /** Why the connection is not there; the driver tells it apart from the commands that fail by it. */
  #reason: Error | undefined;

  constructor(create: typeof Redis, url: string) {
    this.#redis = new create(url, {
      lazyConnect: true,
      protocol: 2,
      disableClientInfo: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(RECONNECT_MS.first * 2 ** (times - 1), RECONNECT_MS.most),
    });
    this.#redis.on('error', (error) => {
      this.#reason = error;
    });
    this.#redis.on('ready', () => {
      this.#reason = undefined;
    });
  }

  /** @throws GV_BLACKBOARD_UNAVAILABLE, GV_TIMEOUT, GV_BAD_INPUT when the server does not let us in. */
  async open(): Promise<void> {
    await this.ask((redis) => redis.connect());
    await this.ask((redis) => redis.ping());
  }

  /**
   * One command. A server that does not answer is left, as what it answers later would come too late for all behind it.
   * @throws GV_TIMEOUT, GV_BLACKBOARD_UNAVAILABLE, GV_RESPONSE_INVALID, GV_BAD_INPUT
   */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await command(this.#redis);
    } catch (thrown) {
      const error = failure(this.#reason ?? thrown);
      if (error.code === 'GV_TIMEOUT' && this.#redis.status === 'ready') this.#redis.disconnect(true);
      throw error;
    }
  }

  /** Calls `listener` each time the connection is there again. */
  onReady(listener: () => void): void {
    this.#redis.on('ready', listener);
  }

  onMessage(listener: (message: string) => void): void {
    this.#redis.on('message', (_channel: string, message: string) => listener(message));
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** What the driver throws, by what it means to a caller. */
function failure(thrown: unknown): GavotteError {
  const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
  const said = cause.message.slice(0, MAX_SERVER_TEXT);
  if (/timed? ?out/i.test(said))
    return new GavotteError('GV_TIMEOUT', `Redis did not answer within ${COMMAND_TIMEOUT_MS} ms`, {
      fix: 'Read what is there before writing again.',
      cause,
    });
  if (/WRONGTYPE|attempt to perform arithmetic/.test(said))
    return new GavotteError('GV_RESPONSE_INVALID', `Redis holds something else under our keys: ${said}`, {
      fix: 'Give the blackboard a namespace of its own, or remove what is there.',
      cause,
    });
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password/.test(said))
    return new GavotteError('GV_BAD_INPUT', `Redis does not let us in: ${said}`, {
      fix: 'Check the user and password in the URL, and what that user may do.',
      cause,
    });
  return new GavotteError('GV_BLACKBOARD_UNAVAILABLE', `Redis cannot be used: ${said}`, {
    fix: 'Check that the server runs and has memory; read what is there before writing again.',
    cause,
  });
}
