# tern_add_model(<name> <model.onnx> [TARGET <machine>] [EMIT lib|c]
#                [DIMS <dimension>=<value>...] [METHOD <method>])
#
# Compiles an ONNX model when the project is built, and again when the model,
# its data files, the machine description or the compiler change.
#
#   TARGET  a machine of `tern targets`; default: host. Not with EMIT c.
#   EMIT    lib: a static library of machine code (default);
#           c: the printed C, compiled by the project's own C compiler.
#   DIMS    values of the model's named dimensions; what is not named is 1.
#   METHOD  forces one method of multiplying instead of choosing by cost.
#
# It makes the library target <name>; who links to it can include "<name>.h",
# which declares `tern_<name>_model`, and has the string <name>_WEIGHTS: the
# path of the weights file. The same path is the target's property TERN_WEIGHTS
# and, for install(FILES), the variable <name>_WEIGHTS.
#
# The compiler is the target `tern` where the project builds one, else
# TERN_EXECUTABLE, else `tern` on the PATH. Needs CMake 3.20; this file needs
# nothing beside it.
include_guard(GLOBAL)

set(_tern_root "${CMAKE_CURRENT_LIST_DIR}/..")

# Sets `out` to the compiler, as a custom command takes it.
function(_tern_compiler out)
  if(TARGET tern)
    set(${out} tern PARENT_SCOPE)
    return()
  endif()
  find_program(TERN_EXECUTABLE tern HINTS "${_tern_root}/build/bin"
               DOC "Tern, the compiler of models")
  if(NOT TERN_EXECUTABLE)
    message(FATAL_ERROR
      "tern_add_model: expected the compiler `tern` on the PATH or in "
      "TERN_EXECUTABLE, but found none; configure with "
      "-DTERN_EXECUTABLE=/path/to/tern")
  endif()
  if(NOT EXISTS "${TERN_EXECUTABLE}")
    message(FATAL_ERROR "tern_add_model: expected a program in "
      "TERN_EXECUTABLE, but there is no '${TERN_EXECUTABLE}'")
  endif()
  set(${out} "${TERN_EXECUTABLE}" PARENT_SCOPE)
endfunction()

# Stops with a message unless the arguments make sense. Sees the caller's.
macro(_tern_check_arguments)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tern_add_model(${name}): expected TARGET, EMIT, DIMS "
      "or METHOD, but got '${ARG_UNPARSED_ARGUMENTS}'")
  endif()
  if(ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "tern_add_model(${name}): expected a value after "
      "${ARG_KEYWORDS_MISSING_VALUES}")
  endif()
  # What the printed header takes as it is (no double underscores).
  string(LENGTH "${name}" length)
  if(NOT name MATCHES "^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$" OR
     length GREATER 40)
    message(FATAL_ERROR "tern_add_model: expected a name of at most 40 "
      "letters, digits and single underscores, but got '${name}'")
  endif()
  if(TARGET ${name})
    message(FATAL_ERROR "tern_add_model: expected a new target's name, but "
      "'${name}' is one already")
  endif()
  if(NOT EXISTS "${model}" OR IS_DIRECTORY "${model}")
    message(FATAL_ERROR
      "tern_add_model(${name}): expected an ONNX file, but there is no '${model}'")
  endif()
  if(NOT ARG_EMIT MATCHES "^(lib|c)$")
    message(FATAL_ERROR
      "tern_add_model(${name}): expected EMIT lib or c, but got '${ARG_EMIT}'")
  endif()
  if(ARG_EMIT STREQUAL "c" AND DEFINED ARG_TARGET AND
     NOT ARG_TARGET STREQUAL "c")
    message(FATAL_ERROR "tern_add_model(${name}): expected no TARGET with "
      "EMIT c, which runs anywhere, but got '${ARG_TARGET}'")
  endif()
  foreach(dim IN LISTS ARG_DIMS)
    if(NOT dim MATCHES "^.+=[1-9][0-9]*$")
      message(FATAL_ERROR "tern_add_model(${name}): expected DIMS "
        "<dimension>=<value>, but got '${dim}'")
    endif()
  endforeach()
endmacro()

function(tern_add_model name model)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "" "TARGET;EMIT;METHOD" "DIMS")
  if(NOT DEFINED ARG_EMIT)
    set(ARG_EMIT lib)
  endif()
  get_filename_component(model "${model}" ABSOLUTE)
  _tern_check_arguments()
  _tern_compiler(tern)

  set(folder "${CMAKE_CURRENT_BINARY_DIR}/tern/${name}")
  # A target's include folder has to exist when the project is configured.
  file(MAKE_DIRECTORY "${folder}")
  if(ARG_EMIT STREQUAL "c")
    set(code "${folder}/${name}.c")
    set(flags --emit=c)
  else()
    set(code "${folder}/lib${name}.a")
    if(NOT DEFINED ARG_TARGET)
      set(ARG_TARGET host)
    endif()
    set(flags --emit=lib "--target=${ARG_TARGET}")
  endif()
  foreach(dim IN LISTS ARG_DIMS)
    list(APPEND flags "--dim=${dim}")
  endforeach()
  if(DEFINED ARG_METHOD)
    list(APPEND flags "--method=${ARG_METHOD}")
  endif()
  set(weights "${folder}/${name}.weights")
  set(files "${code}" "${folder}/${name}.h" "${weights}" "${folder}/report.json")

  cmake_policy(PUSH)
  cmake_policy(SET CMP0116 NEW) # depfiles as the tool writes them
  add_custom_command(
    OUTPUT ${files}
    COMMAND ${tern} compile "${model}" --name=${name} ${flags} -MD -o "${folder}"
    DEPENDS "${model}" ${tern}
    DEPFILE "${folder}/${name}.d"
    COMMENT "Compiling the model ${name}" VERBATIM)
  cmake_policy(POP)
  add_custom_target(${name}_files DEPENDS ${files})

  if(ARG_EMIT STREQUAL "c")
    add_library(${name} STATIC "${code}" "${folder}/${name}.h")
    # The results' bits are promised: no fused multiply-add the C does not ask for.
    target_compile_options(${name} PRIVATE -ffp-contract=off)
    set_target_properties(${name} PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF)
    target_include_directories(${name} PUBLIC "${folder}")
    target_compile_definitions(${name} INTERFACE "${name}_WEIGHTS=\"${weights}\"")
  else()
    add_library(${name} STATIC IMPORTED GLOBAL)
    set_target_properties(${name} PROPERTIES
      IMPORTED_LOCATION "${code}"
      INTERFACE_INCLUDE_DIRECTORIES "${folder}"
      INTERFACE_COMPILE_DEFINITIONS "${name}_WEIGHTS=\"${weights}\"")
  endif()
  add_dependencies(${name} ${name}_files)
  if(UNIX)
    target_link_libraries(${name} INTERFACE m)
  endif()
  set_property(TARGET ${name} PROPERTY TERN_WEIGHTS "${weights}")
  set(${name}_WEIGHTS "${weights}" PARENT_SCOPE)
endfunction()
