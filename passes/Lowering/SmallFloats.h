//===- SmallFloats.h - Floats of 8 bits and fewer in f32 arithmetic -------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "passes/Lowering/Emit.h"

namespace tern::lowering {

/// The f32 value of a small float's bits (an i8, or a vector of them). As
/// decodeFloat of dialects/Tern/Codes.h.
mlir::Value decodeSmallFloat(Emitter &b, ir::CodeKind kind, mlir::Value bits);
/// The bits (i8) of the small float nearest to an f32, ties to even. As
/// encodeFloat of dialects/Tern/Codes.h.
mlir::Value encodeSmallFloat(Emitter &b, ir::CodeKind kind, mlir::Value value,
                             bool saturate);

} // namespace tern::lowering
