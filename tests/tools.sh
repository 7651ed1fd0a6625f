#!/usr/bin/env bash
# Finds or makes the programs that the tests of the installation use, and prints their folder as the last line of its output;
# everything else goes to standard error. With a reason and status 1 it says why there are none: those tests are then skipped.
#
#   CANARY_TEST_TOOLS=$(tests/tools.sh) dotnet test --project tests/Canary.Contract
#
# render-chart   renders the Helm chart: tests/render-chart, built against Debian's sprig
# promtool       checks the alerts: of Debian's package prometheus, unpacked and not installed
# lua5.1         runs the health rules for Argo CD: of Debian's package lua5.1, likewise
#
# They stay in a cache outside the clone; root is needed only when a package for building render-chart is missing.
set -euo pipefail
exec </dev/null 3>&1 1>&2 # the answer alone goes to standard output
cd "$(dirname "${BASH_SOURCE[0]}")"

programs=(render-chart promtool lua5.1)
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/canary
tools=$cache/tools-$(cat tools.sh render-chart/main.go | sha256sum | cut -c1-12)

give_up() { echo "tests/tools.sh: no programs for the tests of the installation: $*"; exit 1; }
answer() { echo "$1" >&3; exit 0; }
complete() { local program; for program in "${programs[@]}"; do [ -x "$1/$program" ] || return 1; done; }

if [ -n "${CANARY_TEST_TOOLS:-}" ]; then
  complete "$CANARY_TEST_TOOLS" || give_up "CANARY_TEST_TOOLS is $CANARY_TEST_TOOLS, where one of ${programs[*]} is missing"
  answer "$(cd "$CANARY_TEST_TOOLS" && pwd)"
fi
! complete "$tools" || answer "$tools"

grep -qsE '^ID=debian$' /etc/os-release || give_up 'this is not Debian, from whose packages they are made; set CANARY_TEST_TOOLS'
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || give_up "the cache $cache cannot be written"
exec 9>"$cache/tools.lock"
flock 9
! complete "$tools" || answer "$tools"

scratch=$(mktemp -d "$cache/tools-XXXXXX")
trap 'chmod -R u+w "$scratch" && rm -rf "$scratch"' EXIT
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get --quiet --quiet -o "APT::Sandbox::User=$(id -un)" -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=300)

missing=()
for package in golang-go golang-github-masterminds-sprig-dev golang-gopkg-yaml.v3-dev; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" -eq 0 ] || give_up "installing ${missing[*]} needs root"
  apt-cache show "${missing[@]}" >/dev/null 2>&1 || "${apt[@]}" update || give_up 'the package sources cannot be read'
  "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >"$scratch/install.log" 2>&1 || {
    tail -20 "$scratch/install.log"
    give_up "${missing[*]} cannot be installed"
  }
fi

mkdir -p "$scratch/tools" "$scratch/packages"
(
  cd render-chart
  GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$scratch/go-cache GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=0 go build -o "$scratch/tools/render-chart" .
) || give_up 'render-chart cannot be built'

# Unpacked only: the package prometheus would start a service.
(cd "$scratch/packages" && { "${apt[@]}" download prometheus lua5.1 || { "${apt[@]}" update && "${apt[@]}" download prometheus lua5.1; }; }) ||
  give_up 'the packages prometheus and lua5.1 cannot be fetched'
for package in "$scratch"/packages/*.deb; do dpkg-deb --extract "$package" "$scratch/packages/all"; done
cp "$scratch"/packages/all/usr/bin/{promtool,lua5.1} "$scratch/tools/"

echo 'return 1' >"$scratch/one.lua"
"$scratch/tools/lua5.1" "$scratch/one.lua" && "$scratch/tools/promtool" --version >/dev/null || give_up 'promtool or lua5.1 does not start'
rm -rf "$tools"
mv "$scratch/tools" "$tools"
answer "$tools"
