//===- TernTypes.td - Low-bit element types and their attributes ----------===//
#ifndef TERN_TERN_TYPES
#define TERN_TERN_TYPES

include "dialects/Tern/TernDialect.td"

def Tern_CodeKind : I32EnumAttr<"CodeKind", "How the bits of a code read", [
  I32EnumAttrCase<"SInt", 0, "int">,        // two's complement
  I32EnumAttrCase<"UInt", 1, "uint">,
  I32EnumAttrCase<"Binary", 2, "binary">,   // 0 -> -1, 1 -> +1
  I32EnumAttrCase<"Ternary", 3, "ternary">, // 0, 1, 2 -> -1, 0, +1
  I32EnumAttrCase<"E4M3FN", 4, "e4m3fn">,
  I32EnumAttrCase<"E4M3FNUZ", 5, "e4m3fnuz">,
  I32EnumAttrCase<"E5M2", 6, "e5m2">,
  I32EnumAttrCase<"E5M2FNUZ", 7, "e5m2fnuz">,
  I32EnumAttrCase<"E2M1", 8, "e2m1">,
  I32EnumAttrCase<"E8M0", 9, "e8m0">,
  I32EnumAttrCase<"NF4", 10, "nf4">,        // codebooks of bitsandbytes:
  I32EnumAttrCase<"BNB4", 11, "bnb4">,      // "nf4" and "fp4"
]> {
  let cppNamespace = "::tern::ir";
  let genSpecializedAttr = 0;
}

def Tern_QType : TypeDef<Tern_Dialect, "Q", [MemRefElementTypeInterface]> {
  let mnemonic = "q";
  let summary = "A low-bit code as a tensor element.";
  let description = [{
    `!tern.q<int4>`, `!tern.q<uint8>`, `!tern.q<binary>`, `!tern.q<ternary>`,
    `!tern.q<e4m3fn>`, ... : integers of 1 to 16 bits, small floats and
    codebooks (constants only: nothing is encoded in them). A code has a *value* (an integer, or a float for the float kinds); scales and zero
    points live outside, in ordinary tensors.

    In memory (evaluator, activations, model inputs and outputs) an integer
    code is its value in a byte (two bytes above 8 bits), a float code is its
    bits in a byte. Weights are packed (`tern.weight`).

    Constraints: q_c1: `int` and `uint` have 1 to 16 bits.
  }];
  let parameters = (ins EnumParameter<Tern_CodeKind>:$kind, "unsigned":$bits);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [TypeBuilder<(ins "CodeKind":$kind)>];
  let extraClassDeclaration = [{
    bool isInteger() const {
      return getKind() <= CodeKind::Ternary;
    }
    bool isFloat() const { return !isInteger(); }
    /// The least and greatest value of an integer kind.
    int64_t getMin() const;
    int64_t getMax() const;
    /// Whether memory holds the value as a signed integer.
    bool isSigned() const {
      return isInteger() && getKind() != CodeKind::UInt;
    }
    /// Bytes of one code in unpacked memory: 1 or 2.
    unsigned getStorageBytes() const { return getBits() > 8 ? 2 : 1; }
    /// "int4", "ternary", "e4m3fn".
    std::string getName() const;
  }];
}

