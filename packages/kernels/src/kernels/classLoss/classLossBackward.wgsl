// gradInput = g (Q softmax(input) - q w), or -g q w where the input holds logarithms
// gradProbabilities = -g (1 - e) w logp
//
// Names as in classLoss.wgsl; Q, the sum of q w, is 0 of rows that are ignored, which get zeros.
// g = gradOutput[row] where every row's loss stays by itself, else gradOutput[0] scale[0]
// One element a thread after the other, as flatIndexing deals them.
#include wgsl/flatIndexing
#include wgsl/keepNan
#include kernels/classLoss/wanted

@group(0) @binding(next) var<storage, read> facts: array<vec4f>;
@group(0) @binding(next) var<storage, read> gradOutput: array<f32>;
#if reduced
@group(0) @binding(next) var<storage, read> scale: array<f32>;
#endif
@group(0) @binding(next) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let inner = parameters.inner;
  let classes = parameters.classes;
  let share = flatIndexing(workgroup, workgroups, thread, parameters.rows * classes);
  for (var index = share.first; index < share.end; index += 8) {
    let column = index / inner % classes;
    let row = index / (inner * classes) * inner + index % inner;
    let fact = facts[row];
#if reduced
    let factor = gradOutput[0] * scale[0];
#else
    let factor = gradOutput[row];
#endif
    let below = input[index] - fact.x;
#if ofProbabilities
    var slope = -(1.0 - parameters.smoothing);
#if isLogits
    slope *= below - logKeepingNan(fact.y);
#else
    slope *= below;
#endif
#if weighted
    slope *= classWeights[column];
#endif
    gradient[index] = factor * slope;
#else
    var slope = -wantedOf(row, index, column);
#if isLogits
    slope += fact.z * exp(below) / fact.y;
#endif
#if byLabel
    let label = labels[row];
    if (label == parameters.ignoreIndex || label >= classes) { slope = 0.0; }
#endif
    gradient[index] = factor * slope;
#endif
  }
}
