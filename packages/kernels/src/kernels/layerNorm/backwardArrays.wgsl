// What both backward passes read and write, behind their parameters.

@group(0) @binding(next) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(next) var<storage, read> sum: array<Sum>;
@group(0) @binding(next) var<storage, read> mean: array<f32>;
@group(0) @binding(next) var<storage, read> reciprocalStd: array<f32>;
@group(0) @binding(next) var<storage, read> weight: array<Weight>;
#if dropout
@group(0) @binding(next) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(next) var<storage, read> random: array<vec4u>;
#endif
@group(0) @binding(next) var<storage, read_write> gradSum: array<GradSum>;
#if dropsInput
@group(0) @binding(next) var<storage, read_write> gradInput: array<GradInput>;
#endif
