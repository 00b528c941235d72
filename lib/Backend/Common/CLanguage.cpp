//===- CLanguage.cpp - C's answers to what languages spell differently ----===//
#include "lib/Backend/Common/CLanguage.h"
#include "lib/Backend/Common/CHints.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

CWriter::~CWriter() = default;
CLanguage::~CLanguage() = default;

std::string CLanguage::typeOf(Type type) const { return cTypeOf(type); }

bool CLanguage::hasSpace(Attribute space) const { return !space; }

/// Buffers come in a table, so that all kernels have one type.
void CLanguage::head(func::FuncOp kernel, StringRef name,
                     ArrayRef<std::string> buffers, CWriter &w,
                     raw_ostream &os) const {
  os << "static void " << name
     << "(int64_t lo, int64_t hi, void *const *buffers) {\n";
  for (BlockArgument bound : kernel.getArguments().take_front(2))
    if (bound.use_empty())
      w.line() << "(void)" << w.text(bound).text << ";\n";
  bool used = false;
  for (auto [i, argument] :
       llvm::enumerate(kernel.getArguments().drop_front(2))) {
    if (argument.use_empty())
      continue;
    used = true;
    Type element = cast<MemRefType>(argument.getType()).getElementType();
    w.line() << (isWritten(argument) ? "" : "const ") << typeOf(element) << " *"
             << buffers[i] << " = buffers[" << i << "];\n";
  }
  if (!used)
    w.line() << "(void)buffers;\n";
}

std::string CLanguage::local(memref::AllocaOp alloca, StringRef name) const {
  MemRefType type = alloca.getType();
  return ("_Alignas(64) " + typeOf(type.getElementType()) + " " + name + "[" +
          Twine(type.getNumElements()) + "]")
      .str();
}

std::string CLanguage::element(Value, StringRef buffer, StringRef at) const {
  return (buffer + "[" + at + "]").str();
}

void CLanguage::beforeLoop(scf::ForOp, CWriter &) const {}
void CLanguage::insideLoop(scf::ForOp, CWriter &) const {}

CText CLanguage::expression(Operation *, ArrayRef<CText>) const {
  return CText();
}

bool CLanguage::statement(Operation *, CWriter &) const { return false; }

const CLanguage &backend::portableC() {
  static const CLanguage language;
  return language;
}
