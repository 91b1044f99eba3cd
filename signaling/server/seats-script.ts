/**
 * The seats of a shared room inside Redis: address to `process socket since group`. A seat lives as long as the lease of its
 * process. Every change is published to each process with a seat in the room, as the whole room, so that one that missed a
 * message catches up with the next.
 *
 *   KEYS  seats of the room
 *   ARGV  operation, room, room's limit, share of strangers, share of a network, `1` to publish anyway, `1` to take every
 *         process for alive, then address, process, socket, since, group of each seat
 *
 * `admit` is the rule of `relay/admission.ts`.
 */
export const seatsLua = `
local op, room, most, few, share = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local changed, trusting = ARGV[6] == '1', ARGV[7] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seats, alive, told, answer, displaced, newest = {}, {}, {}, 'done', '', now - 1
local function lives(process)
  if alive[process] == nil then
    alive[process] = trusting or redis.call('EXISTS', 'mlwe:process:' .. process) == 1
  end
  return alive[process]
end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local process, socket, since, group = string.match(all[i + 1], '^(%S+) (%S+) (%d+) (%S+)$')
  if process and lives(process) then
    seats[all[i]] = {address = all[i], process = process, socket = socket, since = tonumber(since), group = group}
    told[process] = true
    newest = math.max(newest, tonumber(since))
  else redis.call('HDEL', KEYS[1], all[i]); changed = true end
end
local function put(seat)
  local value = seat.process .. ' ' .. seat.socket .. ' ' .. string.format('%.0f', seat.since) .. ' ' .. seat.group
  redis.call('HSET', KEYS[1], seat.address, value)
  seats[seat.address] = seat
  told[seat.process] = true
  changed = true
end
local function member(group) return string.sub(group, 1, 1) == 'm' end
local function youngest(of_members, least)
  local sizes, largest, found = {}, 0, nil
  for _, seat in pairs(seats) do
    if member(seat.group) == of_members then
      sizes[seat.group] = (sizes[seat.group] or 0) + 1
      largest = math.max(largest, sizes[seat.group])
    end
  end
  if largest < least then return 'full' end
  for _, seat in pairs(seats) do
    local ours = member(seat.group) == of_members and sizes[seat.group] == largest
    if ours and (not found or seat.since > found.since) then found = seat end
  end
  return found or 'full'
end
local function admit(group)
  local total, strangers, kin = 0, 0, 0
  for _, seat in pairs(seats) do
    total = total + 1
    if not member(seat.group) then strangers = strangers + 1 end
    if seat.group == group then kin = kin + 1 end
  end
  local members = total - strangers
  if member(group) then
    if total < most then return nil end
    if strangers > few or members == 0 then return youngest(false, 0) end
    return youngest(true, kin + 2)
  end
  if group ~= '-' and kin >= share then return 'full' end
  if strangers < math.min(members > 0 and few or most, most - members) then return nil end
  return youngest(false, kin + 2)
end
for i = 8, #ARGV, 5 do
  local seat = {address = ARGV[i], process = ARGV[i + 1], socket = ARGV[i + 2], since = tonumber(ARGV[i + 3]), group = ARGV[i + 4]}
  local old = seats[seat.address]
  local same = old and old.process == seat.process and old.socket == seat.socket
  if op == 'claim' then
    seats[seat.address] = nil
    local verdict = admit(seat.group)
    if verdict == 'full' then answer = 'room-full'; seats[seat.address] = old
    else
      if verdict then
        redis.call('HDEL', KEYS[1], verdict.address)
        seats[verdict.address] = nil
        displaced = verdict.address .. ' ' .. verdict.process .. ' ' .. verdict.socket
      end
      newest = newest + 1
      seat.since = newest
      put(seat)
    end
  elseif op == 'release' then
    if same then redis.call('HDEL', KEYS[1], seat.address); seats[seat.address] = nil; changed = true end
  elseif op == 'renew' and (not old or (same and old.group ~= seat.group)) then put(seat) end
end
redis.call('PEXPIRE', KEYS[1], 86400000)
if changed then
  local sorted, lines = {}, {}
  for _, seat in pairs(seats) do sorted[#sorted + 1] = seat end
  table.sort(sorted, function(a, b) return a.since < b.since end)
  for i, seat in ipairs(sorted) do
    lines[i] = seat.address .. ' ' .. seat.process .. ' ' .. seat.socket .. ' ' .. string.format('%.0f', seat.since) .. ' ' .. seat.group
  end
  local message = 'S' .. room .. ';' .. displaced .. ';' .. table.concat(lines, ',')
  for process in pairs(told) do redis.call('PUBLISH', 'mlwe:process:' .. process, message) end
end
return answer
`
