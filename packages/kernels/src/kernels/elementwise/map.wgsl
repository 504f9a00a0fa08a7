// output[i] = f(operands[i]), where f is generated, and operands may repeat along dimensions
//
// output: [count], one for each f of a chain; operands as `computeAt`, which mapDispatch writes,
// finds them; where some repeat (`repeats`) `begin` and `goOn` of recordBroadcast lead it from
// element to element.
// Vectors of four, or single ones, go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
#if repeats
  begin(share.first);
#endif
  for (var index = share.first; index < share.end; index += 8) {
    computeAt(index);
#if repeats
    goOn();
#endif
  }
}
