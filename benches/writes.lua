-- wrk script: single-record changes by the changes API.  wrk -s writes.lua URL -- IDS insert|update _
local ids, kind, i = {}, "insert", 0
function init(args)
  for line in io.lines(args[1]) do ids[#ids + 1] = line end
  kind = args[2]
  math.randomseed(61)
end
local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. (os.getenv("MEYDAN_TOKEN") or "") }
function request()
  i = i + 1
  local body
  if kind == "insert" then
    body = string.format('{"changes":[{"register":"building","op":"insert","values":{"name":"Yeni %d","floors":%d},"geometry":{"type":"Polygon","coordinates":[[[39.7%03d,41.0%03d],[39.8,41.0%03d],[39.8,41.2],[39.7%03d,41.0%03d]]]}}]}', i, i % 9 + 1, i % 999, i % 997, i % 997, i % 999, i % 997)
  else
    body = string.format('{"changes":[{"register":"building","op":"update","id":"%s","values":{"floors":%d}}]}', ids[math.random(#ids)], i % 12 + 1)
  end
  return wrk.format("POST", "/api/changes", headers, body)
end
function done(s, l)
  local e = s.errors
  io.write(string.format("rps %.0f  p50_ms %.2f  p99_ms %.2f  MB/s %.1f  errors %d\n", s.requests / s.duration * 1e6, l:percentile(50) / 1000, l:percentile(99) / 1000, s.bytes / s.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
