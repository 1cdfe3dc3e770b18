-- Sends the bytes of a file. usage: wrk … -s body.lua URL -- FILE [HEADER VALUE]…
function init(args)
  local file = io.open(args[1], "rb")
  wrk.method = "POST"
  wrk.body = file:read("*a")
  file:close()
  for at = 2, #args, 2 do wrk.headers[args[at]] = args[at + 1] end
end
