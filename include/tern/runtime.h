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
