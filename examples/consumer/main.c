/*===- main.c - Running a compiled model from C ----------------------------===
 *
 * usage: consumer INPUT.raw [WEIGHTS]
 *
 * INPUT.raw holds the elements of the model's first input as they lie in
 * memory. Runs the model alone, on a pool of threads, and twice at once on one
 * context; all have to agree. Prints the first output, one element a line.
 *===----------------------------------------------------------------------===*/
#include "digits.h"
#include "pool.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tern_model *const model = &tern_digits_model;

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "consumer: %s %s\n", what, detail);
  exit(1);
}

/* Zeroed memory, aligned as the model wants it. */
static void *allocate(uint64_t bytes) {
  uint64_t whole = (bytes + TERN_ALIGNMENT) / TERN_ALIGNMENT * TERN_ALIGNMENT;
  void *memory = aligned_alloc(TERN_ALIGNMENT, whole);
  if (!memory)
    fail("no memory", "");
  return memset(memory, 0, whole);
}

/* A file of exactly `bytes` bytes. */
static void *read_file(const char *path, uint64_t bytes) {
  FILE *file = fopen(path, "rb");
  if (!file)
    fail("cannot open", path);
  void *memory = allocate(bytes);
  if (fread(memory, 1, bytes, file) != bytes || fgetc(file) != EOF)
    fail("not of the model's size:", path);
  fclose(file);
  return memory;
}

/* One run: what it needs beside the shared context and inputs. */
typedef struct {
  const void *context;
  const void *const *inputs;
  void **outputs;
  void *workspace;
  const tern_execution *threads;
} run;

static run new_run(const void *context, const void *const *inputs,
                   const tern_execution *threads) {
  const tern_entry *entry = &model->info->entries[TERN_DIGITS_ENTRY_MAIN_];
  run result = {context, inputs, allocate(entry->num_outputs * sizeof(void *)),
                allocate(entry->workspace_bytes), threads};
  for (uint32_t i = 0; i < entry->num_outputs; ++i)
    result.outputs[i] = allocate(entry->outputs[i].bytes);
  return result;
}

static void free_run(run *r) {
  for (uint32_t i = 0; i < model->info->entries[0].num_outputs; ++i)
    free(r->outputs[i]);
  free(r->outputs);
  free(r->workspace);
}

static void *do_run(void *argument) {
  run *r = argument;
  if (model->run(r->context, TERN_DIGITS_ENTRY_MAIN_, r->inputs, r->outputs,
                 r->workspace, r->threads) != TERN_OK)
    fail("the model refused", "its arguments");
  return NULL;
}

static void expect_same(const run *a, const run *b, const char *how) {
  const tern_entry *entry = &model->info->entries[0];
  for (uint32_t i = 0; i < entry->num_outputs; ++i)
    if (memcmp(a->outputs[i], b->outputs[i], entry->outputs[i].bytes))
      fail("different results", how);
}

/* Two runs at once: one context, two workspaces. */
static void run_together(const run *alone) {
  run both[2];
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i)
    both[i] = new_run(alone->context, alone->inputs, NULL);
  for (int i = 0; i < 2; ++i)
    if (pthread_create(&threads[i], NULL, do_run, &both[i]))
      fail("cannot start", "a thread");
  for (int i = 0; i < 2; ++i) {
    pthread_join(threads[i], NULL);
    expect_same(alone, &both[i], "of two runs at once");
    free_run(&both[i]);
  }
}

static void run_on_pool(const run *alone) {
  pool *workers = pool_create(3);
  if (!workers)
    fail("cannot start", "threads");
  tern_execution threads = {pool_parallel_for, workers, NULL};
  run parallel = new_run(alone->context, alone->inputs, &threads);
  for (int i = 0; i < 3; ++i) {
    do_run(&parallel);
    expect_same(alone, &parallel, "on threads");
  }
  free_run(&parallel);
  pool_destroy(workers);
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3)
    fail("usage: consumer", "INPUT.raw [WEIGHTS]");
  const tern_info *info = model->info;
  const tern_entry *entry = &info->entries[TERN_DIGITS_ENTRY_MAIN_];
  if (info->abi_version != TERN_ABI_VERSION || entry->num_inputs != 1)
    fail("not the model", "this program was written for");

  void *weights =
      read_file(argc == 3 ? argv[2] : digits_WEIGHTS, info->weights_bytes);
  void *context = allocate(info->context_bytes);
  if (model->init(context, weights, info->weights_bytes) != TERN_OK)
    fail("not this model's", "weights");

  void *input = read_file(argv[1], entry->inputs[0].bytes);
  const void *const inputs[] = {input};
  run alone = new_run(context, inputs, NULL);
  do_run(&alone);
  run_on_pool(&alone);
  run_together(&alone);

  const float *scores = alone.outputs[0];
  for (uint64_t i = 0; i < entry->outputs[0].bytes / sizeof(float); ++i)
    printf("%.9g\n", scores[i]);
  free_run(&alone);
  if (model->release)
    model->release(context);
  free(input);
  free(context);
  free(weights);
  return 0;
}
