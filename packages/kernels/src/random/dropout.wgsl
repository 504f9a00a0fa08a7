// Counter-based random bits for dropout: nothing is stored, backward computes the same bits again.
//
//   stream = pcg4d(site, update, seed, constant)
//   words = pcg4d(stream ^ (tokenKey, channelGroup, 0, 0)),   channelGroup = c / 4
//   element c is kept if words[c % 4] >= threshold,           threshold = probability * 2^32
//   what is kept is scaled by 1 / (1 - probability)
//
// pcg4d: M. Jarzynski, M. Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.

fn pcg4d(counter: vec4u) -> vec4u {
  var v = counter * 1664525u + 1013904223u;
  v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
  return v;
}

// What all draws of a kernel share. random: seed, update, unused, unused; written by the host once
// per update.
fn dropoutStream(site: u32, random: vec4u) -> vec4u { return pcg4d(vec4u(site, random.y, random.x, 0x9e3779b9u)); }

// What all draws of a row share.
fn dropoutRow(stream: vec4u, tokenKey: u32) -> vec4u { return vec4u(stream.x ^ tokenKey, stream.yzw); }

fn dropoutWords(row: vec4u, channelGroup: u32) -> vec4u { return pcg4d(vec4u(row.x, row.y ^ channelGroup, row.zw)); }

// 0 for what is dropped, 1 / (1 - probability) for what is kept.
fn dropoutScale(words: vec4u, threshold: u32, keptScale: f32) -> vec4f {
  return select(vec4f(0.0), vec4f(keptScale), words >= vec4u(threshold));
}
