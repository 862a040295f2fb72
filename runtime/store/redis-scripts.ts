/**
 * The scripts of `redis.ts`: each reads the owner of a session, compares the fence, and only then changes the session.
 * Redis runs a script without interruption.
 *
 * A session is a hash with a time to live:
 *
 *     node      the owner, or if it was released the last one
 *     released  1 if it has no owner
 *     fence     the fence of the owner, or of the last one
 *     before    the fence that was renewed, until its owner has said the new one: the reply may be lost; '' if there is none
 *     sequence  the number of the claim or write; it grows with each of a node
 *     at        when it was written, in milliseconds since the epoch
 *     bytes     what is stored; absent if the session was removed
 *
 * A node that is alive has a key with a time to live, which the directory of the bus uses too: it writes 1. A store
 * that finds no key writes 0, so that the directory notices that the node was away. One key has the fence that was given
 * last. One key has a name for what is in Redis: after Redis has lost all, that is another name.
 *
 * **Note:** a write that has timed out may reach Redis late, after a newer one on another connection. Its sequence
 * tells: of one node and fence, only what is newer is written.
 */

import { defineScript, type RedisScript } from '../platform/redis-client.js';

/**
 * A fence above all that were given, also if Redis has lost the latest of them: it is not below the time in
 * microseconds. `%.0f`, because a number in a script has at most 14 digits as text.
 */
const nextFence = `
local function nextFence(key)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  local fence = tonumber(redis.call('GET', key) or '0') + 1
  if fence < now then fence = now end
  local text = string.format('%.0f', fence)
  redis.call('SET', key, text)
  return text
end
`;

/**
 * Keys: session, fence. Arguments: node, force, beginning of the keys of nodes, sequence.
 * Replies with nothing, or the owner, or the fence and the bytes.
 */
export const claimScript = defineScript(`${nextFence}
local node, released, bytes = unpack(redis.call('HMGET', KEYS[1], 'node', 'released', 'bytes'))
if not bytes then return {} end
if released == '0' and node ~= ARGV[1] and ARGV[2] == '0' and redis.call('EXISTS', ARGV[3] .. node) == 1 then
  return { node }
end
local fence = nextFence(KEYS[2])
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'released', '0', 'fence', fence, 'before', '', 'sequence', ARGV[4])
return { fence, bytes }
`);

/**
 * Keys: session, fence. Arguments: node, fence, sequence, bytes, lifetime, release, renew.
 * Replies with the fence for the next write, or 0.
 */
export const writeScript = defineScript(`${nextFence}
local node, stored, renewed, sequence, bytes =
  unpack(redis.call('HMGET', KEYS[1], 'node', 'fence', 'before', 'sequence', 'bytes'))
local fence, before = ARGV[2], ''
local late = sequence and tonumber(ARGV[3]) < tonumber(sequence)
if fence == renewed then fence, before = stored, fence end
if fence == '0' then
  if bytes and node ~= ARGV[1] or late and node == ARGV[1] then return '0' end
  fence = nextFence(KEYS[2])
elseif stored then
  local difference = tonumber(fence) - tonumber(stored)
  if difference < 0 or (difference == 0 and not bytes) then return '0' end
  if difference == 0 and late then return fence end
end
if ARGV[7] == '1' and ARGV[2] ~= '0' then fence, before = nextFence(KEYS[2]), ARGV[2] end
local time = redis.call('TIME')
local at = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
redis.call('HSET', KEYS[1],
  'node', ARGV[1], 'released', ARGV[6], 'fence', fence, 'before', before, 'sequence', ARGV[3], 'at', at,
  'bytes', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return fence
`);

/** Keys: node, name. Arguments: lease, a name if there is none. Replies with the name. */
export const beatScript = defineScript(`
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then redis.call('SET', KEYS[1], '0', 'PX', ARGV[1]) end
redis.call('SETNX', KEYS[2], ARGV[2])
return redis.call('GET', KEYS[2])
`);

const take = `
local function take(fence, time)
  local stored, bytes = unpack(redis.call('HMGET', KEYS[1], 'fence', 'bytes'))
  if not bytes or tonumber(fence) < tonumber(stored) then return false end
  redis.call('HDEL', KEYS[1], 'bytes')
  redis.call('HSET', KEYS[1], 'released', '1')
  redis.call('PEXPIRE', KEYS[1], time)
  return bytes
end
`;

/** Keys: session. Arguments: fence, milliseconds for which it is remembered. */
export const removeScript = defineScript(`${take}
take(ARGV[1], ARGV[2])
return '1'
`);

/**
 * Keys: session, quarantine. Arguments: fence, milliseconds for which it is remembered, the line before the bytes, how
 * many are kept, for how many milliseconds.
 */
export const quarantineScript = defineScript(`${take}
local bytes = take(ARGV[1], ARGV[2])
if not bytes then return '0' end
redis.call('LPUSH', KEYS[2], ARGV[3] .. bytes)
redis.call('LTRIM', KEYS[2], 0, ARGV[4] - 1)
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return '1'
`);

/**
 * Keys: sessions. Arguments: beginning of the keys of nodes.
 * Replies for each key with: whether it is a session with bytes, how many, when they were written, the owner if it is
 * alive.
 */
export const listScript = defineScript(`
local list = {}
for index, key in ipairs(KEYS) do
  if redis.call('TYPE', key)['ok'] == 'hash' and redis.call('HEXISTS', key, 'bytes') == 1 then
    local node, released, at = unpack(redis.call('HMGET', key, 'node', 'released', 'at'))
    local isHeld = released == '0' and redis.call('EXISTS', ARGV[1] .. node) == 1
    list[index] = { 1, redis.call('HSTRLEN', key, 'bytes'), at or '0', isHeld and node or '' }
  else
    list[index] = { 0, 0, '0', '' }
  end
end
return list
`);

/**
 * Keys: notices. Arguments: name, value, lifetime in milliseconds. A notice is a member of a sorted set, with the time when it
 * was left: by the clock of Redis, which all nodes share.
 */
export const noteScript = defineScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[3]))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[2] .. ' ' .. ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return '1'
`);

/** All of them. */
export const storeScripts: readonly RedisScript[] = [
  beatScript,
  claimScript,
  listScript,
  noteScript,
  quarantineScript,
  removeScript,
  writeScript,
];
