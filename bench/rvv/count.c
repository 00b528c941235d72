/*===- count.c - A QEMU plugin that counts RISC-V instructions ------------===
 *
 * qemu-riscv64 -plugin libtern-rvv-count.so,out=FILE program...
 *
 * Counts what runs between the hints `slti x0, x0, 0x7f1` and
 * `slti x0, x0, 0x7f2`, and writes a line for each such region:
 *
 *   scalar=A config=B vector=C weighted=D widest=E unknown=F
 *
 * config counts vsetvli and vsetivli. A vector instruction weighs max(1, LMUL)
 * in `weighted`, and max(1, registers of its widest operand) in `widest`: the
 * passes through a datapath as wide as a register. Both sums are in registers.
 * LMUL is that of the last vset that ran; vsetvl takes it from a register,
 * which a plugin cannot read, so `unknown` counts those and must be 0.
 *
 * QEMU ships no header of this interface with its packages: what is used of
 * version 1 is declared here.
 *===----------------------------------------------------------------------===*/
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CALLBACK_READS_NOTHING = 0, INLINE_ADD = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id,
                                           void (*)(plugin_id,
                                                    struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *,
                                                 size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *,
                                            void (*)(unsigned, void *), int,
                                            void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int,
                                                void *, uint64_t);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = 1;

enum { MARK_BEGIN = 0x7f102013, MARK_END = 0x7f202013 };

/* Weights are in eighths of a register, the least LMUL. */
typedef struct {
  uint64_t scalar, config, vector, weighted, widest, unknown;
} Counts;
static Counts now, begin;
static unsigned vtype;
static FILE *output;

static unsigned bits(uint32_t word, unsigned low, unsigned count) {
  return word >> low & ((1u << count) - 1);
}

/* LMUL and SEW that vtype says; LMUL in eighths. */
static unsigned lmul(void) {
  unsigned code = bits(vtype, 0, 3);
  return code < 4 ? 8u << code : 8u >> (8 - code);
}
static unsigned sew(void) { return 8u << bits(vtype, 3, 3); }

static unsigned atLeastOne(unsigned eighths) {
  return eighths < 8 ? 8 : eighths;
}
static void weigh(unsigned weight, unsigned widest) {
  now.vector++;
  now.weighted += atLeastOne(weight);
  now.widest += atLeastOne(widest);
}

/* Loads and stores: whole registers and masks weigh what they move, indexed
 * ones at least their indices. */
static void countMemory(uint32_t word) {
  static const unsigned widths[8] = {8, 0, 0, 0, 0, 16, 32, 64};
  unsigned fields = bits(word, 29, 3) + 1, mode = bits(word, 26, 2);
  unsigned unit = bits(word, 20, 5), width = widths[bits(word, 12, 3)];
  unsigned registers = lmul() * width / sew();
  if (mode == 0 && unit == 8)
    weigh(8 * fields, 8 * fields);
  else if (mode == 0 && unit == 11)
    weigh(8, 8);
  else if (mode == 0 || mode == 2)
    weigh(lmul(), atLeastOne(registers) * fields);
  else
    weigh(lmul(), registers > lmul() * fields ? registers : lmul() * fields);
}

/* Arithmetic: widening and narrowing forms have an operand of twice the
 * registers, scalars and masks one register. */
static void countArithmetic(uint32_t word) {
  enum { OPIVV, OPFVV, OPMVV, OPIVI, OPIVX, OPFVF, OPMVX };
  unsigned form = bits(word, 12, 3), function = bits(word, 26, 6);
  unsigned source = bits(word, 15, 5), widest = lmul();
  if (form == OPIVI && function == 0x27) { /* vmv<n>r.v */
    weigh(8 * (source + 1), 8 * (source + 1));
    return;
  }
  bool integer = form == OPIVV || form == OPIVI || form == OPIVX;
  bool narrows = integer && function >= 0x2c && function <= 0x2f;
  bool widens = !integer && function >= 0x30;
  bool converts = form == OPFVV && function == 0x12 && source >= 8;
  if (narrows || widens || converts)
    widest = 2 * lmul();
  bool toScalar = form == OPMVV && function == 0x10;
  bool ofMasks = form == OPMVV && function >= 0x18 && function <= 0x1f;
  if (toScalar || ofMasks ||
      ((form == OPMVX || form == OPFVF) && function == 0x10))
    widest = 8;
  weigh(lmul(), widest);
}

