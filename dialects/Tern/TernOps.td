//===- TernOps.td - Operations of the tern dialect ------------------------===//
#ifndef TERN_TERN_OPS
#define TERN_TERN_OPS

include "dialects/Tern/TernDialect.td"
include "dialects/Tern/TernStream.td"
include "dialects/Tern/TernTypes.td"

class Tern_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tern_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

def Tern_WeightOp : Tern_Op<"weight", [Symbol]> {
  let summary = "A constant tensor of the module.";
  let description = [{
    `value` is a `dense_resource` (or `dense`). Without `layout`, a blob is
    little-endian in row-major order; codes of 1, 2 or 4 bits are packed, first
    lowest; 3, 5, 6, 7 bits take a byte; above 8 bits two. With `layout`, the
    blob holds the packed bytes and `type` is the logical N x K type.
    `offset` is the byte offset in the weights file, once planned. `transposed`:
    the blob holds the K x N transpose of the N x K type, as a model's file has
    it; nothing of it is copied before it is packed.

    Constraints:
    * weight_c1: the blob has as many bytes as type and layout say.
    * weight_c2: what is transposed is a matrix of codes, without layout.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type,
                       ElementsAttr:$value,
                       OptionalAttr<Tern_LayoutAttr>:$layout,
                       OptionalAttr<I64Attr>:$offset, UnitAttr:$transposed);
  let builders = [OpBuilder<(ins "mlir::StringAttr":$name, "mlir::Type":$type,
                                 "mlir::ElementsAttr":$value,
                                 CArg<"LayoutAttr", "{}">:$layout,
                                 CArg<"bool", "false">:$transposed)>];
  let hasVerifier = 1;
  let assemblyFormat = [{
    $sym_name `:` (`transposed` $transposed^)? $type (`layout` $layout^)? (`at` $offset^)? `=` $value attr-dict
  }];
}

def Tern_UseOp : Tern_Op<"use", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The value of a weight.";
  let description = [{
    Constraints:
    * use_c1: the symbol names a `tern.weight` of the result's type; bufferized,
      the result is its memref, or that of its packed units.
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs AnyShaped:$result);
  let assemblyFormat = "$weight attr-dict `:` type($result)";
}

//===----------------------------------------------------------------------===//
// Scalars: codes to numbers and back (used inside bodies of linalg.generic,
// epilogues and kernels)
//===----------------------------------------------------------------------===//

def Tern_DecodeOp : Tern_Op<"decode", [Pure]> {
  let summary = "The value of a code: i32 of an integer kind, f32 of a float.";
  let description = [{
    Constraints:
    * decode_c1: the result is i32 for integer kinds, f32 for float kinds.
  }];
  let arguments = (ins Tern_QType:$code);
  let results = (outs AnyTypeOf<[I32, F32]>:$value);
  let hasVerifier = 1;
  let assemblyFormat = "$code attr-dict `:` type($code) `to` type($value)";
}

def Tern_EncodeOp : Tern_Op<"encode", [Pure]> {
  let summary = "A number as a code.";
  let description = [{
    Integer kinds take an i32 and keep its low bits (clamp first to saturate);
    binary takes -1 or +1, ternary -1, 0 or 1. Float kinds take an f32 and
    round to nearest even; beyond the greatest finite value the result is that
    value when `saturate`, else infinity or NaN as the format has it.

    Folds: an integer code that was decoded and is encoded in its own kind is
    the code. (A float code is not: its NaN need not keep its bits.)

    Constraints:
    * encode_c1: the operand is i32 for integer kinds, f32 for float kinds.
    * encode_c2: the code is of no codebook.
  }];
  let arguments = (ins AnyTypeOf<[I32, F32]>:$value, UnitAttr:$saturate);
  let results = (outs Tern_QType:$code);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = [{
    (`saturate` $saturate^)? $value attr-dict `:` type($value) `to` type($code)
  }];
}

//===----------------------------------------------------------------------===//
// Quantize, dequantize
//===----------------------------------------------------------------------===//

def Tern_QuantizeOp : Tern_Op<"quantize", [Pure]> {
  let summary = "Codes of real values.";
  let description = [{
    Integer kinds: code = clip(rne(x / scale) + zero_point) to the kind's range,
    the division in f32, rne = round to nearest, ties to even. Float kinds:
    code = encode(x / scale), saturating when `saturate`. `scale` and
    `zero_point` have the shape that `format` says.

    Constraints:
    * quantize_c1: input and result have the same shape.
    * quantize_c2: `block` has the rank of the input, entries >= 1.
    * quantize_c3: scale (and zero point) have ceil(dim / block) entries along
      each dimension.
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$scale,
                       Optional<AnyRankedTensor>:$zero_point,
                       Tern_FormatAttr:$format, UnitAttr:$saturate);
  let results = (outs AnyRankedTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `scale` $scale (`zero_point` $zero_point^)? $format
    (`saturate` $saturate^)? attr-dict
    `:` type($input) `,` type($scale) (`,` type($zero_point)^)?
    `->` type($result)
  }];
}

def Tern_DequantizeOp : Tern_Op<"dequantize", [Pure]> {
  let summary = "Real values of codes.";
  let description = [{
    value = f32(code - zero_point) * scale for integers (the subtraction exact
    in i32), decode(code) * scale for floats; then converted to the result's
    element type. The zero point is i32.

    Constraints: dequantize_c1 to c3, as of tern.quantize.
  }];
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$scale,
                       Optional<AnyRankedTensor>:$zero_point,
                       Tern_FormatAttr:$format);
  let results = (outs AnyRankedTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `scale` $scale (`zero_point` $zero_point^)? $format attr-dict
    `:` type($input) `,` type($scale) (`,` type($zero_point)^)?
    `->` type($result)
  }];
}

