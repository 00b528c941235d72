//===- KernOps.td - Scheduled kernels and their leaf operations -----------===//
#ifndef TERN_KERN_OPS
#define TERN_KERN_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kern_Dialect : Dialect {
  let name = "kern";
  let cppNamespace = "::tern::kern";
  let summary = "Kernels over byte buffers, and the leaves they are made of.";
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

def Kern_TensorAttr : AttrDef<Kern_Dialect, "Tensor"> {
  let mnemonic = "tensor";
  let summary = "One input or output of an entry, as the ABI describes it.";
  let description = [{
    `name` is the model's; `dtype` ONNX's name of the element type ("float",
    "uint8", "int4", "bool", ...); `alias` the index of the input whose buffer
    an output shares, or -1.
  }];
  let parameters = (ins StringRefParameter<"">:$name,
                        StringRefParameter<"">:$dtype,
                        OptionalArrayRefParameter<"int64_t">:$shape,
                        "int64_t":$alias);
  let assemblyFormat = "`<` $name `,` $dtype `,` `[` (`]`) : ($shape^ `]`)? `,` $alias `>`";
}

class Kern_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kern_Dialect, mnemonic, traits>;

def Kern_ViewOp : Kern_Op<"view", [Pure]> {
  let summary = "A typed piece of a byte buffer.";
  let description = [{
    `source` is `memref<?xi8>` (weights, arena, an input or an output);
    `offset` is in bytes.

    Constraints:
    * view_c1: `offset` is not negative and a multiple of the element's size.
  }];
  let arguments = (ins AnyMemRef:$source, I64Attr:$offset);
  let results = (outs AnyMemRef:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$source `[` $offset `]` attr-dict `:` type($source) `to` type($result)";
}

def Kern_LaunchOp : Kern_Op<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Run a kernel over its grid.";
  let description = [{
    The kernel is a `func.func` with the attribute `kern.kernel`, whose first
    two arguments are the half-open range [lo, hi) of grid points to do and
    whose others are rank-1 memrefs. Grid points are independent: any split of
    [0, trip) over threads gives the same bytes.

    Constraints:
    * launch_c1: the symbol names a kernel whose memrefs are the operands' types.
    * launch_c2: `trip` >= 1.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, I64Attr:$trip,
                       Variadic<AnyMemRef>:$buffers);
  let assemblyFormat = "$kernel `grid` $trip `(` $buffers `)` attr-dict `:` type($buffers)";
}

def Kern_UnpackOp : Kern_Op<"unpack", [Pure, AllTypesMatch<["bytes", "codes"]>]> {
  let summary = "One field of packed bytes: (byte >> field*bits) & (2^bits - 1).";
  let description = [{
    `in_place` leaves the code where it is, without the shift: it is then
    2^(field*bits) times as large.

    Constraints:
    * unpack_c1: bits is 1, 2 or 4 and (field+1)*bits <= 8.
  }];
  let arguments = (ins AnyVector:$bytes, I64Attr:$bits, I64Attr:$field,
                       UnitAttr:$in_place);
  let results = (outs AnyVector:$codes);
  let hasVerifier = 1;
  let assemblyFormat = "$bytes `bits` $bits `field` $field (`in_place` $in_place^)? attr-dict `:` type($bytes)";
}

def Kern_DotOp : Kern_Op<"dot", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "Integer dot products of a few depths, one per lane.";
  let description = [{
    With L lanes and depth D: result[j] = acc[j] + sum over q < D of
    w[j*D + q] * a[q]. `w` holds L*D bytes, unsigned unless `signed_weights`;
    `a` holds D bytes, signed unless `unsigned_input`; the sums are exact i32.
    Where `a` is of the type of `w`, each lane has inputs of its own: a[j*D + q]
    instead of a[q].

    Narrow sums are i16, P of them to a lane, modulo 2^16: with d = D / P,
    result[j*P + p] = acc[j*P + p] + sum over q < d of
    w[j*D + p*d + q] * a[p*d + q]. A sum that ends in the range of i16 is right
    whatever came between; kern.fold adds it to wider ones.

    Constraints:
    * dot_c1: acc is a vector of L i32 or of L*P i16, w a vector of L*D i8
      (scalable like acc), a a vector of D i8, or of the type of w with P = 1;
      P divides D.
  }];
  let arguments = (ins AnyVector:$acc, AnyVector:$w,
                       AnyVector:$a, UnitAttr:$signed_weights,
                       UnitAttr:$unsigned_input);
  let results = (outs AnyVector:$result);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// i16 sums modulo 2^16, or exact ones of i32.
    bool isNarrow();
    /// Products that one sum takes (d), and sums of a lane (P).
    int64_t getDepth();
    int64_t getPartials();
    /// Whether each lane has inputs of its own.
    bool hasOwnInputs();
  }];
  let assemblyFormat = [{
    $acc `,` $w `,` $a (`signed_weights` $signed_weights^)?
    (`unsigned_input` $unsigned_input^)? attr-dict
    `:` type($acc) `,` type($w) `,` type($a)
  }];
}

