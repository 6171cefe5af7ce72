#!/usr/bin/env bash
# Writes src/test/resources/flare/sigv4/signed-requests.jsonl.gz anew; see README.md.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="$here/../resources/flare/sigv4/signed-requests.jsonl.gz"
work="${1:-$(mktemp -d)}"
mkdir -p "$work/js" "$work/go" "$(dirname "$out")"
cd "$work"

python3 -m venv py
py/bin/pip install -q boto3 minio s3cmd
py/bin/python "$here/sign_python.py" "$here/cases.json" > python.jsonl
py/bin/python "$here/sign_wire.py" "$here/cases.json" py/bin/s3cmd > wire.jsonl

cp "$here/sign.mjs" js/
(cd js && npm init -y > /dev/null
  npm install --no-audit --no-fund --silent @aws-sdk/client-s3 @aws-sdk/s3-request-presigner @aws-sdk/s3-presigned-post \
    @smithy/core aws4fetch
  node sign.mjs "$here/cases.json" > ../js.jsonl)

cp "$here/sign.go" go/
(cd go && { [ -f go.mod ] || go mod init sign; } && go mod tidy && go run . "$here/cases.json" > ../go.jsonl)

python3 "$here/collect.py" "$out" python.jsonl wire.jsonl js.jsonl go.jsonl
