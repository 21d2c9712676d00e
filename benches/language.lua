-- The programs of language.reel in Lua.

local function fib(n)
    if n < 2 then return n end
    return fib(n - 1) + fib(n - 2)
end

local function additions()
    local x = 0.0
    for _ = 1, 10000000 do x = x + 1.5 end
    return x
end

local function mandelbrot(side, limit)
    local inside = 0
    for row = 0, side - 1 do
        for column = 0, side - 1 do
            local cr, ci = column * 3.0 / side - 2.0, row * 2.0 / side - 1.0
            local zr, zi, turns = 0.0, 0.0, 0
            while turns < limit and zr * zr + zi * zi <= 4.0 do
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                turns = turns + 1
            end
            if turns == limit then inside = inside + 1 end
        end
    end
    return inside
end

local function strings()
    local pieces = {}
    for i = 0, 99999 do pieces[#pieces + 1] = "item " .. i end
    return #table.concat(pieces, ", ")
end

local function closures()
    local total = 0
    local function add(x) total = total + x end
    for i = 0, 999999 do add(i) end
    return total
end

local pairs_, state = {}, 1
for i = 0, 99999 do
    state = (state * 1103515245 + 12345) % 2147483648
    pairs_[i + 1] = { i, state }
end

local function sorting()
    local copy = table.move(pairs_, 1, #pairs_, 1, {})
    table.sort(copy, function(a, b) return a[2] < b[2] end)
    return copy[1][1]
end

local function timed(f)
    local count = 1
    while true do
        local start = os.clock()
        for _ = 1, count do f() end
        if os.clock() - start > 0.005 then break end
        count = count * 2
    end
    local times, began = {}, os.clock()
    while #times < 5 or (os.clock() - began < 0.3 and #times < 15) do
        local start = os.clock()
        for _ = 1, count do f() end
        times[#times + 1] = (os.clock() - start) / count
    end
    table.sort(times)
    return times[#times // 2 + 1] * 1e9
end

for _, case in ipairs {
    { "fib", function() return fib(30) end },
    { "additions", additions },
    { "mandelbrot", function() return mandelbrot(200, 100) end },
    { "strings", strings },
    { "closures", closures },
    { "sorting", sorting },
} do
    print(case[1] .. "\tlua\t" .. timed(case[2]))
end
