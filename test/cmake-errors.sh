#!/usr/bin/env bash
# Wrong arguments of tern_add_model stop the configuration and say why.
# usage: cmake-errors.sh SOURCE TERN FOLDER
set -euo pipefail
source=$1 tern=$2 folder=$3
failures=0

# expect MESSAGE ARGUMENTS...: the call fails, and the message is in its output.
expect() {
  local message=$1
  shift
  rm -rf "$folder"
  mkdir -p "$folder"
  touch "$folder/m.onnx"
  cat >"$folder/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.20)
project(errors LANGUAGES C)
include("$source/cmake/TernModel.cmake")
tern_add_model($*)
EOF
  if cmake -G Ninja -S "$folder" -B "$folder/b" "-DTERN_EXECUTABLE=$tern" >"$folder/log" 2>&1; then
    echo "expected an error from tern_add_model($*), but got none"
    failures=1
  # Messages are wrapped by CMake: compare without white space.
  elif ! tr -d ' \n' <"$folder/log" | grep -qF "$(tr -d ' ' <<<"$message")"; then
    echo "expected '$message' from tern_add_model($*), but got:"
    cat "$folder/log"
    failures=1
  fi
}

expect "expected a name of at most 40 letters, digits and single underscores, but got 'a-b'" a-b m.onnx
expect "expected a name of at most 40 letters, digits and single underscores, but got 'a__b'" a__b m.onnx
expect "expected an ONNX file, but there is no" a nothing.onnx
expect "expected TARGET, EMIT, DIMS or METHOD, but got 'SPEED'" a m.onnx SPEED
expect "expected EMIT lib or c, but got 'asm'" a m.onnx EMIT asm
expect "expected no TARGET with EMIT c" a m.onnx EMIT c TARGET host
expect "expected DIMS <dimension>=<value>, but got 'batch'" a m.onnx DIMS batch
expect "expected a value after TARGET" a m.onnx EMIT lib TARGET
tern=/nowhere/tern
expect "expected a program in TERN_EXECUTABLE, but there is no '/nowhere/tern'" a m.onnx
exit $failures
