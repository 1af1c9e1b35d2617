-- Health of every kind of supercargo.dev, for Argo CD.
local health = { status = "Progressing", message = "the operator has not looked at it yet" }
local status = obj.status
if status == nil or status.conditions == nil then
  return health
end
local found = {}
for _, condition in ipairs(status.conditions) do
  found[condition.type] = condition
end
local generation = obj.metadata.generation or 0
local ready = found["Ready"]
if ready == nil or (ready.observedGeneration or generation) ~= generation then
  return health
end
health.message = ready.reason .. ": " .. (ready.message or "")
if found["Stalled"] ~= nil and found["Stalled"].status == "True" then
  health.status = "Degraded"
elseif ready.status == "True" and (status.observedGeneration or 0) == generation then
  health.status = "Healthy"
  if found["Suspended"] ~= nil and found["Suspended"].status == "True" then
    health.status = "Suspended"
  end
end
return health
