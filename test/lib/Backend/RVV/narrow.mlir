// Narrow sums: products of bytes are added to i16 by one instruction, and a
// fold adds those to i32 by another. Wrapping on the way does no harm: 255 times
// -128 twice is below -32768, but the sum ends at 3 - 255 * 2.
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=ASM
// RUN: tern-backend %s --rvv --run=main --input=255 --input=-128,-128,127,127,0 --vlen=128 | FileCheck %s
// RUN: tern-backend %s --rvv --run=main --input=255 --input=-128,-128,127,127,0 --vlen=512 | FileCheck %s

// ASM-LABEL: tern.kernel.narrow:
// ASM: vwmaccsu.vx
// ASM-NOT: vwmul
// ASM: vwadd.{{[wv]}}
// ASM: .size tern.kernel.narrow

// CHECK: y: -407 -407 -407 -407

module attributes {kern.model = "narrow"} {
  func.func private @narrow(%lo: index, %hi: index, %w: memref<320xi8>,
                            %a: memref<5xi8>, %y: memref<64xi32>)
      attributes {kern.kernel, kern.layer = "narrow"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c5 = arith.constant 5 : index
    %c8 = arith.constant 8 : index
    %c64 = arith.constant 64 : index
    %start = arith.constant dense<3> : vector<[8]xi16>
    %hundred = arith.constant dense<100> : vector<[8]xi32>
    %vscale = vector.vscale
    %lanes = arith.muli %vscale, %c8 : index
    scf.for %i = %lo to %hi step %c1 {
      scf.for %j = %c0 to %c64 step %lanes {
        %sums = scf.for %k = %c0 to %c5 step %c1 iter_args(%sum = %start) -> (vector<[8]xi16>) {
          %row = arith.muli %k, %c64 : index
          %at = arith.addi %row, %j : index
          %codes = vector.load %w[%at] : memref<320xi8>, vector<[8]xi8>
          %x = vector.load %a[%k] : memref<5xi8>, vector<1xi8>
          %next = kern.dot %sum, %codes, %x : vector<[8]xi16>, vector<[8]xi8>, vector<1xi8>
          scf.yield %next : vector<[8]xi16>
        }
        %wide = kern.fold %hundred, %sums : vector<[8]xi32>, vector<[8]xi16>
        vector.store %wide, %y[%j] : memref<64xi32>, vector<[8]xi32>
      }
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %a: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [320], -1>,
                                 #kern.tensor<"a", "int8", [5], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [64], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<320xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<5xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<64xi32>
    kern.launch @narrow grid 1 (%0, %1, %2) : memref<320xi8>, memref<5xi8>, memref<64xi32>
    return
  }
}
