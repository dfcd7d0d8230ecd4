-- SPDX-License-Identifier: Apache-2.0
-- Reads a module file as Lmod would, and says what each of its lines does: module.lua FILE

local function say(name)
  return function(...)
    local words = {...}
    for i, word in ipairs(words) do words[i] = string.format("[%s]", word) end
    print(name .. " " .. table.concat(words, " "))
  end
end

local names = {"whatis", "family", "depends_on", "prepend_path", "append_path", "setenv"}
local known = {}
for _, name in ipairs(names) do known[name] = say(name) end
assert(loadfile(arg[1], "t", known))()
