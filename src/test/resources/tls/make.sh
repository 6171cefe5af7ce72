#!/usr/bin/env bash
# Made the certificates and keys of this directory, for tests only; all but the expired one are good for a hundred years.
set -euo pipefail
cd "$(dirname "$0")"
names="subjectAltName=DNS:localhost,DNS:*.s3.example,IP:127.0.0.1"
days=36500
openssl ecparam -name prime256v1 -genkey -noout -out ec-sec1.key
openssl pkcs8 -topk8 -nocrypt -in ec-sec1.key -out ec.key
openssl req -x509 -new -key ec.key -subj "/CN=ec" -addext "$names" -days $days -out ec.crt
openssl genrsa -traditional -out rsa-pkcs1.key 2048
openssl pkcs8 -topk8 -nocrypt -in rsa-pkcs1.key -out rsa.key
openssl req -x509 -new -key rsa.key -subj "/CN=rsa" -addext "$names" -days $days -out rsa.crt
openssl pkcs8 -topk8 -passout pass:secret -in ec.key -out encrypted.key
openssl genpkey -algorithm ed25519 -out ed25519.key
openssl req -x509 -new -key ed25519.key -subj "/CN=ed25519" -addext "$names" -days $days -out ed25519.crt
# A server certificate that an authority issued.
openssl ecparam -name prime256v1 -genkey -noout -out chain.key
openssl req -new -key chain.key -subj "/CN=issued" -out chain.csr
openssl x509 -req -in chain.csr -CA ec.crt -CAkey ec.key -CAcreateserial -days $days \
    -extfile <(echo "$names") -out issued.crt
cat issued.crt ec.crt > chain.crt
cat ec.crt issued.crt > backwards.crt
rm -f chain.csr ec.srl issued.crt
openssl req -new -key ec.key -subj "/CN=expired" -out expired.csr
openssl x509 -req -in expired.csr -signkey ec.key -extfile <(echo "$names") \
    -days -1 -out expired.crt
rm -f expired.csr
# Nodes' certificates: "node" and "node-2" of one authority, "stranger" of another, and one of the first that has expired.
authority() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -addext "keyUsage=critical,keyCertSign" \
        -days $days -out "$1.crt"
}
node() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days "$3" -out "$1.crt"
    rm -f "$1.csr" "$2.srl"
}
authority nodes-ca
authority strangers-ca
node node nodes-ca $days
node node-2 nodes-ca $days
node stranger strangers-ca $days
node node-expired nodes-ca -1
rm -f nodes-ca.key strangers-ca.key
