#!/usr/bin/env bash
# Finds or builds the programs of a real Kubernetes control plane for the tests, and prints their folder as the last line of
# its output; everything else goes to standard error. With a reason and status 1 it says why there is none: the tests that
# need it are then skipped.
#
#   KUBEBUILDER_ASSETS=$(tests/setup.sh) dotnet test --solution Canary.sln
#
# 1. KUBEBUILDER_ASSETS, envtest's convention, is used when set: a folder with kube-apiserver, kube-controller-manager, etcd, kubectl.
# 2. Otherwise, on Debian, the first two are built once from Debian's own source package of Kubernetes, 6 to 12 minutes on two
#    cores; etcd and kubectl are Debian's binaries. All four stay in a cache outside the clone, and a second run only prints it.
#
# The package sources are the ones that apt is configured with; apt's own configuration and lists are left as they are. Root is
# needed only when a package is missing.
set -euo pipefail
exec </dev/null 3>&1 1>&2 # the answer alone goes to standard output

version=1.20.2
programs=(kube-apiserver kube-controller-manager etcd kubectl)
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/canary
assets=$cache/kubernetes-$version
began=$SECONDS

say() { echo "tests/setup.sh: $* ($((SECONDS - began)) s)"; }
give_up() { echo "tests/setup.sh: no Kubernetes control plane: $*"; exit 1; }
answer() { echo "$1" >&3; exit 0; }

complete() { # folder
  local program
  for program in "${programs[@]}"; do [ -x "$1/$program" ] || { absent=$program; return 1; }; done
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  complete "$KUBEBUILDER_ASSETS" || give_up "KUBEBUILDER_ASSETS is $KUBEBUILDER_ASSETS, where $absent is missing"
  answer "$(cd "$KUBEBUILDER_ASSETS" && pwd)"
fi
! complete "$assets" || answer "$assets"

grep -qsE '^ID=debian$' /etc/os-release || give_up 'this is not Debian, whose source package is built otherwise; set KUBEBUILDER_ASSETS'
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || give_up "the cache $cache cannot be written"

# One build at a time: whoever waited finds the work done.
exec 9>"$cache/lock"
flock --nonblock 9 || { say 'another build is under way; waiting for it'; flock 9; }
! complete "$assets" || answer "$assets"

scratch=$(mktemp -d "$cache/build-XXXXXX") || give_up "the cache $cache cannot be written"
trap 'chmod -R u+w "$scratch" && rm -rf "$scratch"' EXIT
free=$(df --output=avail -m "$scratch" | tail -1)
[ "$free" -ge 4000 ] || give_up "$cache has $free MB free, and the build needs 4000"

# The configured package sources again, with their sources enabled, in folders of our own.
mkdir -p "$scratch"/apt/{parts,lists/partial,archives/partial}
shopt -s nullglob
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -f "$list" ] || sed -nE 's/^[[:space:]]*deb([[:space:]].*)$/deb\1\ndeb-src\1/p' "$list" >"$scratch/apt/parts/${list##*/}.list"
done
for list in /etc/apt/sources.list.d/*.sources; do
  sed -E 's/^Types:.*$/Types: deb deb-src/' "$list" >"$scratch/apt/parts/${list##*/}"
done
[ -n "$(cat "$scratch"/apt/parts/* 2>/dev/null)" ] || give_up 'apt has no package sources configured'
chmod 755 "$scratch"
apt=(apt-get --quiet --quiet -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$scratch/apt/parts"
  -o "Dir::State::Lists=$scratch/apt/lists" -o "Dir::Cache=$scratch/apt" -o "APT::Sandbox::User=$(id -un)" -o Acquire::Retries=3 -o Acquire::http::Timeout=30
  -o APT::Update::Error-Mode=any
  -o DPkg::Lock::Timeout=300)
export DEBIAN_FRONTEND=noninteractive

say 'reading the package sources'
"${apt[@]}" update || give_up 'the package sources cannot be read'

packages=(golang-go golang-github-modern-go-reflect2-dev etcd-server dpkg-dev make rsync jq)
command -v kubectl >/dev/null || packages+=(kubernetes-client)
missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" -eq 0 ] || give_up "installing ${missing[*]} needs root"
  say "installing ${missing[*]}"
  # No service is wanted, only the program: etcd must not start by itself.
  RUNLEVEL=1 "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >"$scratch/install.log" 2>&1 || {
    tail -20 "$scratch/install.log"
    give_up "${missing[*]} cannot be installed"
  }
fi

say "fetching the sources of Kubernetes $version"
source=$scratch/go/src/k8s.io/kubernetes
mkdir -p "${source%/*}" "$scratch/source"
(cd "$scratch/source" && "${apt[@]}" source kubernetes) >"$scratch/source.log" 2>&1 || {
  tail -20 "$scratch/source.log"
  give_up 'the source package of Kubernetes cannot be fetched'
}
unpacked=("$scratch"/source/kubernetes-*/)
case ${unpacked[0]:-} in
*"$version"*) ln -s "${unpacked[0]%/}" "$source" ;;
*) give_up "Debian's Kubernetes here is ${unpacked[0]##*/source/}, not $version" ;;
esac

# reflect2 1.0.1, as vendored, crashes under Go 1.18 and newer at the first write of a custom resource; Debian has 1.0.2.
reflect2=$source/vendor/github.com/modern-go/reflect2
[ -d "$reflect2" ] || give_up "the sources have no $reflect2"
find -L "$reflect2" -maxdepth 1 \( -name '*.go' -o -name '*.s' \) -delete
cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$reflect2/"

say 'building kube-apiserver and kube-controller-manager, 6 to 12 minutes on two cores'
(
  cd "$source"
  export GOPATH=$scratch/go GOCACHE=$scratch/go-cache GOPROXY=off GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=0 KUBE_GIT_VERSION=v$version
  make WHAT='cmd/kube-apiserver cmd/kube-controller-manager'
) >"$scratch/build.log" 2>&1 || {
  tail -40 "$scratch/build.log"
  give_up 'the build failed'
}

mkdir "$scratch/assets"
cp "$source"/_output/local/bin/*/*/kube-{apiserver,controller-manager} "$scratch/assets/"
cp --dereference "$(command -v etcd)" "$(command -v kubectl)" "$scratch/assets/"
for program in kube-apiserver kube-controller-manager; do
  "$scratch/assets/$program" --version | grep -qF "v$version" || give_up "$program was built and does not start"
done
complete "$scratch/assets" || give_up "$absent is missing after the build"
rm -rf "$assets"
mv "$scratch/assets" "$assets"
say 'done'
answer "$assets"
