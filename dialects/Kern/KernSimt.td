//===- KernSimt.td - Parallel levels and collectives of SIMT kernels ------===//
//
// A parallel level is an `scf.forall` over one dimension whose mapping names
// it; a collective is executed by all points of the foralls around it
// together, and its meaning is that of running all of them up to it first.
//
//===----------------------------------------------------------------------===//
#ifndef TERN_KERN_SIMT
#define TERN_KERN_SIMT

include "mlir/Dialect/SCF/IR/DeviceMappingInterface.td"

//===----------------------------------------------------------------------===//
// Levels, spaces, the shape of a launch
//===----------------------------------------------------------------------===//

class Kern_LevelAttr<string level, string mnemonicOf, int id, string meaning>
    : AttrDef<Kern_Dialect, level, [DeclareAttrInterfaceMethods<DeviceMappingAttrInterface>]> {
  let mnemonic = mnemonicOf;
  let summary = meaning;
  let extraClassDefinition = [{
    int64_t $cppClass::getMappingId() const { return }] # id # [{; }
    bool $cppClass::isLinearMapping() const { return true; }
    int64_t $cppClass::getRelativeIndex() const { return 0; }
  }];
}

def Kern_GridAttr : Kern_LevelAttr<"Grid", "grid", 0,
    "Independent points of a launch: a thread each, in blocks of any size.">;
def Kern_BlockAttr : Kern_LevelAttr<"Block", "block", 1,
    "The blocks of a launch; a block has shared memory and barriers.">;
def Kern_WarpAttr : Kern_LevelAttr<"Warp", "warp", 2,
    "The warps of a block.">;
def Kern_LaneAttr : Kern_LevelAttr<"Lane", "lane", 3,
    "The 32 lanes of a warp.">;
def Kern_ThreadAttr : Kern_LevelAttr<"Thread", "thread", 4,
    "The threads of a block: lane + 32 * warp.">;

def Kern_SharedAttr : AttrDef<Kern_Dialect, "Shared"> {
  let mnemonic = "shared";
  let summary = "The memory space of a block's shared memory.";
}

def Kern_GeometryAttr : AttrDef<Kern_Dialect, "Geometry"> {
  let mnemonic = "geometry";
  let summary = "How a SIMT kernel is launched.";
  let description = [{
    `kern.geometry` of a kernel: `threads` per block, and `shared` bytes of
    shared memory. The grid of its launches counts the points of its outermost
    forall: blocks, or threads where that is `#kern.grid`.
  }];
  let parameters = (ins "int64_t":$threads, "int64_t":$shared);
  let assemblyFormat = "`<` struct(params) `>`";
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

def Kern_TileOp : Kern_Op<"tile", [Pure]> {
  let summary = "A piece of the block's shared memory.";
  let description = [{
    `meaning` says what lies there, for who reads the printed code.

    Constraints:
    * tile_c1: the result is a rank-1 memref in #kern.shared of static shape.
    * tile_c2: `offset`, in bytes, is a non-negative multiple of 16.
  }];
  let arguments = (ins I64Attr:$offset, StrAttr:$meaning);
  let results = (outs AnyMemRef:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$offset $meaning attr-dict `:` type($result)";
}

def Kern_BarrierOp : Kern_Op<"barrier"> {
  let summary = "All threads of the block get here before any goes on.";
  let assemblyFormat = "attr-dict";
}

def Kern_CopyAsyncOp : Kern_Op<"copy_async"> {
  let summary = "Start copying a few bytes into shared memory.";
  let description = [{
    Where `valid` is false nothing is read and zeros are written. The bytes are
    in shared memory for the thread that copies once it has waited
    (kern.copy_wait), for others behind a barrier after that. `streaming` bytes
    are used once: they need not stay in a cache.

    Constraints:
    * copy_async_c1: `bytes` is 4 or 16.
    * copy_async_c2: `target` is in #kern.shared and holds i8; `source` is not,
      and holds i8 or f16 (`from` counts elements).
  }];
  let arguments = (ins AnyMemRef:$source, Index:$from, AnyMemRef:$target,
                       Index:$to, I1:$valid, I64Attr:$bytes,
                       UnitAttr:$streaming);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $source `[` $from `]` `to` $target `[` $to `]` `if` $valid `bytes` $bytes
    (`streaming` $streaming^)? attr-dict `:` type($source) `,` type($target)
  }];
}

def Kern_CopyCommitOp : Kern_Op<"copy_commit"> {
  let summary = "Close a group of the copies that this thread has started.";
  let assemblyFormat = "attr-dict";
}

def Kern_CopyWaitOp : Kern_Op<"copy_wait"> {
  let summary = "Wait until at most `pending` groups of copies are under way.";
  let description = [{
    Constraints:
    * copy_wait_c1: `pending` is not negative.
  }];
  let arguments = (ins I64Attr:$pending);
  let hasVerifier = 1;
  let assemblyFormat = "$pending attr-dict";
}

//===----------------------------------------------------------------------===//
// Matrix products and what feeds them
//===----------------------------------------------------------------------===//

