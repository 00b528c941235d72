// Every pair of signednesses gives the exact sums, by every way of doing the
// dot; equal ones take vpdpbusd twice, and the first 1000 is the accumulator.
// RUN: tern-backend %s --run=main --input=0,127,128,255,1,2,3,200,128,128,128,128,255 --input=128,255,127,1 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=0,127,128,255,1,2,3,200,128,128,128,128,255 --input=128,255,127,1 --features= | FileCheck %s
// RUN: tern-backend %s --run=main --input=0,127,128,255,1,2,3,200,128,128,128,128,255 --input=128,255,127,1 --rvv | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=0,127,128,255,1,2,3,200,128,128,128,128,255 --input=128,255,127,1 | FileCheck %s
// RUN: tern-backend %s --features=+avx512f,+avx512bw,+avx512vl,+avx512vnni | FileCheck %s --check-prefix=VNNI

// CHECK: us: 17384 1451 872 745
// CHECK: ss: -15384 1195 1128 1001
// CHECK: uu: 49896 2219 66408 131305
// CHECK: su: 17128 1963 -64408 489
// VNNI-LABEL: tern.kernel.us:
// VNNI-COUNT-1: vpdpbusd
// VNNI-NOT: vpdpbusd
// VNNI-LABEL: tern.kernel.ss:
// VNNI-COUNT-2: vpdpbusd
// VNNI-NOT: vpdpbusd
// VNNI-LABEL: tern.kernel.uu:
// VNNI-COUNT-2: vpdpbusd
// VNNI-NOT: vpdpbusd
// VNNI-LABEL: tern.kernel.su:
// VNNI-COUNT-1: vpdpbusd
// VNNI-NOT: vpdpbusd

module attributes {kern.model = "signs"} {
  func.func private @us(%lo: index, %hi: index, %w: memref<64xi8>,
                        %a: memref<4xi8>, %y: memref<16xi32>)
      attributes {kern.kernel, kern.layer = "us"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %acc = arith.constant dense<1000> : vector<16xi32>
      %codes = vector.load %w[%c0] : memref<64xi8>, vector<64xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %sum = kern.dot %acc, %codes, %x : vector<16xi32>, vector<64xi8>, vector<4xi8>
      vector.store %sum, %y[%c0] : memref<16xi32>, vector<16xi32>
    }
    return
  }
  func.func private @ss(%lo: index, %hi: index, %w: memref<64xi8>,
                        %a: memref<4xi8>, %y: memref<16xi32>)
      attributes {kern.kernel, kern.layer = "ss"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %acc = arith.constant dense<1000> : vector<16xi32>
      %codes = vector.load %w[%c0] : memref<64xi8>, vector<64xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %sum = kern.dot %acc, %codes, %x signed_weights : vector<16xi32>, vector<64xi8>, vector<4xi8>
      vector.store %sum, %y[%c0] : memref<16xi32>, vector<16xi32>
    }
    return
  }
  func.func private @uu(%lo: index, %hi: index, %w: memref<64xi8>,
                        %a: memref<4xi8>, %y: memref<16xi32>)
      attributes {kern.kernel, kern.layer = "uu"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %acc = arith.constant dense<1000> : vector<16xi32>
      %codes = vector.load %w[%c0] : memref<64xi8>, vector<64xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %sum = kern.dot %acc, %codes, %x unsigned_input : vector<16xi32>, vector<64xi8>, vector<4xi8>
      vector.store %sum, %y[%c0] : memref<16xi32>, vector<16xi32>
    }
    return
  }
  func.func private @su(%lo: index, %hi: index, %w: memref<64xi8>,
                        %a: memref<4xi8>, %y: memref<16xi32>)
      attributes {kern.kernel, kern.layer = "su"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %acc = arith.constant dense<1000> : vector<16xi32>
      %codes = vector.load %w[%c0] : memref<64xi8>, vector<64xi8>
      %x = vector.load %a[%c0] : memref<4xi8>, vector<4xi8>
      %sum = kern.dot %acc, %codes, %x signed_weights unsigned_input : vector<16xi32>, vector<64xi8>, vector<4xi8>
      vector.store %sum, %y[%c0] : memref<16xi32>, vector<16xi32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %w: memref<?xi8>, %a: memref<?xi8>, %us: memref<?xi8>,
                  %ss: memref<?xi8>, %uu: memref<?xi8>, %su: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"w", "uint8", [64], -1>,
                                 #kern.tensor<"a", "uint8", [4], -1>],
                  kern.outputs = [#kern.tensor<"us", "int32", [16], -1>,
                                  #kern.tensor<"ss", "int32", [16], -1>,
                                  #kern.tensor<"uu", "int32", [16], -1>,
                                  #kern.tensor<"su", "int32", [16], -1>]} {
    %0 = kern.view %w[0] : memref<?xi8> to memref<64xi8>
    %1 = kern.view %a[0] : memref<?xi8> to memref<4xi8>
    %2 = kern.view %us[0] : memref<?xi8> to memref<16xi32>
    kern.launch @us grid 1 (%0, %1, %2) : memref<64xi8>, memref<4xi8>, memref<16xi32>
    %3 = kern.view %ss[0] : memref<?xi8> to memref<16xi32>
    kern.launch @ss grid 1 (%0, %1, %3) : memref<64xi8>, memref<4xi8>, memref<16xi32>
    %4 = kern.view %uu[0] : memref<?xi8> to memref<16xi32>
    kern.launch @uu grid 1 (%0, %1, %4) : memref<64xi8>, memref<4xi8>, memref<16xi32>
    %5 = kern.view %su[0] : memref<?xi8> to memref<16xi32>
    kern.launch @su grid 1 (%0, %1, %5) : memref<64xi8>, memref<4xi8>, memref<16xi32>
    return
  }
}
