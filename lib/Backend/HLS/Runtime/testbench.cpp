/* Runs the model on the inputs beside it and compares with the outputs that
 * are expected: testdata/input_<i>.bin, testdata/output_<i>.bin, the tensors as
 * the ABI has them. The first argument is another folder than testdata. */
#include "{{MODEL}}.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <vector>

static std::vector<char> readFile(const std::string &path, size_t bytes) {
  std::vector<char> data(bytes);
  FILE *file = fopen(path.c_str(), "rb");
  if (!file || fread(data.data(), 1, bytes, file) != bytes) {
    fprintf(stderr, "expected %zu bytes in %s\n", bytes, path.c_str());
    exit(2);
  }
  fclose(file);
  return data;
}

/* Memory as the ABI wants it. */
static char *aligned(std::vector<char> &storage, size_t bytes) {
  storage.resize(bytes + TERN_ALIGNMENT);
  size_t start = (size_t)storage.data() % TERN_ALIGNMENT;
  return storage.data() + (start ? TERN_ALIGNMENT - start : 0);
}

/* The same bytes; numbers within what another library's functions may give. */
static bool areEqual(const tern_tensor &tensor, const void *got,
                     const void *wanted) {
  if (strcmp(tensor.dtype, "float"))
    return !memcmp(got, wanted, tensor.bytes);
  const float *a = (const float *)got, *b = (const float *)wanted;
  for (uint64_t i = 0; i < tensor.bytes / sizeof(float); ++i)
    if (a[i] != b[i] && !(fabsf(a[i] - b[i]) <= 1e-5f * (1 + fabsf(b[i]))))
      return false;
  return true;
}

int main(int argc, char **argv) {
  std::string folder = argc > 1 ? argv[1] : "testdata";
  const tern_model &model = {{SYMBOL}};
  const tern_entry &entry = model.info->entries[0];
  std::vector<char> memory[3];
  size_t weightsBytes = model.info->weights_bytes;
  char *weights = aligned(memory[0], weightsBytes);
  memcpy(weights, readFile("{{MODEL}}.weights", weightsBytes).data(),
         weightsBytes);
  char *context = aligned(memory[1], model.info->context_bytes);
  char *workspace = aligned(memory[2], entry.workspace_bytes);
  std::vector<std::vector<char>> inputs, outputs(entry.num_outputs);
  std::vector<const void *> in;
  std::vector<void *> out;
  std::vector<std::vector<char>> storage(entry.num_inputs + entry.num_outputs);
  for (uint32_t i = 0; i < entry.num_inputs; ++i) {
    size_t bytes = entry.inputs[i].bytes;
    char *data = aligned(storage[i], bytes);
    std::string path = folder + "/input_" + std::to_string(i) + ".bin";
    memcpy(data, readFile(path, bytes).data(), bytes);
    in.push_back(data);
  }
  for (uint32_t i = 0; i < entry.num_outputs; ++i)
    out.push_back(
        aligned(storage[entry.num_inputs + i], entry.outputs[i].bytes));
  int status = model.init(context, weights, weightsBytes);
  if (!status)
    status = model.run(context, 0, in.data(), out.data(), workspace, NULL);
  if (status) {
    fprintf(stderr, "the model failed with status %d\n", status);
    return 1;
  }
  int wrong = 0;
  for (uint32_t i = 0; i < entry.num_outputs; ++i) {
    size_t bytes = entry.outputs[i].bytes;
    std::string path = folder + "/output_" + std::to_string(i) + ".bin";
    bool same =
        areEqual(entry.outputs[i], out[i], readFile(path, bytes).data());
    printf("output %s: %s\n", entry.outputs[i].name,
           same ? "as expected" : "DIFFERENT");
    wrong += !same;
  }
  return wrong ? 1 : 0;
}
