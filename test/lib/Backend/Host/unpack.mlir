// Fields of packed bytes: shifts of 32-bit lanes on x86 (bytes have none there),
// of bytes on RISC-V, and the same codes from both.
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=X86
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=RVV
// RUN: tern-backend %s --run=main --input=228,27,255,129 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=228,27,255,129 --features= | FileCheck %s
// RUN: tern-backend %s --run=main --input=228,27,255,129 --rvv | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=228,27,255,129 | FileCheck %s

// X86-LABEL: tern.kernel.unpack:
// X86: vpsrld $4
// X86: retq
// RVV-LABEL: tern.kernel.unpack:
// RVV: vsrl.vi {{.*}}, 4
// RVV: ret

// 228 = 11 10 01 00, 27 = 00 01 10 11, 255, 129 = 10 00 00 01
// CHECK: first: 0 3 3 1 1
// CHECK: third: 2 1 3 0 0
// CHECK: high: 14 1 15 8 8
// In place: 01 << 2, 10 << 2, 11 << 2, 0.
// CHECK: in_place: 4 8 12 0 0
// CHECK: high_in_place: 224 16 240 128 128

module attributes {kern.model = "unpack"} {
  func.func private @unpack(%lo: index, %hi: index, %x: memref<32xi8>,
                            %a: memref<32xi8>, %b: memref<32xi8>,
                            %c: memref<32xi8>, %d: memref<32xi8>,
                            %e: memref<32xi8>)
      attributes {kern.kernel, kern.layer = "unpack"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %v = vector.load %x[%c0] : memref<32xi8>, vector<32xi8>
      %0 = kern.unpack %v bits 2 field 0 : vector<32xi8>
      vector.store %0, %a[%c0] : memref<32xi8>, vector<32xi8>
      %1 = kern.unpack %v bits 2 field 2 : vector<32xi8>
      vector.store %1, %b[%c0] : memref<32xi8>, vector<32xi8>
      %2 = kern.unpack %v bits 4 field 1 : vector<32xi8>
      vector.store %2, %c[%c0] : memref<32xi8>, vector<32xi8>
      %3 = kern.unpack %v bits 2 field 1 in_place : vector<32xi8>
      vector.store %3, %d[%c0] : memref<32xi8>, vector<32xi8>
      %4 = kern.unpack %v bits 4 field 1 in_place : vector<32xi8>
      vector.store %4, %e[%c0] : memref<32xi8>, vector<32xi8>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %a: memref<?xi8>, %b: memref<?xi8>,
                  %c: memref<?xi8>, %d: memref<?xi8>, %e: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x", "uint8", [32], -1>],
                  kern.outputs = [#kern.tensor<"first", "uint8", [32], -1>,
                                  #kern.tensor<"third", "uint8", [32], -1>,
                                  #kern.tensor<"high", "uint8", [32], -1>,
                                  #kern.tensor<"in_place", "uint8", [32], -1>,
                                  #kern.tensor<"high_in_place", "uint8", [32], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<32xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<32xi8>
    %2 = kern.view %b[0] : memref<?xi8> to memref<32xi8>
    %3 = kern.view %c[0] : memref<?xi8> to memref<32xi8>
    %4 = kern.view %d[0] : memref<?xi8> to memref<32xi8>
    %5 = kern.view %e[0] : memref<?xi8> to memref<32xi8>
    kern.launch @unpack grid 1 (%0, %1, %2, %3, %4, %5) : memref<32xi8>, memref<32xi8>, memref<32xi8>, memref<32xi8>, memref<32xi8>, memref<32xi8>
    return
  }
}
