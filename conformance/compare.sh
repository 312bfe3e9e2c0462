#!/usr/bin/env bash
# Holds Ordinal against the three releases of Kubernetes and against CoreDNS, which is a
# module of its own, and compares what the README says of it: compare.sh -check, as CI
# does. Without -check it writes the README anew. The draws are the same each time, so
# that the numbers are; `go test ./...` draws others.
set -euo pipefail
cd "$(dirname "$0")"
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
export ORDINAL_REPORT=$reports
for modfile in go.mod kubernetes-1.36.mod kubernetes-1.35.mod; do
	echo "-- $modfile"
	go test -modfile="$modfile" ./statefulset ./objects ./rollout -rapid.seed=1 -rapid.nofailfile
	go test -modfile="$modfile" ./real ./scenario ./simulated -rapid.nofailfile
	go test -modfile="$modfile" ./binding ./endpoints ./nodes ./scheduling -rapid.seed=1 -rapid.nofailfile
	go test -modfile="$modfile" ./stateless -rapid.seed=1 -rapid.checks=300 -rapid.nofailfile
	go test -modfile="$modfile" ./disruption -rapid.seed=1 -rapid.checks=1000 -rapid.nofailfile
done
echo "-- what is around the sets: the newest release"
go test ./autoscaling -rapid.seed=1 -rapid.nofailfile
echo "-- dns/go.mod"
(cd dns && go test ./... -rapid.seed=1 -rapid.nofailfile)
go test ./fidelity ./race ./version -short
go run ./fidelity -reports "$reports" "$@"
