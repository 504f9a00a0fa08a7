// Where the elements of the operands lie, for variants that read them by fours.
#include kernels/gemm/product/product

const sequence = vec4u(0, 1, 2, 3);

fn placesA(rows: vec4u, inners: vec4u) -> vec4u {
  return select(inners * parameters.m + rows, rows * parameters.k + inners, aAlongK);
}

fn placesB(inners: vec4u, columns: vec4u) -> vec4u {
  return select(inners * parameters.n + columns, columns * parameters.k + inners, bAlongK);
}

// Four elements at four places; of vectors, the four from the first place on.
#if aVec4
fn fetchA(places: vec4u) -> vec4f { return loadA(places.x / 4); }
#else
fn fetchA(places: vec4u) -> vec4f {
  return vec4f(loadA(places.x), loadA(places.y), loadA(places.z), loadA(places.w));
}
#endif
#if bVec4
fn fetchB(places: vec4u) -> vec4f { return loadB(places.x / 4); }
#else
fn fetchB(places: vec4u) -> vec4f {
  return vec4f(loadB(places.x), loadB(places.y), loadB(places.z), loadB(places.w));
}
#endif

// One element.
#if aVec4
fn elementA(place: u32) -> f32 { return loadA(place / 4)[place % 4]; }
#else
fn elementA(place: u32) -> f32 { return loadA(place); }
#endif
#if bVec4
fn elementB(place: u32) -> f32 { return loadB(place / 4)[place % 4]; }
#else
fn elementB(place: u32) -> f32 { return loadB(place); }
#endif
