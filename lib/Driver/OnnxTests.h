//===- OnnxTests.h - ONNX's backend tests ---------------------------------===//
#pragma once
#include "lib/Driver/Pipeline.h"

namespace tern {

struct OnnxTestOptions {
  /// Folders of tests: each test is a folder with a model.onnx and data sets.
  std::string root;
  CompileOptions compile;
  /// Only tests whose folder name contains this.
  std::string filter;
  /// A file with one test a line ("node/test_abs"); a skip on it is a failure.
  std::string list;
  /// Limits of one test.
  unsigned seconds = 60;
  uint64_t megabytes = 4096;
};

/// Runs the tests, each in a process of its own, so that a crash or a hang is a
/// failed test. Prints a line a test and ends with
/// "P passed, F failed, S skipped" (skipped: refused with a diagnostic).
/// Returns an exit code: 0 only when nothing failed.
int runOnnxTests(const OnnxTestOptions &options);

} // namespace tern
