#!/usr/bin/env bash
# Makes what is written twice from where it is written first; tests fail while they differ.
#
#   deploy/install.yaml      the resource definitions and the engine for a whole cluster, from deploy/crds and deploy/kustomize/base
#   docs/install.md          the table of the chart's values, from deploy/helm/canary/values.yaml
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

listed() { sed -n 's/^  - \(.*\.yaml\)$/\1/p' "$1"; }

{
  echo "# Canary for a whole cluster, made by deploy/generate.sh. Say first where your image is: see docs/install.md."
  echo "# kubectl apply --server-side -f install.yaml"
  for file in $(listed crds/Kustomization); do echo --- && cat "crds/$file"; done
  for file in $(listed kustomize/base/kustomization.yaml); do echo --- && cat "kustomize/base/$file"; done
} >install.yaml

# Each "# -- text" stands above the value that it speaks of; the path comes from the indentation.
table=$(awk '
  /^ *# -- / { text = $0; sub(/^ *# -- /, "", text); next }
  /^ *# /    { if (text != "") { more = $0; sub(/^ *# /, "", more); text = text " " more }; next }
  /^ *[A-Za-z]+:/ {
    match($0, /^ */); depth = RLENGTH / 2
    name = $0; sub(/^ */, "", name); value = name; sub(/:.*/, "", name); sub(/^[A-Za-z]+: */, "", value)
    path[depth] = name; full = path[0]; for (i = 1; i <= depth; i++) full = full "." path[i]
    if (text != "") { print "| `" full "` | " (value ~ /^[A-Za-z0-9\["{]/ ? "`" value "`" : "see the file") " | " text " |"; text = "" }
  }' helm/canary/values.yaml)

awk -v table="$table" '
  /<!-- values -->/ { print; print "| value | default | |"; print "|---|---|---|"; print table; skipping = 1; next }
  /<!-- end -->/    { skipping = 0 }
  !skipping' ../docs/install.md >../docs/install.md.new
mv ../docs/install.md.new ../docs/install.md
