-- Driven by Benchmarks/rpc.py: posts the lines of the file BODIES as JSON-RPC, one after the other and then again from
-- the first, and prints what came of it as one line of JSON. Without BODIES it gets the page `/`. With EXPECTED every
-- reply must have that body.
local requests = {}
local threads = {}
local bodies, expected = os.getenv("BODIES"), os.getenv("EXPECTED")
-- wrk asks for one request before it begins, to look at it: the first one is told twice.
sent, wrong = -1, 0

function setup(thread)
  table.insert(threads, thread)
end

if bodies then
  function init()
    local headers = { ["Content-Type"] = "application/json" }
    for line in assert(io.open(bodies)):lines() do
      table.insert(requests, wrk.format("POST", "/", headers, line))
    end
  end

  function request()
    sent = sent + 1
    return requests[math.max(0, sent - 1) % #requests + 1]
  end
end

-- A function that looks at replies costs the generator more than sending them: only there when they are to be checked.
if expected then
  function response(status, _, body)
    if status ~= 200 or body ~= expected then
      wrong = wrong + 1
    end
  end
end

function done(summary, latency)
  local sent, wrong = 0, 0
  for _, thread in ipairs(threads) do
    sent, wrong = sent + thread:get("sent"), wrong + thread:get("wrong")
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "sent": %d, "wrong": %d, "microseconds": %d, "bytes": %d, "connect": %d, "read": %d, '
      .. '"write": %d, "status": %d, "timeout": %d, "p50": %d, "p99": %d, "most": %d}\n',
    summary.requests, sent, wrong, summary.duration, summary.bytes, errors.connect, errors.read, errors.write,
    errors.status, errors.timeout, latency:percentile(50), latency:percentile(99), latency.max))
end
