#!/usr/bin/env bash
# Prints the lines of each backend and of the lowering that it needs, as the table
# of lib/Backend/README.md has them.
set -euo pipefail
cd "$(dirname "$0")/.."
lines() { git ls-files -- "$@" | { grep -v README || true; } | xargs -r cat | wc -l; }
echo "| folder | code | runtime text |"
echo "|---|---|---|"
for folder in lib/Backend/*/ passes/Lowering/S*/; do
  folder=${folder%/}
  text=$(lines "$folder/Runtime/*")
  echo "| \`$folder\` | $(($(lines "$folder") - text)) | $text |"
done
echo "| \`passes/Lowering\`, the rest | $(lines 'passes/Lowering/*.cpp' 'passes/Lowering/*.h' \
  'passes/Lowering/*.td' ':!passes/Lowering/S*/*') | 0 |"
