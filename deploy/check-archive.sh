#!/bin/bash
# check-archive.sh <archive directory> [<line> <sha256>]: proves an archive without audit-export, by jq and sha256sum alone. Prints its
# head, or what is wrong first and exits 6. A head that was kept elsewhere, its line and SHA-256, must still be in it.
set -euo pipefail
cd "$1"
kept=${2:-0} keptHash=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "error: $*" >&2; exit 6; }

# Each line carries its number and the SHA-256 of the line before, without its line feed; the first one carries 64 zeros.
head -n "$(wc -l <manifest.ndjson)" manifest.ndjson >"$work/manifest"
number=0 hash=$(printf '0%.0s' {1..64})
while IFS= read -r line && IFS= read -r claimed <&3; do
	[ "$claimed" = "$number $hash" ] || fail "line $number of the manifest does not follow from the line before it"
	hash=$(printf %s "$line" | sha256sum | cut -d ' ' -f 1)
	[ "$number" != "$kept" ] || [ "$hash" = "${keptHash:-$hash}" ] || fail "line $number is not the one that was kept"
	number=$((number + 1))
done <"$work/manifest" 3< <(jq -Rr 'fromjson? | "\(.line) \(.prev)"' "$work/manifest")
[ "$number" -eq "$(wc -l <"$work/manifest")" ] || fail "line $number of the manifest cannot be read"
[ "$number" -gt "$kept" ] || fail "the manifest ends before line $kept"

# The files that lines list, without those that later lines replace or remove, and their SHA-256.
jq -rn 'reduce inputs as $line ({};
	delpaths([$line.replaces, $line.removed] | flatten | map(if type == "object" then .file else . end | strings | [.]))
	| if $line.file then .[$line.file] = $line.sha256 else . end) | to_entries[] | "\(.value)  \(.key)"' "$work/manifest" >"$work/sums"
[ ! -s "$work/sums" ] || sha256sum --check --quiet --strict "$work/sums" || fail 'files are missing or altered'
find . -path './data/*' -name '*.ndjson*' | cut -c 3- | sort | comm -23 - <(cut -c 67- "$work/sums" | sort) >"$work/unlisted"
[ ! -s "$work/unlisted" ] || fail "no line lists $(head -n 1 "$work/unlisted")"
records=$(tail -n 1 "$work/manifest" | jq .standing.records)
counted=$(cut -c 67- "$work/sums" | xargs -r -d '\n' zcat -f | wc -l)
[ "$records" -eq "$counted" ] || fail "the manifest counts $records records, and there are $counted"
tail -n 1 "$work/manifest" | jq -c --arg sha256 "$hash" '{line, $sha256, records: .standing.records, gaps: .standing.gaps}'
