// The f16 copy of the weights, two to a word, so that it needs no feature. Put in front of adamW.wgsl, after packedHalves.wgsl.

@group(0) @binding(8) var<storage, read_write> fp16Weights: array<vec2u>;

fn storeHalf(index: u32, values: vec4f) { fp16Weights[index] = packHalves(values); }
