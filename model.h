/* The model "model", compiled for host-avx2.
 *
 * Allocate context, workspace and weights aligned to TERN_ALIGNMENT bytes,
 * then:
 *
 *   tern_model_model.init(context, weights, weights_bytes);
 *   tern_model_model.run(context, entry, inputs, outputs, workspace, NULL);
 *
 * Both return TERN_OK (0) or what went wrong. */
#ifndef TERN_MODEL_H
#define TERN_MODEL_H

/*===- runtime.h - The ABI of a compiled model ------------------------------===
 *
 * Plain C11, no other dependency. A compiled library exports one symbol,
 * `const tern_model tern_<name>_model`. A caller
 *
 *   1. reads `info` for sizes and tensor descriptions,
 *   2. allocates a context, maps the weights file, calls `init`,
 *   3. allocates a workspace (one per concurrent run), calls `run`,
 *   4. calls `release`, where there is one, when the context is done with.
 *
 * All state lives in the caller's context; `run` allocates nothing.
 *
 * A model whose `info->memory` is TERN_MEMORY_DEVICE runs on a GPU. `init`
 * copies the weights there and allocates a workspace; the context holds both
 * until `release`. `run` enqueues on a stream, and takes device memory, or
 * null for the context's own, as its workspace; inputs and outputs may be
 * host or device memory.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_RUNTIME_H
#define TERN_RUNTIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TERN_ABI_VERSION 2u
/* Alignment in bytes of context, workspace, weights, and (recommended) inputs
 * and outputs. */
#define TERN_ALIGNMENT 64u

/* What init and run return. */
enum {
  TERN_OK = 0,
  TERN_ERROR_WEIGHTS = 1, /* not this model's weights file */
  TERN_ERROR_ENTRY = 2,   /* no such entry */
  TERN_ERROR_ARGUMENT = 3, /* a null or misaligned pointer */
  TERN_ERROR_DEVICE = 4    /* the GPU has no memory left, or failed */
};

/* Where workspaces lie (tern_info). */
enum { TERN_MEMORY_HOST = 0, TERN_MEMORY_DEVICE = 1 };

/* One input or output. `dtype` is ONNX's name ("float", "uint8", "int4",
 * "bool"); elements of fewer than 8 bits take a byte each. */
typedef struct {
  const char *name;
  const char *dtype;
  uint32_t rank;
  int32_t alias; /* outputs: the input whose buffer this one shares, or -1 */
  const int64_t *shape;
  uint64_t bytes;
} tern_tensor;

typedef struct {
  const char *name;
  uint32_t num_inputs;
  uint32_t num_outputs;
  const tern_tensor *inputs;
  const tern_tensor *outputs;
  uint64_t workspace_bytes;
} tern_entry;

typedef struct {
  uint32_t abi_version; /* TERN_ABI_VERSION */
  uint32_t num_entries;
  const char *model;
  const char *target;
  uint64_t context_bytes;
  uint64_t weights_bytes; /* of the whole file, header included */
  uint64_t weights_hash;  /* as in the file's header */
  const tern_entry *entries;
  uint32_t memory; /* TERN_MEMORY_HOST or TERN_MEMORY_DEVICE */
} tern_info;

/* The header of a weights file; the payload follows, 64-byte aligned. */
typedef struct {
  char magic[8];  /* "TERNWGT1" */
  uint64_t bytes; /* of the whole file, header included */
  uint64_t hash; /* xxh3 of the payload */
  uint8_t reserved[40];
} tern_weights_header;

/* A kernel does the grid points [lo, hi); they are independent. */
typedef void (*tern_kernel)(int64_t lo, int64_t hi, void *const *buffers);

/* What a run runs on. On a CPU, threads: `parallel_for` splits [0, trip) over
 * them, calls the kernel on every part, and returns when all are done; null:
 * the calling thread. It is called for every kernel, in the order of the
 * program, those of one grid point included: a caller can time or trace them.
 * On a GPU, `stream`, a cudaStream_t: the outputs are there when the stream
 * gets to that point. */
typedef struct {
  void (*parallel_for)(void *user, int64_t trip, tern_kernel kernel,
                       void *const *buffers);
  void *user;
  void *stream;
} tern_execution;

typedef struct {
  const tern_info *info;
  /* Checks the weights and fills the context. The weights must outlive it. */
  int32_t (*init)(void *context, const void *weights, uint64_t bytes);
  /* Runs an entry. `execution` may be null: everything on the calling thread
   * or on the default stream, and done on return. Several runs may share a
   * context, each with a workspace of its own. */
  int32_t (*run)(const void *context, uint32_t entry, const void *const *inputs,
                 void *const *outputs, void *workspace,
                 const tern_execution *execution);
  /* Gives back what init allocated; null where it allocates nothing. */
  void (*release)(void *context);
} tern_model;

#ifdef __cplusplus
}
#endif
#endif /* TERN_RUNTIME_H */

#ifdef __cplusplus
extern "C" {
#endif
extern const tern_model tern_model_model;
#ifdef __cplusplus
}
#endif

