#!/bin/bash
# copy-archive.sh <archive directory> <rclone target>, such as: copy-archive.sh /var/lib/audit-export/calls s3:bucket/calls
# Copies an archive that may be written, compacted or pruned meanwhile, so that what is published at the target is whole at every
# instant, wherever this script is killed: first the files that a snapshot of the manifest lists, then the snapshot, and last it
# deletes at the target what the snapshot no longer lists. Start it again to go on. Needs rclone and jq; one at a time a target.
set -euo pipefail
archive=$1 target=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for attempt in 1 2 3 4 5; do
	# Complete lines alone: the last one may be under way.
	jq -Rrn 'inputs | select(fromjson? | type == "object")' "$archive/manifest.ndjson" >"$work/manifest.ndjson"
	# What replaces a file, or removes it, stands in a later line.
	jq -rn 'reduce inputs as $line ({};
		delpaths([$line.replaces, $line.removed] | flatten | map(if type == "object" then .file else . end | strings | [.]))
		| if $line.file then .[$line.file] = true else . end) | keys[]' "$work/manifest.ndjson" | sort >"$work/files"
	rclone copy --files-from-raw "$work/files" --no-traverse "$archive" "$target"
	# rclone passes over a file that has gone since: the archive was compacted or pruned, and there is a newer manifest.
	if (cd "$archive" && xargs -r -d '\n' -a "$work/files" ls -d >/dev/null 2>"$work/gone"); then
		rclone copyto "$work/manifest.ndjson" "$target/manifest.ndjson"
		rclone lsf --recursive --files-only "$target" | sort | comm -23 - <(printf 'manifest.ndjson\n' | sort - "$work/files") >"$work/left"
		[ ! -s "$work/left" ] || rclone delete --no-traverse --files-from-raw "$work/left" "$target"
		exit 0
	fi
done
echo "error: $archive has other files than its manifest lists, each time it was looked at: $(head -n 1 "$work/gone")" >&2
echo "hint: audit-export verify $archive" >&2
exit 1
