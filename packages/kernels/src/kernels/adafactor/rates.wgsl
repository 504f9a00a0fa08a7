// The rates of a parameter in this update.
//
// state: the header of stateLayout.ts, written by finalizeUpdate
// rates: as the kernels of arenaUpdate.wgsl read groups, or members; the correction is
// 1 - beta2 of this update

@group(0) @binding(next) var<storage, read> state: array<u32>;
#if members
@group(0) @binding(next) var<storage, read> rates: array<vec4f>;
#else
@group(0) @binding(next) var<storage, read> rates: array<vec2f>;
#endif

struct Rates { learningRate: f32, weightDecay: f32, oneMinusBeta2: f32, takesPart: bool }

fn ratesOf(id: u32) -> Rates {
  let own = rates[id];
#if members
  return Rates(own.z * own.y, own.x, own.w, state[4] != 0 && own.w != 0);
#else
  return Rates(bitcast<f32>(state[7]) * own.y, own.x, bitcast<f32>(state[8]), state[4] != 0);
#endif
}

fn gradientScale() -> f32 { return bitcast<f32>(state[5]); }