def Tern_FormatAttr : AttrDef<Tern_Dialect, "Format"> {
  let mnemonic = "format";
  let summary = "How codes, scales and zero points combine.";
  let description = [{
    `block` has one entry per dimension of the codes: the number of
    consecutive elements along it that share a scale. A scale (and zero point)
    tensor has the rank of the codes and `ceil(dim / block)` entries along each
    dimension. Per tensor: `block` is the shape; per axis 1: `block` is the
    shape with 1 at dimension 1; MatMulNBits: `[1, 32]` on N x K.

    value = (code - zero_point) * scale, in f32, in that order.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$block);
  let assemblyFormat = "`<` `[` $block `]` `>`";
}

def Tern_NmAttr : AttrDef<Tern_Dialect, "Nm"> {
  let mnemonic = "nm";
  let summary = "N:M sparsity of a weight matrix along K.";
  let description = [{
    Of every `m` consecutive weights of a row, from k = 0 on, at most `n` are
    not zero (the last group of a row may be shorter). On a contraction, as the
    discardable attribute `tern.nm`, it is a fact about its constant weights,
    which `tern-mark-nm` found.

    Constraints: nm_c1: 1 <= n < m.
  }];
  let parameters = (ins "int64_t":$n, "int64_t":$m);
  let genVerifyDecl = 1;
  let assemblyFormat = "`<` $n `:` $m `>`";
}

def Tern_LayerAttr : AttrDef<Tern_Dialect, "Layer"> {
  let mnemonic = "layer";
  let summary = "The user's layer that an operation comes from.";
  let description = [{
    Carried as the metadata of a fused location, so that it survives every
    rewrite: `id` numbers the tensor values of the graph stage in order (it is
    how verify finds the same value before and after fusion), `name` and `op`
    are the ONNX node's.
  }];
  let parameters = (ins "int64_t":$id, StringRefParameter<"">:$name,
                        StringRefParameter<"">:$op);
  let assemblyFormat = "`<` $id `,` $name `,` $op `>`";
}

def Tern_MethodKind : I32EnumAttr<"Method", "mpGEMM method", [
  I32EnumAttrCase<"Direct", 0, "direct">,   // plain loops, any operands
  I32EnumAttrCase<"Dequant", 1, "dequant">, // float dot of dequantized weights
  I32EnumAttrCase<"IntDot", 2, "int_dot">,  // integer dot, scale afterwards
  I32EnumAttrCase<"Mma", 3, "mma">,         // matrix units of a GPU
  I32EnumAttrCase<"XnorPopcount", 4, "xnor_popcount">, // bits that differ
  I32EnumAttrCase<"SparseNm", 5, "sparse_nm">, // int_dot without N:M's zeros
]> {
  let cppNamespace = "::tern::ir";
  let genSpecializedAttr = 0;
}
def Tern_MethodAttr : EnumAttr<Tern_Dialect, Tern_MethodKind, "method">;

def Tern_LayoutAttr : AttrDef<Tern_Dialect, "Layout"> {
  let mnemonic = "layout";
  let summary = "The packed order of an N x K weight matrix.";
  let description = [{
    Drives the packer and the kernels' index arithmetic alike.

    Codes are stored unsigned (`code = value + offset`) in `bits` bits,
    `F = 8 / bits` to a byte. Rows come in tiles of `rows`; along K, blocks of
    `depth * F` codes. With kb = k / (depth*F), f = (k % (depth*F)) / depth,
    q = k % depth, the code of (n, k) is bits [f*bits, f*bits+bits) of byte

        (((n / rows) * ceil(K / (depth*F)) + kb) * rows + n % rows) * depth + q

    N is padded to `rows` and K to `depth * F` with the code of value 0.
    One-bit codes with offset 1 are binary: value = 2 * code - 1.
    16-bit codes use two bytes each (F = 1, byte address doubled), f32 four.

    With `fragments`, `rows` is 8, `depth` 64 and `bits` 4: the 16 bytes that
    lane l of a warp holds of a tile's block are the B operands of 8 products
    of 16-bit floats (kern.mma f16), in that order. Code (n, k) of a block of
    128 is lane (n % 8) * 4 + (k % 8) / 2; with s = k / 16, h = (k % 16) / 8,
    e = k % 2 it is nibble h of byte 4 * (s / 2) + s % 2 + 2 * e of the lane's:
    a mask of 0x000f000f gives the two neighbours along K as halves of a word.

    `unit` is the width of a word where on-chip memory has another one than a
    byte: F = unit / bits, and "byte" above reads "word of `unit` bits" (in the
    blob, as many whole bytes as it takes). A folded unit of PE rows and SIMD
    columns is rows = PE, depth = 1, unit = SIMD * bits; there, codes with
    offset 0 are two's complement.

    With `nm` = n:m, only n of every m consecutive weights of a row are stored,
    less their zero points, in ascending order of k: those that are not 0, and
    zeros where these are fewer. The p-th that stays of a row is at place
    k % m of the window k / m = p / n; place and code are kept apart. A block is
    of `depth * S` codes that stay, where S = max(F, G, n / depth): S / F parts
    of `rows * depth` bytes with F codes each, as above, then S / G parts with
    G = 8 / b places each of b = 1, 2 or 4 bits, for m = 2, 4, or 8 and 16. With
    kb = p / (depth*S), f = (p % (depth*S)) / depth and P = S / F + S / G, code p
    of row n is field f % F of the byte

        (((n / rows) * blocks + kb) * P + f / F) * rows * depth
          + (n % rows) * depth + p % depth

    and its place is field f % G of that with S / F + f / G instead of f / F.
    2:4 with 4 bits takes 12 bits where it took 16.

    Constraints:
    * layout_c1: with `nm`, n, m and `depth` are powers of two, m <= 16, `bits`
      is 1, 2, 4 or 8, and neither `fragments` nor `unit` is set.
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$depth, "int64_t":$bits,
                        "int64_t":$offset,
                        DefaultValuedParameter<"bool", "false">:$fragments,
                        DefaultValuedParameter<"int64_t", "8">:$unit,
                        OptionalParameter<"NmAttr">:$nm);
  let skipDefaultBuilders = 1;
  let builders = [AttrBuilder<(ins "int64_t":$rows, "int64_t":$depth,
                                   "int64_t":$bits, "int64_t":$offset,
                                   CArg<"bool", "false">:$fragments,
                                   CArg<"int64_t", "8">:$unit,
                                   CArg<"NmAttr", "{}">:$nm), [{
    return $_get($_ctxt, rows, depth, bits, offset, fragments, unit, nm);
  }]>];
  let genVerifyDecl = 1;
  let assemblyFormat = "`<` struct(params) `>`";
}

def Tern_TargetAttr : AttrDef<Tern_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "The machine that the module is compiled for.";
  let description = [{
    `name` is a file of targets/ (without .yaml), `features` LLVM's feature
    string ("+sm_90" of a GPU), `hash` that of the YAML's contents.
  }];
  let parameters = (ins StringRefParameter<"">:$name,
                        StringRefParameter<"">:$features,
                        StringRefParameter<"">:$hash);
  let assemblyFormat = "`<` $name `,` $features `,` $hash `>`";
}

#endif // TERN_TERN_TYPES
