// Four rows of a matrix at once.
#include kernels/attention/pairs/rows

// A chunk of channels of each.
struct FourRows { x: Values, y: Values, z: Values, w: Values }

fn fourQueries(rows: vec4u, head: u32, chunk: u32) -> FourRows {
  return FourRows(queryOf(rows.x, head, chunk), queryOf(rows.y, head, chunk), queryOf(rows.z, head, chunk), queryOf(rows.w, head, chunk));
}

fn fourKeys(rows: vec4u, head: u32, chunk: u32) -> FourRows {
  return FourRows(keyOf(rows.x, head, chunk), keyOf(rows.y, head, chunk), keyOf(rows.z, head, chunk), keyOf(rows.w, head, chunk));
}

fn fourValues(rows: vec4u, head: u32, chunk: u32) -> FourRows {
  return FourRows(valueOf(rows.x, head, chunk), valueOf(rows.y, head, chunk), valueOf(rows.z, head, chunk), valueOf(rows.w, head, chunk));
}

#if !forward
fn fourGradOutputs(rows: vec4u, head: u32, chunk: u32) -> FourRows {
  return FourRows(
    gradOutputOf(rows.x, head, chunk), gradOutputOf(rows.y, head, chunk),
    gradOutputOf(rows.z, head, chunk), gradOutputOf(rows.w, head, chunk));
}
#endif

// own . each of the four rows, as far as a chunk of channels goes
fn fourProducts(own: Values, four: FourRows) -> vec4f {
  return vec4f(product(own, four.x), product(own, four.y), product(own, four.z), product(own, four.w));
}

// sum over the four rows of weight * row, of a chunk of channels
fn weightedSum(weights: vec4f, four: FourRows) -> Values {
  return weights.x * four.x + weights.y * four.y + weights.z * four.z + weights.w * four.w;
}
