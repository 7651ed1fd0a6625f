-- Health of apps/Deployment for Argo CD, where Canary pauses Deployments: in argocd-cm, resource.customizations.health.apps_Deployment.
-- Argo CD's own rule calls every paused Deployment Suspended. Under a Rollout, paused is the ordinary state: the pods that serve
-- decide here, and the Rollout says how a new version fares.
local hs = { status = "Progressing", message = "" }
local spec = obj.spec or {}
local status = obj.status or {}
local wanted = spec.replicas or 1
local available = status.availableReplicas or 0
local updated = status.updatedReplicas or 0
local all = status.replicas or 0

if (obj.metadata.generation or 0) > (status.observedGeneration or 0) then
  hs.message = "The controller has not seen the changed spec yet"
  return hs
end

if spec.paused == true then
  if available >= wanted then
    hs.status = "Healthy"
    hs.message = "Paused; new versions are rolled out by the Rollout"
  else
    hs.message = available .. " of " .. wanted .. " pods are available"
  end
  return hs
end

for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Progressing" and condition.reason == "ProgressDeadlineExceeded" then
    hs.status = "Degraded"
    hs.message = condition.message or "The progress deadline has passed"
    return hs
  end
end

if updated < wanted then
  hs.message = updated .. " of " .. wanted .. " pods are of the new template"
elseif all > updated then
  hs.message = (all - updated) .. " old pods are still there"
elseif available < updated then
  hs.message = available .. " of " .. updated .. " pods are available"
else
  hs.status = "Healthy"
end
return hs
