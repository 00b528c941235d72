// RUN: tern-opt %s -split-input-file -verify-diagnostics

// design_c1
// expected-error@+1 {{expected a function @top of one block}}
kern.design @empty {
}

// -----

kern.design @busy {
  func.func @top() {
    // expected-error@+1 {{expected kern.fifo, kern.process or a return in @top}}
    %c = arith.constant 0 : index
    return
  }
}

// -----

// accelerate_c1
func.func @no_design(%x: memref<4xi8>) {
  // expected-error@+1 {{expected a kern.design, but got @no_design}}
  kern.accelerate @no_design ins() outs(%x : memref<4xi8>)
  return
}

// -----

// fifo_c1
kern.design @shallow {
  func.func @top() {
    // expected-error@+1 {{expected a depth of at least 1, but got 0}}
    %a = kern.fifo depth 0 : <i8>
    return
  }
}

// -----

// fifo_c2
kern.design @unread {
  func.func @top() {
    // expected-error@+1 {{expected one process that writes and one that reads, but got 0 uses}}
    %a = kern.fifo depth 2 : <i8>
    return
  }
}

// -----

// process_c1
kern.design @mismatch {
  func.func private @stage(%in: memref<4xi8>) {
    return
  }
  func.func @top(%x: memref<8xi8>) {
    // expected-error@+1 {{expected a function of 'memref<8xi8>', but got @stage}}
    kern.process @stage(%x) : memref<8xi8>
    return
  }
}

// -----

// stream_read_c1
func.func @narrow_read(%in: !kern.stream<i12>) {
  // expected-error@+1 {{expected a word of '!kern.stream<i12>', but got 'i8'}}
  %w = kern.stream_read %in : !kern.stream<i12> -> i8
  return
}

// -----

// stream_write_c1
func.func @narrow_write(%w: i8, %out: !kern.stream<i12>) {
  // expected-error@+1 {{expected a word of '!kern.stream<i12>', but got 'i8'}}
  kern.stream_write %w, %out : i8, !kern.stream<i12>
  return
}

// -----

// memory_c1
func.func @no_space() {
  // expected-error@+1 {{expected a rank-1 memref of a static size and a kern.space, but got 'memref<4xi8>'}}
  %m = kern.memory banks 1 : memref<4xi8>
  return
}

// -----

// memory_c2
func.func @banks() {
  // expected-error@+1 {{expected banks that divide 4 elements, but got 3}}
  %m = kern.memory banks 3 : memref<4xi8, #kern.space<bram>>
  return
}

// -----

// rom_c1
kern.design @rom {
  tern.weight @w : tensor<4xi32> = dense<[1, 2, 3, 4]> : tensor<4xi32>
  func.func private @stage() {
    // expected-error@+1 {{expected 4 elements, but got 'memref<5xi32, #kern.space<bram>>'}}
    %m = kern.rom @w banks 1 : memref<5xi32, #kern.space<bram>>
    return
  }
  func.func @top() {
    return
  }
}

// -----

// rom_c2
kern.design @rom_banks {
  tern.weight @w : tensor<4xi32> = dense<[1, 2, 3, 4]> : tensor<4xi32>
  func.func private @stage() {
    // expected-error@+1 {{expected banks that divide 4 elements, but got 3}}
    %m = kern.rom @w banks 3 : memref<4xi32, #kern.space<bram>>
    return
  }
  func.func @top() {
    return
  }
}

// -----

// get_lane_c1
func.func @get(%w: i12, %i: index) {
  // expected-error@+1 {{expected a width that divides 12, but got 5}}
  %l = kern.get_lane %w[%i] : i12 -> i5
  return
}

// -----

// put_lane_c1
func.func @put(%v: i5, %m: memref<1xi12>, %i: index) {
  // expected-error@+1 {{expected a width that divides 12, but got 5}}
  kern.put_lane %v, %m[%i, %i] : i5, memref<1xi12>
  return
}

// -----

// directive_c1
func.func @late(%n: index, %m: memref<4xi8>, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    memref.store %v, %m[%i] : memref<4xi8>
    // expected-error@+1 {{expected to stand first in its loop}}
    kern.unroll
  }
  return
}

// -----

// pipeline_c1
func.func @interval(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // expected-error@+1 {{expected an interval of at least 1, but got 0}}
    kern.pipeline ii 0
  }
  return
}