#define TERN_MODEL_CONTEXT_BYTES TERN_ALIGNMENT
#define TERN_MODEL_WEIGHTS_BYTES 58624
/* Enough for every entry. */
#define TERN_MODEL_WORKSPACE_BYTES 4480

/* Entry 0, "main":
 *   inputs[0]  input_ids: int64 [1, 1], 8 bytes
 *   inputs[1]  past_length: int64 [1], 8 bytes
 *   inputs[2]  attention_mask: int64 [1, 16], 128 bytes
 *   inputs[3]  past.0.key: float16 [1, 2, 32, 16], 2048 bytes
 *   inputs[4]  past.0.value: float16 [1, 2, 32, 16], 2048 bytes
 *   inputs[5]  past.1.key: float16 [1, 2, 32, 16], 2048 bytes
 *   inputs[6]  past.1.value: float16 [1, 2, 32, 16], 2048 bytes
 *   outputs[0]  logits: float [1, 1, 256], 1024 bytes
 *   outputs[1]  present.0.key: float16 [1, 2, 32, 16], 2048 bytes, the same buffer as inputs[3]
 *   outputs[2]  present.0.value: float16 [1, 2, 32, 16], 2048 bytes, the same buffer as inputs[4]
 *   outputs[3]  present.1.key: float16 [1, 2, 32, 16], 2048 bytes, the same buffer as inputs[5]
 *   outputs[4]  present.1.value: float16 [1, 2, 32, 16], 2048 bytes, the same buffer as inputs[6]
 */
#define TERN_MODEL_ENTRY_MAIN_ 0
#define TERN_MODEL_MAIN__WORKSPACE_BYTES 4480
#define TERN_MODEL_MAIN__IN_INPUT_IDS 0
#define TERN_MODEL_MAIN__IN_INPUT_IDS_BYTES 8
#define TERN_MODEL_MAIN__IN_INPUT_IDS_ELEMENTS 1
#define TERN_MODEL_MAIN__IN_PAST_LENGTH 1
#define TERN_MODEL_MAIN__IN_PAST_LENGTH_BYTES 8
#define TERN_MODEL_MAIN__IN_PAST_LENGTH_ELEMENTS 1
#define TERN_MODEL_MAIN__IN_ATTENTION_MASK 2
#define TERN_MODEL_MAIN__IN_ATTENTION_MASK_BYTES 128
#define TERN_MODEL_MAIN__IN_ATTENTION_MASK_ELEMENTS 16
#define TERN_MODEL_MAIN__IN_PAST_0_KEY 3
#define TERN_MODEL_MAIN__IN_PAST_0_KEY_BYTES 2048
#define TERN_MODEL_MAIN__IN_PAST_0_KEY_ELEMENTS 1024
#define TERN_MODEL_MAIN__IN_PAST_0_VALUE 4
#define TERN_MODEL_MAIN__IN_PAST_0_VALUE_BYTES 2048
#define TERN_MODEL_MAIN__IN_PAST_0_VALUE_ELEMENTS 1024
#define TERN_MODEL_MAIN__IN_PAST_1_KEY 5
#define TERN_MODEL_MAIN__IN_PAST_1_KEY_BYTES 2048
#define TERN_MODEL_MAIN__IN_PAST_1_KEY_ELEMENTS 1024
#define TERN_MODEL_MAIN__IN_PAST_1_VALUE 6
#define TERN_MODEL_MAIN__IN_PAST_1_VALUE_BYTES 2048
#define TERN_MODEL_MAIN__IN_PAST_1_VALUE_ELEMENTS 1024
#define TERN_MODEL_MAIN__OUT_LOGITS 0
#define TERN_MODEL_MAIN__OUT_LOGITS_BYTES 1024
#define TERN_MODEL_MAIN__OUT_LOGITS_ELEMENTS 256
#define TERN_MODEL_MAIN__OUT_PRESENT_0_KEY 1
#define TERN_MODEL_MAIN__OUT_PRESENT_0_KEY_BYTES 2048
#define TERN_MODEL_MAIN__OUT_PRESENT_0_KEY_ELEMENTS 1024
#define TERN_MODEL_MAIN__OUT_PRESENT_0_VALUE 2
#define TERN_MODEL_MAIN__OUT_PRESENT_0_VALUE_BYTES 2048
#define TERN_MODEL_MAIN__OUT_PRESENT_0_VALUE_ELEMENTS 1024
#define TERN_MODEL_MAIN__OUT_PRESENT_1_KEY 3
#define TERN_MODEL_MAIN__OUT_PRESENT_1_KEY_BYTES 2048
#define TERN_MODEL_MAIN__OUT_PRESENT_1_KEY_ELEMENTS 1024
#define TERN_MODEL_MAIN__OUT_PRESENT_1_VALUE 4
#define TERN_MODEL_MAIN__OUT_PRESENT_1_VALUE_BYTES 2048
#define TERN_MODEL_MAIN__OUT_PRESENT_1_VALUE_ELEMENTS 1024

#endif /* TERN_MODEL_H */
