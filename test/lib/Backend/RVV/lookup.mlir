// A table of 16 bytes, looked up by every lane of a vector of any length.
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=ASM
// RUN: tern-backend %s --rvv --run=main --input=10,-11,12,-13,14,15,16,17,18,19,20,21,22,23,24,-25,99 --input=0,15,1,3,7 --vlen=128 | FileCheck %s
// RUN: tern-backend %s --rvv --run=main --input=10,-11,12,-13,14,15,16,17,18,19,20,21,22,23,24,-25,99 --input=0,15,1,3,7 --vlen=512 | FileCheck %s

// ASM-LABEL: tern.kernel.lookup:
// ASM: vrgather.vv
// CHECK: y: 10 -25 -11 -13 17

module attributes {kern.model = "lookup"} {
  func.func private @lookup(%lo: index, %hi: index, %t: memref<128xi8>,
                            %x: memref<128xi8>, %y: memref<128xi8>)
      attributes {kern.kernel, kern.layer = "lookup"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c128 = arith.constant 128 : index
    %vscale = vector.vscale
    %lanes = arith.muli %vscale, %c8 : index
    scf.for %i = %lo to %hi step %c1 {
      %table = vector.load %t[%c0] : memref<128xi8>, vector<[8]xi8>
      scf.for %j = %c0 to %c128 step %lanes {
        %at = vector.load %x[%j] : memref<128xi8>, vector<[8]xi8>
        %found = kern.lookup %table, %at : vector<[8]xi8>, vector<[8]xi8>
        vector.store %found, %y[%j] : memref<128xi8>, vector<[8]xi8>
      }
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %t: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"t", "int8", [128], -1>,
                                 #kern.tensor<"x", "uint8", [128], -1>],
                  kern.outputs = [#kern.tensor<"y", "int8", [128], -1>]} {
    %0 = kern.view %t[0] : memref<?xi8> to memref<128xi8>
    %1 = kern.view %x[0] : memref<?xi8> to memref<128xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<128xi8>
    kern.launch @lookup grid 1 (%0, %1, %2) : memref<128xi8>, memref<128xi8>, memref<128xi8>
    return
  }
}