def Tern_InsertOp : Tern_Op<"insert", [DestinationStyleOpInterface]> {
  let summary = "A tensor with some of its places along an axis replaced.";
  let description = [{
    The result is `init`, in which element (b, ..., i, ...) of `update` stands at
    place starts[b] + i along `axis`; starts are 0 without `starts`. A negative
    start counts from the end, and starts are then clamped into the axis. Places
    beyond the end are left out, or, when `circular`, follow at the beginning.
    In memory only these places are written: a cache grows where it is.

    Constraints:
    * insert_c1: update has the shape of init but for `axis` > 0, where it is no
      longer, and its element type.
    * insert_c2: `starts` are i64, one for each index of the first dimension.
  }];
  let arguments = (ins AnyShaped:$update, Optional<AnyShaped>:$starts,
                       AnyShaped:$init, I64Attr:$axis, UnitAttr:$circular);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $update (`at` $starts^ `:` type($starts))? `into` $init `axis` $axis
    (`circular` $circular^)? attr-dict `:` type($update) `into` type($init)
    (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

class Tern_Contraction<string mnemonic>
    : Tern_Op<mnemonic, [AttrSizedOperandSegments, DestinationStyleOpInterface]> {
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region AnyRegion:$epilogue);
  let hasVerifier = 1;
  
  code commonDecls = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    /// The type the dot products accumulate in: i32 (i64 when widened) when
    /// both operands are integers and no block scale intervenes, else f32.
    bool hasEpilogue() { return !getEpilogue().empty(); }
  }];
}