def Kern_HammingOp : Kern_Op<"hamming", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "Bits in which weights and inputs differ, counted per lane.";
  let description = [{
    With L lanes and D bytes to each: result[j] = acc[j] + sum over q < D of
    popcount(w[j*D + q] xor a[q]), modulo 2^32. `w` holds L*D bytes, `a` D bytes.
    Without lanes, `acc` is one i32 and `w` and `a` hold as many bytes; only
    then may their number be known at run time.

    Constraints:
    * hamming_c1: acc is i32 (L = 1) or a vector of L i32, w a vector of L*D i8,
      a a vector of D i8; scalable ones come with an i32.
  }];
  let arguments = (ins AnyTypeOf<[I32, AnyVector]>:$acc, AnyVector:$w,
                       AnyVector:$a);
  let results = (outs AnyTypeOf<[I32, AnyVector]>:$result);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Bytes of a lane; those of the vector, for a known length, without lanes.
    int64_t getDepth();
  }];
  let assemblyFormat = [{
    $acc `,` $w `,` $a attr-dict `:` type($acc) `,` type($w) `,` type($a)
  }];
}

def Kern_FoldOp : Kern_Op<"fold", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "Add narrow sums to wide ones, lane by lane.";
  let description = [{
    With L lanes and P sums to a lane: result[j] = acc[j] + sum over p < P of
    sums[j*P + p], which are sign-extended.

    Constraints:
    * fold_c1: acc is a vector of L i32, sums one of L*P i16, scalable alike.
  }];
  let arguments = (ins AnyVector:$acc, AnyVector:$sums);
  let results = (outs AnyVector:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$acc `,` $sums attr-dict `:` type($acc) `,` type($sums)";
}

def Kern_LutOp : Kern_Op<"lut", [Pure]> {
  let summary = "Numbers of a table, by codes.";
  let description = [{
    result[j] = table[codes[j]]; codes are bytes below the table's size.

    Constraints:
    * lut_c1: codes are a vector of i8, the result one of f32, scalable alike.
    * lut_c2: the table has 2, 4, 8 or 16 entries.
  }];
  let arguments = (ins AnyVector:$codes, DenseF32ArrayAttr:$table);
  let results = (outs AnyVector:$numbers);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $codes `of` $table attr-dict `:` type($codes) `to` type($numbers)
  }];
}

def Kern_LookupOp : Kern_Op<"lookup", [Pure, AllTypesMatch<["indices", "result"]>]> {
  let summary = "Bytes of a table made at run time, one for every lane.";
  let description = [{
    result[j] = table[indices[j]], where the indices are unsigned and below 16
    and below the number of the table's lanes.

    Constraints:
    * lookup_c1: vectors of i8; the table has 2, 4, 8 or 16 lanes, or the type
      of the indices, of at least 16 lanes or scalable.
  }];
  let arguments = (ins AnyVector:$table, AnyVector:$indices);
  let results = (outs AnyVector:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$table `,` $indices attr-dict `:` type($table) `,` type($indices)";
}

def Kern_FmaOp : Kern_Op<"fma", [Pure, SameOperandsAndResultType]> {
  let summary = "a * b + c, rounded once.";
  let arguments = (ins AnyType:$a, AnyType:$b, AnyType:$c);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$a `,` $b `,` $c attr-dict `:` type($result)";
}

include "dialects/Kern/KernSpatial.td"
include "dialects/Kern/KernSimt.td"

#endif // TERN_KERN_OPS
