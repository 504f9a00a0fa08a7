// What forward and backward read, and q[c] w[c], what a row wants of a class; see classLoss.wgsl.

struct Parameters { rows: u32, classes: u32, inner: u32, ignoreIndex: u32, smoothing: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<f32>;
#if byLabel
@group(0) @binding(next) var<storage, read> labels: array<u32>;
#else
@group(0) @binding(next) var<storage, read> probabilities: array<f32>;
#endif
#if weighted
@group(0) @binding(next) var<storage, read> classWeights: array<f32>;
#endif

fn wantedOf(row: u32, place: u32, column: u32) -> f32 {
#if byLabel
  let evenly = parameters.smoothing / f32(parameters.classes);
  let wanted = select(0.0, 1.0 - parameters.smoothing, column == labels[row]) + evenly;
#else
  let wanted = (1.0 - parameters.smoothing) * probabilities[place] + parameters.smoothing / f32(parameters.classes);
#endif
#if weighted
  return wanted * classWeights[column];
#else
  return wanted;
#endif
}
