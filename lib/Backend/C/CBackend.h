//===- CBackend.h - Models as portable C ----------------------------------===//
#pragma once
#include "lib/Backend/Common/Backend.h"

namespace tern::backend {

std::unique_ptr<Backend> createCBackend();

} // namespace tern::backend
