/*
 * Each script is one atomic step of the server. Times are the server's. An entry is a hash: `v` version, `d` value as
 * JSON, `w` when it was written, `t` TTL. A version is the server's time in microseconds, or one more than the last if
 * that is later: so versions rise also when a flush or a failover loses the count, and no key leaves anything behind.
 * The count itself is kept for a day, in which a clock that was set back has to be right again; when it was `born` tells
 * a flush from a quiet hour.
 * Numbers up to 2^53 are exact in Lua, and "%.0f" writes them in full.
 */

const NEXT_VERSION = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function nextVersion(counter)
  local last = tonumber(redis.call('HGET', counter, 'last') or '0')
  local version = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
  redis.call('HSET', counter, 'last', version)
  redis.call('HSETNX', counter, 'born', version)
  redis.call('EXPIRE', counter, 86400)
  return version, redis.call('HGET', counter, 'born')
end
local actual = redis.call('HGET', KEYS[1], 'v') or '0'
`;

/**
 * KEYS entry, counter. ARGV expected version or '', value, TTL in ms, how long it is kept in ms, channel, key.
 * Returns whether it was written, and the version that is held.
 */
export const WRITE = `${NEXT_VERSION}
if ARGV[1] ~= '' and ARGV[1] ~= actual then return {0, actual} end
local version, born = nextVersion(KEYS[2])
local w = string.format('%.0f', now)
redis.call('HSET', KEYS[1], 'v', version, 'd', ARGV[2], 'w', w, 't', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[5], table.concat({born, version, w, ARGV[3], ARGV[6], ARGV[2]}, ' '))
return {1, version}
`;

/**
 * KEYS entry, counter. ARGV expected version or '', channel, key. Returns whether it was removed, and the version that
 * was held.
 */
export const REMOVE = `${NEXT_VERSION}
if ARGV[1] ~= '' and ARGV[1] ~= actual then return {0, actual} end
if actual == '0' then return {1, actual} end
redis.call('DEL', KEYS[1])
local version, born = nextVersion(KEYS[2])
redis.call('PUBLISH', ARGV[2], table.concat({born, version, '0', '0', ARGV[3], ''}, ' '))
return {1, actual}
`;

/** KEYS entries. Returns the server's time in ms, then version, value, time and TTL of each; all empty when there is none. */
export const READ = `
local time = redis.call('TIME')
local found = {string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))}
for _, key in ipairs(KEYS) do
  local entry = redis.call('HMGET', key, 'v', 'd', 'w', 't')
  for field = 1, 4 do found[#found + 1] = entry[field] or '' end
end
return found
`;
