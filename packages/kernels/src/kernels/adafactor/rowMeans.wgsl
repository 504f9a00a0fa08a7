// rows[i] = beta2 * rows[i] + (1 - beta2) * mean over the columns of g^2 + epsilon
//
// gradients: f32[count, columns]; rows: f32[count]; g is the gradient, clipped and unscaled
// One row a workgroup of 256 threads; thread t takes columns t, t + 256, …
#include kernels/adafactor/rates
#include kernels/adafactor/workgroupSum

struct Parameters { id: u32, count: u32, columns: u32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> gradients: array<f32>;
@group(0) @binding(next) var<storage, read_write> rows: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = workgroup.x + workgroup.y * workgroups.x;
  let own = ratesOf(parameters.id);
  var sum = 0.0;
  if (row < parameters.count) {
    for (var column = thread; column < parameters.columns; column += 256) {
      let gradient = gradients[row * parameters.columns + column] * gradientScale();
      sum += gradient * gradient + parameters.epsilon;
    }
  }
  let mean = workgroupSum(vec2f(sum, 0.0), thread).x / f32(parameters.columns);
  if (thread == 0 && row < parameters.count && own.takesPart) {
    rows[row] = (1.0 - own.oneMinusBeta2) * rows[row] + own.oneMinusBeta2 * mean;
  }
}
