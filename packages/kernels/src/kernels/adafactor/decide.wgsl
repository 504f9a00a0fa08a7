// The factor of a parameter's step:
//
//   rate   = learningRate, times max(minimumScale, root mean square of the weights) where scaled
//   factor = rate / max(1, root mean square of the steps / clipThreshold)
//
// partials: vec2f[count] as stepSquares.wgsl stores them, count at most 64
// scalars: f32[4] of factor, weight decay * rate, factor of the gradients, and 1 where the
// parameter takes part, otherwise 0
// One workgroup of 256 threads, of which each takes one partial sum.
#include kernels/adafactor/rates
#include kernels/adafactor/workgroupSum

struct Parameters { id: u32, elements: u32, count: u32, minimumScale: f32, clipThreshold: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> partials: array<vec2f>;
@group(0) @binding(next) var<storage, read_write> scalars: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var own = vec2f(0.0);
  if (thread < parameters.count) { own = partials[thread]; }
  let rootMeans = sqrt(workgroupSum(own, thread) / f32(parameters.elements));
  if (thread > 0) { return; }
  let current = ratesOf(parameters.id);
  var rate = current.learningRate;
#if scaled
  rate *= max(parameters.minimumScale, rootMeans.y);
#endif
  scalars[0] = rate / max(1.0, rootMeans.x / parameters.clipThreshold);
  scalars[1] = current.weightDecay * rate;
  scalars[2] = gradientScale();
  scalars[3] = select(0.0, 1.0, current.takesPart);
}
