#!/usr/bin/env bash
# Writes the reference of operations, types and passes, as the .td files have it,
# into build/docs/reference (Markdown).
set -euo pipefail
cd "$(dirname "$0")/.."
tblgen=/usr/lib/llvm-19/bin/mlir-tblgen
out=build/docs/reference
mkdir -p "$out"
for dialect in Onnx Tern Kern; do
  name=$(tr '[:upper:]' '[:lower:]' <<<"$dialect")
  "$tblgen" -gen-dialect-doc -dialect="$name" -I /usr/lib/llvm-19/include -I . \
    "dialects/$dialect/${dialect}Ops.td" >"$out/dialect-$name.md"
done
for stage in Graph Tiling Precision Lowering; do
  "$tblgen" -gen-pass-doc -I /usr/lib/llvm-19/include -I . \
    "passes/$stage/Passes.td" >"$out/passes-${stage,,}.md"
done
ls "$out"
