// The f16 copy of the weights, two to a word, so that it needs no feature. Put in front of adamW.wgsl.
//
// pack2x16float may round up or down (Direct3D cuts off, which would shrink every weight), so the value is rounded to f16's 11 digits
// first, ties to even; below 2^-14, where f16 has fewer digits, the rest is left to it.

@group(0) @binding(8) var<storage, read_write> halfWeights: array<vec2u>;

fn nearestHalf(values: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(values);
  return bitcast<vec4f>((bits + vec4u(0xfff) + ((bits >> vec4u(13)) & vec4u(1))) & vec4u(0xffffe000));
}

fn storeHalf(index: u32, values: vec4f) {
  let rounded = nearestHalf(values);
  halfWeights[index] = vec2u(pack2x16float(rounded.xy), pack2x16float(rounded.zw));
}
