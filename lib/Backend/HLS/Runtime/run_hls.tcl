# vitis_hls -f run_hls.tcl: C simulation of the whole model, then synthesis of
# the design. The solution's reports are in {{MODEL}}_hls/solution.
open_project -reset {{MODEL}}_hls
set_top {{TOP}}
add_files {{MODEL}}_design.cpp -cflags "-std=c++17 -ffp-contract=off"
foreach file {{{MODEL}}_testbench.cpp {{MODEL}}_call.cpp {{MODEL}}_host.c} {
  add_files -tb $file -cflags "-ffp-contract=off -I."
}
add_files -tb {{MODEL}}.weights
add_files -tb testdata
open_solution -reset -flow_target vivado solution
set_part {{PART}}
create_clock -period {{PERIOD}} -name default
csim_design
csynth_design
exit