def Tern_MatmulOp : Tern_Contraction<"matmul"> {
  let summary = "Matrix product of any pair of formats, with an epilogue.";
  let description = [{
    lhs is M x K, or B x M x K; rhs is N x K when `transpose_b`, else K x N,
    with or without the leading B. The result is M x N or B x M x N.

        acc[m,n] = sum over k of (lhs[m,k] - lhs_zp[m]) * (rhs[n,k] - rhs_zp[n,g])

    exactly, in the accumulator's integer type, when both operands are integer
    codes and `rhs_scale` is absent. `lhs_zp` has 1 or M (B*M) i32 entries,
    `rhs_zp` is 1|N x 1|G, i32. With `rhs_scale` (N x G, f32; `group`
    consecutive k share a scale, G = ceil(K / group)):

        integer lhs: acc = sum over g, ascending, of
                     f32(sum over k in g of the integer products) * rhs_scale[n,g]
        float lhs:   acc = sum of lhs[m,k] * (f32(rhs[n,k] - rhs_zp) * rhs_scale)

    Otherwise (a float operand) acc is f32: a float code is its decoded value.

    The epilogue, when present, is a scalar body: its arguments are the
    accumulator, then one scalar of each of `extras`, indexed by
    `extra_maps` from the result's dimensions; it yields (`tern.yield`) the
    result's element. Without one the accumulator itself is the result.

    Constraints:
    * matmul_c1: the shapes of lhs, rhs and init agree as above.
    * matmul_c2: lhs_zp and rhs_zp are i32 of the sizes above, and only with
      integer operands.
    * matmul_c3: rhs_scale is f32 N x ceil(K / group), `group` >= 1 is given.
    * matmul_c4: one map per extra, with as many dims as the result.
    * matmul_c5: the epilogue takes (accumulator, the extras' elements) and yields
      the result's element type; without one that is the accumulator's type.
  }];
  let arguments = (ins AnyShaped:$lhs, AnyShaped:$rhs,
                       Optional<AnyShaped>:$lhs_zp, Optional<AnyShaped>:$rhs_zp,
                       Optional<AnyShaped>:$rhs_scale,
                       Variadic<AnyShaped>:$extras, AnyShaped:$init,
                       UnitAttr:$transpose_b, OptionalAttr<I64Attr>:$group,
                       TypeAttr:$accumulator,
                       OptionalAttr<AffineMapArrayAttr>:$extra_maps,
                       OptionalAttr<Tern_MethodAttr>:$method,
                       OptionalAttr<Tern_LayoutAttr>:$layout);
  let assemblyFormat = [{
    `ins` `(` $lhs `,` $rhs `:` type($lhs) `,` type($rhs) `)`
    (`lhs_zp` `(` $lhs_zp^ `:` type($lhs_zp) `)`)?
    (`rhs_zp` `(` $rhs_zp^ `:` type($rhs_zp) `)`)?
    (`rhs_scale` `(` $rhs_scale^ `:` type($rhs_scale) `)`)?
    (`extras` `(` $extras^ `:` type($extras) `)`)?
    `outs` `(` $init `:` type($init) `)` `acc` $accumulator
    attr-dict (`epilogue` $epilogue^)? (`->` type($results)^)?
  }];
  let extraClassDeclaration = commonDecls;
}

def Tern_ConvOp : Tern_Contraction<"conv"> {
  let summary = "Convolution of any pair of formats, with an epilogue.";
  let description = [{
    input is N x C x D1 x ...; filter is O x C/groups x K1 x ...; the result is
    N x O x E1 x .... `strides`, `dilations` have one entry per spatial
    dimension, `pads` two (all begins, then all ends, as ONNX). A padded
    position contributes nothing (it holds the zero point). Accumulation,
    zero points (`input_zp`: 1 entry; `filter_zp`: 1 or O), and the epilogue are
    as of tern.matmul.

    Constraints:
    * conv_c1: ranks agree, at least one spatial dimension.
    * conv_c2: C = groups * filter's C; O divisible by groups.
    * conv_c3: strides, dilations >= 1, pads >= 0, of the sizes above.
    * conv_c4: E = floor((D + pads - dilation*(K-1) - 1) / stride) + 1.
    * conv_c5: epilogue and zero points as matmul_c2, c4, c5.
  }];
  let arguments = (ins AnyShaped:$input, AnyShaped:$filter,
                       Optional<AnyShaped>:$input_zp,
                       Optional<AnyShaped>:$filter_zp,
                       Variadic<AnyShaped>:$extras, AnyShaped:$init,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads, I64Attr:$groups,
                       TypeAttr:$accumulator,
                       OptionalAttr<AffineMapArrayAttr>:$extra_maps,
                       OptionalAttr<Tern_MethodAttr>:$method,
                       OptionalAttr<Tern_LayoutAttr>:$layout);
  let assemblyFormat = [{
    `ins` `(` $input `,` $filter `:` type($input) `,` type($filter) `)`
    (`input_zp` `(` $input_zp^ `:` type($input_zp) `)`)?
    (`filter_zp` `(` $filter_zp^ `:` type($filter_zp) `)`)?
    (`extras` `(` $extras^ `:` type($extras) `)`)?
    `outs` `(` $init `:` type($init) `)` `acc` $accumulator
    attr-dict (`epilogue` $epilogue^)? (`->` type($results)^)?
  }];
  let extraClassDeclaration = commonDecls;
}

def Tern_YieldOp : Tern_Op<"yield", [Pure, Terminator]> {
  let summary = "The value of an epilogue.";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif // TERN_TERN_OPS
