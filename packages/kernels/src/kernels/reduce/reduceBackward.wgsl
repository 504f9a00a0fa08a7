// gradInput[o, k, i] = gradientOf(input[o, k, i], gradOutput[o, i], first[o, i], second[o, i])
//
// gradInput, input: [outer, length, inner]; gradOutput, first, second: [outer, inner]
// gradientOf is the member's, as members.ts writes it; first and second are where it has them.
// Elements go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing
#include kernels/reduce/functions

struct Parameters { count: u32, length: u32, inner: u32, power: f32, factor: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if hasFirst
@group(0) @binding(next) var<storage, read> first: array<First>;
#endif
#if hasSecond
@group(0) @binding(next) var<storage, read> second: array<Second>;
#endif
@group(0) @binding(next) var<storage, read_write> gradInput: array<GradInput>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var index = share.first; index < share.end; index += 8) {
    let row = index / parameters.inner / parameters.length * parameters.inner + index % parameters.inner;
    var a = 0.0;
    var b = 0.0;
#if hasFirst
    a = loadFirst(row);
#endif
#if hasSecond
    b = loadSecond(row);
#endif
    storeGradInput(index, gradientOf(loadInput(index), loadGradOutput(row), a, b));
  }
}
