// Products of `rows` rows of one matrix with 32 rows of another, in the registers of a subgroup of
// eight lanes.
//
// A tile of rows x 32 numbers is array<vec4f, rows>: element [r][i] of lane l is that of own row r
// and streamed row first + 4 * l + i.
// What a lane loads is sent to the others by shuffles: on adapters that run on the CPU these cost
// less than loads. Neither barriers nor shared memory.
// Sums over streamed rows are array<vec4f, rows * parts>: element [rows * part + r] of lane l
// holds, of own row r, the four channels from 4 * (8 * part + l) on.
enable subgroups;
#include kernels/attention/rows

const parts = maxChunks / 8;
const loads = rows / 8;

// factors.x * a + factors.y * b + factors.z * c + factors.w * d, fused where the processor can: its
// compilers do not do so by themselves.
fn sumOfFour(factors: vec4f, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  return fma(vec4f(factors.w), d, fma(vec4f(factors.z), c, fma(vec4f(factors.y), b, factors.x * a)));
}

// tile[r][i] = ownMatrix[firstRow + r] . streamedMatrix[streamed[i]]
fn products(
  ownMatrix: ptr<storage, array<Element>, read>, ownRows: Rows, firstRow: u32, endRow: u32, lane: u32,
  streamedMatrix: ptr<storage, array<Element>, read>, streamedRows: Rows, streamed: vec4u, head: u32,
) -> array<vec4f, rows> {
  var tile: array<vec4f, rows>;
  for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
    var own: array<vec4f, loads>;
    for (var i = 0u; i < loads; i++) { own[i] = load(ownMatrix, ownRows, min(firstRow + 8 * i + lane, endRow - 1), head, chunk); }
    let a = load(streamedMatrix, streamedRows, streamed.x, head, chunk);
    let b = load(streamedMatrix, streamedRows, streamed.y, head, chunk);
    let c = load(streamedMatrix, streamedRows, streamed.z, head, chunk);
    let d = load(streamedMatrix, streamedRows, streamed.w, head, chunk);
    let x = vec4f(a.x, b.x, c.x, d.x);
    let y = vec4f(a.y, b.y, c.y, d.y);
    let z = vec4f(a.z, b.z, c.z, d.z);
    let w = vec4f(a.w, b.w, c.w, d.w);
    for (var r = 0u; r < rows; r++) {
      let sent = subgroupShuffle(own[r / 8], r % 8);
      tile[r] += sumOfFour(sent, x, y, z, w);
    }
  }
  return tile;
}

// sums[row r] += sum over the streamed rows from first on of tile[r] * streamedMatrix[streamed row]
fn addWeighted(
  sums: ptr<function, array<vec4f, rows * parts>>, tile: ptr<function, array<vec4f, rows>>,
  streamedMatrix: ptr<storage, array<Element>, read>, streamedRows: Rows, first: u32, endRow: u32, head: u32, lane: u32,
) {
  let senders = min(8, (endRow - first + 3) / 4);
  for (var part = 0u; part < parts; part++) {
    let chunk = min(8 * part + lane, parameters.chunks - 1);
    for (var sender = 0u; sender < senders; sender++) {
      let streamed = min(vec4u(first + 4 * sender) + vec4u(0, 1, 2, 3), vec4u(endRow - 1));
      let a = load(streamedMatrix, streamedRows, streamed.x, head, chunk);
      let b = load(streamedMatrix, streamedRows, streamed.y, head, chunk);
      let c = load(streamedMatrix, streamedRows, streamed.z, head, chunk);
      let d = load(streamedMatrix, streamedRows, streamed.w, head, chunk);
      for (var r = 0u; r < rows; r++) {
        let sent = subgroupShuffle((*tile)[r], sender);
        (*sums)[rows * part + r] += sumOfFour(sent, a, b, c, d);
      }
    }
  }
}

// The largest, and the sum, over all lanes.
fn largestOf(values: vec4f) -> f32 {
  var largest = max(max(values.x, values.y), max(values.z, values.w));
  largest = max(largest, subgroupShuffleXor(largest, 1));
  largest = max(largest, subgroupShuffleXor(largest, 2));
  return max(largest, subgroupShuffleXor(largest, 4));
}

fn totalOf(value: f32) -> f32 {
  var total = value + subgroupShuffleXor(value, 1);
  total += subgroupShuffleXor(total, 2);
  return total + subgroupShuffleXor(total, 4);
}
