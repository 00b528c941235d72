// Bits that differ in all bytes of a register, and in the first 16. (The last
// number of an input is that of all that follow.)
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=ASM
// RUN: tern-backend %s --rvv --run=main --input=255,0,3,0,0,0,0,0,0,0,0,0,0,0,0,0,15 --input=0,255,1,0 --vlen=128 | FileCheck %s --check-prefix=V128
// RUN: tern-backend %s --rvv --run=main --input=255,0,3,0,0,0,0,0,0,0,0,0,0,0,0,0,15 --input=0,255,1,0 --vlen=512 | FileCheck %s --check-prefix=V512

// ASM-LABEL: tern.kernel.hamming:
// ASM: vmxor.mm
// ASM: vcpop.m
// V128: y: 117 117
// V512: y: 309 117

module attributes {kern.model = "hamming"} {
  func.func private @hamming(%lo: index, %hi: index, %w: memref<128xi8>,
                             %x: memref<128xi8>, %y: memref<2xi32>)
      attributes {kern.kernel, kern.layer = "hamming"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %acc = arith.constant 100 : i32
    scf.for %i = %lo to %hi step %c1 {
      %w0 = vector.load %w[%c0] : memref<128xi8>, vector<[8]xi8>
      %x0 = vector.load %x[%c0] : memref<128xi8>, vector<[8]xi8>
      %all = kern.hamming %acc, %w0, %x0 : i32, vector<[8]xi8>, vector<[8]xi8>
      %w1 = vector.load %w[%c0] : memref<128xi8>, vector<16xi8>
      %x1 = vector.load %x[%c0] : memref<128xi8>, vector<16xi8>
      %first = kern.hamming %acc, %w1, %x1 : i32, vector<16xi8>, vector<16xi8>
      memref.store %all, %y[%c0] : memref<2xi32>
      memref.store %first, %y[%c1] : memref<2xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [128], -1>,
                                 #kern.tensor<"x", "uint8", [128], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [2], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<128xi8>
    %1 = kern.view %x[0] : memref<?xi8> to memref<128xi8>
    %2 = kern.view %y[0] : memref<?xi8> to memref<2xi32>
    kern.launch @hamming grid 1 (%0, %1, %2) : memref<128xi8>, memref<128xi8>, memref<2xi32>
    return
  }
}
