-- Health of canary.dev/Rollout for Argo CD: in argocd-cm, resource.customizations.health.canary.dev_Rollout.
-- One state for each phase: a version that waits for a person is Suspended, one that was taken back is Degraded.
local hs = { status = "Progressing", message = "The engine has not looked at this Rollout yet" }
local status = obj.status
if status == nil or status.phase == nil then
  return hs
end

local health = {
  Healthy = "Healthy",
  Progressing = "Progressing",
  Promoting = "Progressing",
  RollingBack = "Progressing",
  Paused = "Suspended",
  Degraded = "Degraded",
  Invalid = "Degraded",
}
hs.status = health[status.phase] or "Unknown"
hs.message = status.message or ""

-- what the status says is of an older spec
if status.observedGeneration ~= nil and obj.metadata.generation ~= nil and status.observedGeneration < obj.metadata.generation and hs.status == "Healthy" then
  hs.status = "Progressing"
  hs.message = "The engine has not seen the changed spec yet"
end
return hs
