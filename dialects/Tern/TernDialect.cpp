//===- TernDialect.cpp - Registration and the code type -------------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::ir;

#include "dialects/Tern/TernDialect.cpp.inc"
#include "dialects/Tern/TernEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Tern/TernTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Tern/TernAttrs.cpp.inc"

void TernDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Tern/TernTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Tern/TernAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Tern/TernOps.cpp.inc"
      >();
}

/// Bits of the kinds that have only one width; 0 for int and uint.
static unsigned fixedBits(CodeKind kind) {
  switch (kind) {
  case CodeKind::SInt:
  case CodeKind::UInt:
    return 0;
  case CodeKind::Binary:
    return 1;
  case CodeKind::Ternary:
    return 2;
  case CodeKind::E2M1:
  case CodeKind::NF4:
  case CodeKind::BNB4:
    return 4;
  default:
    return 8;
  }
}

QType QType::get(MLIRContext *context, CodeKind kind) {
  return get(context, kind, fixedBits(kind));
}

LogicalResult QType::verify(function_ref<InFlightDiagnostic()> emitError,
                            CodeKind kind, unsigned bits) {
  // q_c1
  if (!fixedBits(kind) && (bits < 1 || bits > 16))
    return emitError() << "expected 1 to 16 bits, but got " << bits;
  return success();
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t, int64_t depth, int64_t bits, int64_t,
                                 bool fragments, int64_t unit, NmAttr nm) {
  // layout_c1
  auto isPower = [](int64_t x) { return x > 0 && llvm::isPowerOf2_64(x); };
  if (!nm || (isPower(nm.getN()) && isPower(nm.getM()) && isPower(depth) &&
              isPower(bits) && nm.getM() <= 16 && bits <= 8 && !fragments &&
              unit == 8))
    return success();
  return emitError() << "expected powers of two N, M <= 16, depth, and up to 8 "
                        "bits in bytes, but got "
                     << nm.getN() << ":" << nm.getM() << " of depth " << depth
                     << " and " << bits << " bits";
}

LogicalResult NmAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                             int64_t n, int64_t m) {
  // nm_c1
  if (n < 1 || n >= m)
    return emitError() << "expected N:M with 1 <= N < M, but got " << n << ":"
                       << m;
  return success();
}

int64_t QType::getMin() const {
  switch (getKind()) {
  case CodeKind::SInt:
    return -(int64_t(1) << (getBits() - 1));
  case CodeKind::Binary:
  case CodeKind::Ternary:
    return -1;
  default:
    return 0;
  }
}

int64_t QType::getMax() const {
  switch (getKind()) {
  case CodeKind::SInt:
    return (int64_t(1) << (getBits() - 1)) - 1;
  case CodeKind::UInt:
    return (int64_t(1) << getBits()) - 1;
  default:
    return 1;
  }
}

std::string QType::getName() const {
  std::string name = stringifyCodeKind(getKind()).str();
  return fixedBits(getKind()) ? name : name + std::to_string(getBits());
}

void QType::print(AsmPrinter &printer) const {
  printer << "<" << getName() << ">";
}

Type QType::parse(AsmParser &parser) {
  std::string word;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeywordOrString(&word) ||
      parser.parseGreater())
    return {};
  auto emit = [&] { return parser.emitError(loc); };
  if (auto kind = symbolizeCodeKind(word); kind && fixedBits(*kind))
    return getChecked(emit, parser.getContext(), *kind, fixedBits(*kind));
  StringRef rest = word;
  CodeKind kind = rest.consume_front("u") ? CodeKind::UInt : CodeKind::SInt;
  unsigned bits = 0;
  if (!rest.consume_front("int") || rest.getAsInteger(10, bits)) {
    parser.emitError(loc, "expected a code such as int4, uint8, binary, "
                          "ternary or e4m3fn, but got '")
        << word << "'";
    return {};
  }
  return getChecked(emit, parser.getContext(), kind, bits);
}
