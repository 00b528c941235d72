#!/usr/bin/env bash
# Installs what Tern is built and tested with: Debian packages only.
set -euo pipefail

packages=(
  cmake ninja-build ccache lld-19 clang-19 clang-format-19 llvm-19-dev
  llvm-19-tools libmlir-19-dev mlir-19-tools libonnx-dev libprotobuf-dev
  protobuf-compiler zlib1g-dev libzstd-dev libgtest-dev qemu-user
  libc6-dev-riscv64-cross libgcc-12-dev-riscv64-cross python3 python3-numpy
  python3-venv git ca-certificates gcc libc6-dev xz-utils libclang-rt-19-dev
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>&1 | grep -q 'ok installed' ||
    missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then sudo=(sudo); fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -q
"${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