static void onVector(unsigned cpu, void *data) {
  uint32_t word = (uint32_t)(uintptr_t)data;
  if (bits(word, 0, 7) == 0x57)
    countArithmetic(word);
  else
    countMemory(word);
}

static void onConfig(unsigned cpu, void *data) {
  vtype = (unsigned)(uintptr_t)data;
  now.config++;
}

static void onBegin(unsigned cpu, void *data) { begin = now; }

static void onEnd(unsigned cpu, void *data) {
  fprintf(output,
          "scalar=%llu config=%llu vector=%llu weighted=%.3f widest=%.3f "
          "unknown=%llu\n",
          (unsigned long long)(now.scalar - begin.scalar),
          (unsigned long long)(now.config - begin.config),
          (unsigned long long)(now.vector - begin.vector),
          (double)(now.weighted - begin.weighted) / 8,
          (double)(now.widest - begin.widest) / 8,
          (unsigned long long)(now.unknown - begin.unknown));
  fflush(output);
}

static bool isVectorMemory(uint32_t word) {
  unsigned opcode = bits(word, 0, 7), width = bits(word, 12, 3);
  return (opcode == 0x07 || opcode == 0x27) && (width == 0 || width >= 5);
}

static void callBack(struct qemu_plugin_insn *insn,
                     void (*function)(unsigned, void *), uint32_t data) {
  qemu_plugin_register_vcpu_insn_exec_cb(insn, function, CALLBACK_READS_NOTHING,
                                         (void *)(uintptr_t)data);
}
static void increment(struct qemu_plugin_insn *insn, uint64_t *counter) {
  qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD, counter, 1);
}

static void instrument(struct qemu_plugin_insn *insn) {
  uint32_t word = 0;
  size_t size = qemu_plugin_insn_size(insn);
  memcpy(&word, qemu_plugin_insn_data(insn), size);
  bool isVector = size == 4 && bits(word, 0, 7) == 0x57;
  if (size == 4 && word == MARK_BEGIN)
    callBack(insn, onBegin, 0);
  else if (size == 4 && word == MARK_END)
    callBack(insn, onEnd, 0);
  else if (isVector && bits(word, 12, 3) == 7 && !bits(word, 31, 1))
    callBack(insn, onConfig, bits(word, 20, 11)); /* vsetvli */
  else if (isVector && bits(word, 12, 3) == 7 && bits(word, 30, 2) == 3)
    callBack(insn, onConfig, bits(word, 20, 10)); /* vsetivli */
  else if (isVector && bits(word, 12, 3) == 7)
    increment(insn, &now.unknown); /* vsetvl */
  else if (isVector || (size == 4 && isVectorMemory(word)))
    callBack(insn, onVector, word);
  else
    increment(insn, &now.scalar);
}

static void onTranslation(plugin_id id, struct qemu_plugin_tb *block) {
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i)
    instrument(qemu_plugin_tb_get_insn(block, i));
}

EXPORTED int qemu_plugin_install(plugin_id id, const void *info, int argc,
                                 char **argv) {
  output = stderr;
  for (int i = 0; i < argc; ++i)
    if (!strncmp(argv[i], "out=", 4))
      output = fopen(argv[i] + 4, "w");
  if (!output) {
    fprintf(stderr, "tern-rvv-count: cannot write the file of out=\n");
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, onTranslation);
  return 0;
}
