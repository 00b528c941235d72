// Narrow sums, two to a lane: the first takes the first two of a lane's four
// products, the second the others. They wrap around at 2^16, and a fold adds
// both to the lane. The same from shuffles, whatever the machine, and from C.
// RUN: tern-backend %s --run=main --input=255,254,0,1,7,7,200,100 --input=-128,127,-1,100 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=255,254,0,1,7,7,200,100 --input=-128,127,-1,100 --features= | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=255,254,0,1,7,7,200,100 --input=-128,127,-1,100 | FileCheck %s

// Lane 0: 32000 + 255 * -128 + 254 * 127 = 31618 and 32000 + 100; lane 1:
// 32000 - 7 and 32000 - 200 + 10000, which is -23736. Once more each.
// CHECK: sums: 31236 32200 31986 -13936
// CHECK: y: 63436 18050

module attributes {kern.model = "narrow"} {
  func.func private @narrow(%lo: index, %hi: index, %w: memref<8xi8>,
                            %a: memref<4xi8>, %sums: memref<4xi16>, %y: memref<2xi32>)
      attributes {kern.kernel, kern.layer = "narrow"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %start = arith.constant dense<32000> : vector<4xi16>
    %zero = arith.constant dense<0> : vector<2xi32>
    scf.for %i = %lo to %hi step %c1 {
      %codes = vector.load %w[%c0] : memref<8xi8>, vector<8xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %once = kern.dot %start, %codes, %x : vector<4xi16>, vector<8xi8>, vector<4xi8>
      %twice = kern.dot %once, %codes, %x : vector<4xi16>, vector<8xi8>, vector<4xi8>
      vector.store %twice, %sums[%c0] : memref<4xi16>, vector<4xi16>
      %wide = kern.fold %zero, %twice : vector<2xi32>, vector<4xi16>
      vector.store %wide, %y[%c0] : memref<2xi32>, vector<2xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %a: memref<?xi8>, %s: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [8], -1>,
                                 #kern.tensor<"a", "int8", [4], -1>],
                  kern.outputs = [#kern.tensor<"sums", "int16", [4], -1>,
                                  #kern.tensor<"y", "int32", [2], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<8xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<4xi8>
    %2 = kern.view %s[0] : memref<?xi8> to memref<4xi16>
    %3 = kern.view %y[0] : memref<?xi8> to memref<2xi32>
    kern.launch @narrow grid 1 (%0, %1, %2, %3) : memref<8xi8>, memref<4xi8>, memref<4xi16>, memref<2xi32>
    return
  }
}
