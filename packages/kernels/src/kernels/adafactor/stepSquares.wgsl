// partials[w] = sums over a share of the elements of step^2, as step.wgsl has the step, and of
// weight^2. Without factors the squares themselves come first:
//
//   squares[i] = beta2 * squares[i] + (1 - beta2) * (g^2 + epsilon)
//
// gradients, weights, squares: f32[elements]; partials: vec2f[workgroups], at most 64
// 256 threads a workgroup; thread t of workgroup w takes elements 256 w + t, and on by 256 times
// the number of workgroups.
#include kernels/adafactor/rates
#include kernels/adafactor/workgroupSum
#include kernels/adafactor/step

struct Parameters { id: u32, elements: u32, rows: u32, width: u32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> gradients: array<f32>;
@group(0) @binding(next) var<storage, read> weights: array<f32>;
@group(0) @binding(next) var<storage, read_write> partials: array<vec2f>;
#if !factored
@group(0) @binding(next) var<storage, read_write> squares: array<f32>;
#endif

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let own = ratesOf(parameters.id);
  var sum = vec2f(0.0);
  for (var index = workgroup.x * 256 + thread; index < parameters.elements; index += workgroups.x * 256) {
    let gradient = gradients[index] * gradientScale();
#if factored
    let step = stepOf(gradient, index);
#else
    let square = (1.0 - own.oneMinusBeta2) * squares[index] + own.oneMinusBeta2 * (gradient * gradient + parameters.epsilon);
    if (own.takesPart) { squares[index] = square; }
    let step = gradient * inverseSqrt(square);
#endif
    sum += vec2f(step * step, weights[index] * weights[index]);
  }
  let total = workgroupSum(sum, thread);
  if (thread == 0) { partials[workgroup.x] = total; }
}
