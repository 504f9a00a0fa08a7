// Four rows of a matrix at once, for kernels in which an invocation has a row of its own.
#include kernels/attention/rows

// own . each of the four rows, as far as a chunk of channels goes
fn fourProducts(own: Values, array: ptr<storage, array<Element>, read>, rows: Rows, four: vec4u, head: u32, chunk: u32) -> vec4f {
  return vec4f(
    product(own, load(array, rows, four.x, head, chunk)), product(own, load(array, rows, four.y, head, chunk)),
    product(own, load(array, rows, four.z, head, chunk)), product(own, load(array, rows, four.w, head, chunk)));
}

// sum over the four rows of weight * row, of a chunk of channels
fn weightedSum(weights: vec4f, array: ptr<storage, array<Element>, read>, rows: Rows, four: vec4u, head: u32, chunk: u32) -> Values {
  return weights.x * load(array, rows, four.x, head, chunk) + weights.y * load(array, rows, four.y, head, chunk)
    + weights.z * load(array, rows, four.z, head, chunk) + weights.w * load(array, rows, four.w, head, chunk);
}
