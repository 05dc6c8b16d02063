#!/usr/bin/env bash
# What many write first: curl and jq in a loop.  Usage: as bare.js
set -euo pipefail
url=$1 first=$2 last=$3 file=$4

post() {
	curl -sS --fail --noproxy '*' -H 'content-type: application/json' "${@:3}" -d "$2" "$url$1"
}

token=$(post /open-apis/auth/v3/tenant_access_token/internal '{"app_id":"cli_bench","app_secret":"bench-secret"}' | jq -r .tenant_access_token)
: > "$file"
page=
while :; do
	body="{\"start_time\":$first,\"end_time\":$last,\"page_size\":100${page:+,\"page_token\":\"$page\"}}"
	answer=$(post /open-apis/security_and_compliance/v1/openapi_logs/list_data "$body" -H "authorization: Bearer $token")
	jq -c '.data.items[]' <<< "$answer" >> "$file"
	page=$(jq -r 'if .data.has_more then .data.page_token else empty end' <<< "$answer")
	[ -n "$page" ] || break
done
