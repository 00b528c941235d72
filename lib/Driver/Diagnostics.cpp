//===- Diagnostics.cpp - Diagnostics as users read them -------------------===//
//
// MLIR's own handler prints locations in its syntax and leaves out notes, which
// is where Tern says what would help.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/Diagnostics.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

/// "model.onnx: conv1: " of the first file and name in a location.
static void printPlace(Location loc, llvm::raw_ostream &os) {
  FileLineColLoc file;
  NameLoc name;
  loc->walk([&](Location part) {
    if (auto found = dyn_cast<FileLineColLoc>(part); found && !file)
      file = found;
    if (auto found = dyn_cast<NameLoc>(part); found && !name)
      name = found;
    return WalkResult::advance();
  });
  if (file) {
    os << file.getFilename().getValue();
    // ONNX files have no lines.
    if (file.getLine())
      os << ":" << file.getLine() << ":" << file.getColumn();
    os << ": ";
  }
  if (name && !name.getName().getValue().empty())
    os << name.getName().getValue() << ": ";
}

static llvm::StringRef nameOf(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("severities are listed");
}

static void print(const Diagnostic &diagnostic, llvm::raw_ostream &os) {
  printPlace(diagnostic.getLocation(), os);
  os << nameOf(diagnostic.getSeverity()) << ": " << diagnostic << "\n";
}

void tern::printDiagnostics(MLIRContext &context) {
  context.getDiagEngine().registerHandler([](Diagnostic &diagnostic) {
    print(diagnostic, llvm::errs());
    for (const Diagnostic &note : diagnostic.getNotes())
      llvm::errs() << "  " << nameOf(note.getSeverity()) << ": " << note
                   << "\n";
    return success();
  });
}
