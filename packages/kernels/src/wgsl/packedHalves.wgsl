// f16 numbers in u32 words, two to a word, the first in the low half: the storage of f16 arrays
// where shaders have no f16, or are slow at it.
//
// Packing rounds to nearest, ties to even, to infinity beyond 65504, as a conversion to f16 does.
// pack2x16float may cut off instead, and may do anything beyond 65504, so the bits are put together
// here.

fn unpackHalves(words: vec2u) -> vec4f { return vec4f(unpack2x16float(words.x), unpack2x16float(words.y)); }

fn halfBits(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  let magnitude = bits & vec4u(0x7fffffff);
  // The exponent's offset changes from 127 to 15; of what is cut off, half of the last place and
  // the last bit itself are added before. 65536 becomes infinity.
  let rounding = ((bits >> vec4u(13)) & vec4u(1)) + vec4u(0xc8000fff);
  let normal = (min(magnitude, vec4u(0x47800000)) + rounding) >> vec4u(13);
  // Below 2^-14 f16 counts in steps of 2^-24, as f32 does from 0.5 on.
  let small = bitcast<vec4u>(bitcast<vec4f>(magnitude) + 0.5) - vec4u(0x3f000000);
  let number = select(normal, small, magnitude < vec4u(0x38800000));
  let quiet = select(vec4u(0), vec4u(0x200), magnitude > vec4u(0x7f800000));
  return number | quiet | ((bits >> vec4u(16)) & vec4u(0x8000));
}

fn packHalves(values: vec4f) -> vec2u {
  let halves = halfBits(values);
  return vec2u(halves.x | (halves.y << 16), halves.z | (halves.w << 16));
}