def Kern_LoadWordsOp : Kern_Op<"load_words", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Aligned 32-bit words of byte memory.";
  let description = [{
    Reads 4, 8 or 16 bytes from element `at`, a multiple of that size. With
    `streaming` they are used once.

    Constraints:
    * load_words_c1: memory of i8, a result of i32 or 2 or 4 of them.
  }];
  let arguments = (ins AnyMemRef:$memory, Index:$at, UnitAttr:$streaming);
  let results = (outs AnyType:$words);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $memory `[` $at `]` (`streaming` $streaming^)? attr-dict
    `:` type($memory) `->` type($words)
  }];
}

def Kern_LdMatrixOp : Kern_Op<"ldmatrix"> {
  let summary = "Fragments of 8 x 16 byte matrices in shared memory.";
  let description = [{
    A warp reads 2 or 4 matrices of 8 rows of 16 bytes. Lane l gives the address
    of row l % 8 of matrix l / 8 (with 2 matrices, lanes from 16 on give none),
    and gets word l % 4 of row l / 4 of each.

    Constraints:
    * ldmatrix_c1: i8 memory in #kern.shared, a result of 2 or 4 words.
  }];
  let arguments = (ins AnyMemRef:$memory, Index:$at);
  let results = (outs AnyVector:$words);
  let hasVerifier = 1;
  let assemblyFormat = "$memory `[` $at `]` attr-dict `:` type($memory) `->` type($words)";
}

def Kern_MmaKind : I32EnumAttr<"MmaKind", "Operands of a matrix product", [
  I32EnumAttrCase<"S8", 0, "s8">,     // int8 x int8 -> i32, m16n8k32
  I32EnumAttrCase<"S8U8", 1, "s8u8">, // int8 x uint8
  I32EnumAttrCase<"U8S8", 2, "u8s8">, // uint8 x int8
  I32EnumAttrCase<"U8", 3, "u8">,     // uint8 x uint8
  I32EnumAttrCase<"F16", 4, "f16">,   // f16 x f16 -> f32, m16n8k16
]> {
  let cppNamespace = "::tern::kern";
  let genSpecializedAttr = 0;
}
def Kern_MmaKindAttr : EnumAttr<Kern_Dialect, Kern_MmaKind, "mma_kind">;

def Kern_MmaOp : Kern_Op<"mma", [AllTypesMatch<["acc", "result"]>]> {
  let summary = "acc + A * B of 16 x 8 numbers by a warp.";
  let description = [{
    A is 16 x 32 bytes row by row (4 words a lane), B 32 bytes x 8 column by
    column (2 words). Lane l holds of A the words l % 4 and l % 4 + 4 of rows
    l / 4 and l / 4 + 8, in the order (row, word), (row + 8, word),
    (row, word + 4), (row + 8, word + 4); of B words l % 4 and l % 4 + 4 of
    column l / 4; of the sums columns 2 * (l % 4) and the next of rows l / 4 and
    l / 4 + 8. Integer sums wrap; float products are exact and their sum with
    acc is rounded in an order that the machine chooses.

    Constraints:
    * mma_c1: a has 4 words, b 2, acc 4 i32, or 4 f32 where the kind is f16.
  }];
  let arguments = (ins Kern_MmaKindAttr:$kind, AnyVector:$acc, AnyVector:$a,
                       AnyVector:$b);
  let results = (outs AnyVector:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $kind $acc `,` $a `,` $b attr-dict `:` type($acc) `,` type($a) `,` type($b)
  }];}

def Kern_Dp4aOp : Kern_Op<"dp4a", [Pure]> {
  let summary = "acc + the dot product of four bytes with four bytes.";
  let description = [{
    Bytes are signed unless `unsigned_a`, `unsigned_b`; the sum wraps.

    Constraints:
    * dp4a_c1: not `unsigned_b` alone.
  }];
  let arguments = (ins I32:$acc, I32:$a, I32:$b, UnitAttr:$unsigned_a,
                       UnitAttr:$unsigned_b);
  let results = (outs I32:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $acc `,` $a `,` $b (`unsigned_a` $unsigned_a^)?
    (`unsigned_b` $unsigned_b^)? attr-dict
  }];
}

def Kern_Lop3Op : Kern_Op<"lop3", [Pure]> {
  let summary = "Any function of three bits, of 32 of them at once.";
  let description = [{
    Bit 4 * a + 2 * b + c of `table` is the result for bits a, b and c: 0xea is
    (a & b) | c.

    Constraints:
    * lop3_c1: `table` is a byte.
  }];
  let arguments = (ins I32:$a, I32:$b, I32:$c, I64Attr:$table);
  let results = (outs I32:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$a `,` $b `,` $c `table` $table attr-dict";
}

def Kern_SubF16x2Op : Kern_Op<"sub_f16x2", [Pure]> {
  let summary = "The differences of two pairs of f16 in words.";
  let description = "Each half is rounded to nearest even.";
  let arguments = (ins I32:$a, I32:$b);
  let results = (outs I32:$result);
  let assemblyFormat = "$a `,` $b attr-dict";
}

def Kern_ShuffleXorOp : Kern_Op<"shuffle_xor", [SameOperandsAndResultType]> {
  let summary = "The value that lane (this ^ `lanes`) has.";
  let description = [{
    Constraints:
    * shuffle_xor_c1: an i32 or f32.
    * shuffle_xor_c2: `lanes` is a power of two below 32.
  }];
  let arguments = (ins AnyType:$value, I64Attr:$lanes);
  let results = (outs AnyType:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$value `lanes` $lanes attr-dict `:` type($value)";
}

#endif // TERN_KERN_SIMT
