/**
 * The commit of a Redis store as one script: Redis runs it whole, or not at all.
 *
 * @module
 */

/**
 * Makes changes, or returns the conflict that hinders them.
 *
 * Keys: the prefix of the store. Arguments: the identifier of the commit, the number of changes, and for each its kind and its
 * fields. Returns `{"ok", version...}` or `{"conflict", number of the change, actual}`.
 *
 * The outcome of a commit is kept for a while: a client that has lost the answer sends the commit again, and gets it.
 */
export const COMMIT = `
local p = KEYS[1]
local known = redis.call("LRANGE", p .. "commit:" .. ARGV[1], 0, -1)
if #known > 0 then return known end
local at = 3
local changes = {}
local function take() local value = ARGV[at]; at = at + 1; return value end
for i = 1, tonumber(ARGV[2]) do
  local c = { kind = take(), key = take() }
  if c.kind == "set" then
    c.ifVersion = tonumber(take()); c.expiresIn = take(); c.json = take()
  elseif c.kind == "delete" then
    c.ifVersion = tonumber(take())
  elseif c.kind == "append" then
    c.at = tonumber(take()); c.ends = take(); c.count = tonumber(take())
    c.first = at; at = at + c.count
  end
  changes[i] = c
end
for i, c in ipairs(changes) do
  if c.kind == "append" then
    local log = redis.call("HMGET", p .. "length:" .. c.key, "length", "ended")
    local length = tonumber(log[1] or "0")
    if log[2] == "1" then return { "conflict", tostring(i), "-1" } end
    if length ~= c.at then return { "conflict", tostring(i), tostring(length) } end
  elseif c.kind ~= "deleteLog" and c.ifVersion >= 0 then
    local version = tonumber(redis.call("HGET", p .. "record:" .. c.key, "version") or "0")
    if version ~= c.ifVersion then return { "conflict", tostring(i), tostring(version) } end
  end
end
local result = { "ok" }
for _, c in ipairs(changes) do
  if c.kind == "set" then
    local version = redis.call("INCR", p .. "version")
    local name = p .. "record:" .. c.key
    redis.call("HSET", name, "version", version, "value", c.json)
    if c.expiresIn == "" then redis.call("PERSIST", name)
    else redis.call("PEXPIRE", name, c.expiresIn) end
    redis.call("ZADD", p .. "keys", 0, c.key)
    result[#result + 1] = tostring(version)
  elseif c.kind == "delete" then
    redis.call("DEL", p .. "record:" .. c.key)
    redis.call("ZREM", p .. "keys", c.key)
  elseif c.kind == "append" then
    for j = 0, c.count - 1 do
      redis.call("XADD", p .. "log:" .. c.key, "0-" .. (c.at + j + 1), "v", ARGV[c.first + j])
    end
    redis.call("HSET", p .. "length:" .. c.key, "length", c.at + c.count, "ended", c.ends)
    redis.call("PUBLISH", p .. "changes", c.key)
  else
    redis.call("DEL", p .. "log:" .. c.key, p .. "length:" .. c.key)
    redis.call("PUBLISH", p .. "changes", c.key)
  end
end
redis.call("RPUSH", p .. "commit:" .. ARGV[1], unpack(result))
redis.call("PEXPIRE", p .. "commit:" .. ARGV[1], 600000)
return result
`;

/** Stores a blob, or makes one that is there young. Keys: the prefix. Arguments: the hash, the bytes. Returns nothing. */
export const PUT_BLOB = `
local p = KEYS[1]
local time = redis.call("TIME")
if redis.call("EXISTS", p .. "blob:" .. ARGV[1]) == 0 then
  redis.call("SET", p .. "blob:" .. ARGV[1], ARGV[2])
end
redis.call("ZADD", p .. "blobs", 0, ARGV[1])
redis.call("HSET", p .. "stored", ARGV[1], time[1] * 1000 + math.floor(time[2] / 1000))
`;

/** Deletes blobs that were put before a time. Keys: the prefix. Arguments: the time, the hashes. Returns their number. */
export const DELETE_BLOBS = `
local p = KEYS[1]
local count = 0
for i = 2, #ARGV do
  local stored = redis.call("HGET", p .. "stored", ARGV[i])
  if stored and tonumber(stored) < tonumber(ARGV[1]) then
    redis.call("DEL", p .. "blob:" .. ARGV[i])
    redis.call("ZREM", p .. "blobs", ARGV[i])
    redis.call("HDEL", p .. "stored", ARGV[i])
    count = count + 1
  end
end
return count
`;
