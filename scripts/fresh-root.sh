#!/usr/bin/env bash
# Proves the two commands of the README on a bare Debian 12: debootstraps one
# into a folder, clones HEAD into it, and runs both there. Needs root.
# usage: scripts/fresh-root.sh [FOLDER] [COMMAND...]
set -euo pipefail
cd "$(dirname "$0")/.."
root=${1:-/var/tmp/tern-root}
shift || true
commands=("$@")
[ ${#commands[@]} -gt 0 ] || commands=(scripts/demo.sh scripts/test.sh)

command -v debootstrap >/dev/null || apt-get install -y -q debootstrap
[ -d "$root/usr" ] || debootstrap --variant=minbase bookworm "$root"
for folder in proc sys dev; do
  mountpoint -q "$root/$folder" || mount --rbind "/$folder" "$root/$folder"
done
cleanup() { for folder in dev sys proc; do umount -lR "$root/$folder"; done; }
trap cleanup EXIT
cp /etc/resolv.conf "$root/etc/"
# The machine's package sources, proxies and certificates, where it has any.
cp -r /etc/apt/. "$root/etc/apt/"
certificates=/etc/ssl/certs/ca-certificates.crt
if [ -f $certificates ]; then
  mkdir -p "$root/etc/ssl/certs"
  [ -f "$root$certificates" ] || cp -L $certificates "$root$certificates"
  # The root's own package will write that file anew.
  cp -L $certificates "$root/etc/outside-certificates.crt"
  for variable in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE; do
    export $variable=/etc/outside-certificates.crt
  done
fi
[ -f /etc/pip.conf ] && cp /etc/pip.conf "$root/etc/"

rm -rf "$root/opt/tern"
git clone -q . "$root/opt/tern"
for command in "${commands[@]}"; do
  echo "== $command"
  chroot "$root" bash -c "cd /opt/tern && $command"
done
