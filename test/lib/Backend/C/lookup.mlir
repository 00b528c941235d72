// Bytes of a table, lane by lane.
// RUN: tern-backend %s --c --run=main --input=10,-11,12,-13,14,15,16,17,18,19,20,21,22,23,24,-25 --input=0,15,1,3,7 | FileCheck %s
// CHECK: y: 10 -25 -11 -13 17

module attributes {kern.model = "lookup"} {
  func.func private @lookup(%lo: index, %hi: index, %t: memref<16xi8>,
                            %x: memref<16xi8>, %y: memref<16xi8>)
      attributes {kern.kernel, kern.layer = "lookup"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %table = vector.load %t[%c0] : memref<16xi8>, vector<16xi8>
      %at = vector.load %x[%c0] : memref<16xi8>, vector<16xi8>
      %found = kern.lookup %table, %at : vector<16xi8>, vector<16xi8>
      vector.store %found, %y[%c0] : memref<16xi8>, vector<16xi8>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %t: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"t", "int8", [16], -1>,
                                 #kern.tensor<"x", "uint8", [16], -1>],
                  kern.outputs = [#kern.tensor<"y", "int8", [16], -1>]} {
    %0 = kern.view %t[0] : memref<?xi8> to memref<16xi8>
    %1 = kern.view %x[0] : memref<?xi8> to memref<16xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<16xi8>
    kern.launch @lookup grid 1 (%0, %1, %2) : memref<16xi8>, memref<16xi8>, memref<16xi8>
    return
  }
}
