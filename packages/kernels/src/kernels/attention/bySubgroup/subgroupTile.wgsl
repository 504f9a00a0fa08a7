// Products of `rows` rows of one matrix with 32 rows of another, in the registers of a subgroup of
// eight lanes.
//
// A tile of rows x 32 numbers is array<vec4f, rows>: element [r][i] of lane l is that of own row r
// and streamed row first + 4 * l + i. In a loop it has a first value: without one it keeps what the
// round before left.
// What a lane loads is sent to the others by shuffles: on adapters that run on the CPU these cost
// less than loads. Neither barriers nor shared memory.
// Sums over streamed rows are array<vec4f, rows * parts>: element [rows * part + r] of lane l
// holds, of own row r, the four channels from 4 * (8 * part + l) on.
enable subgroups;

const parts = maxChunks / 8;
const loads = rows / 8;

// factors.x * a + factors.y * b + factors.z * c + factors.w * d, fused where the processor can: its
// compilers do not do so by themselves.
fn sumOfFour(factors: vec4f, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  return fma(vec4f(factors.w), d, fma(vec4f(factors.z), c, fma(vec4f(factors.y), b, factors.x * a)));
}

// Of a chunk of channels of own rows, what this lane sends to the others: element i is of own row
// 8 * i + lane.
fn ownQueries(firstRow: u32, lastRow: u32, lane: u32, head: u32, chunk: u32) -> array<vec4f, loads> {
  var own: array<vec4f, loads>;
  for (var i = 0u; i < loads; i++) { own[i] = queryOf(min(firstRow + 8 * i + lane, lastRow), head, chunk); }
  return own;
}

#if !forward
fn ownGradOutputs(firstRow: u32, lastRow: u32, lane: u32, head: u32, chunk: u32) -> array<vec4f, loads> {
  var own: array<vec4f, loads>;
  for (var i = 0u; i < loads; i++) { own[i] = gradOutputOf(min(firstRow + 8 * i + lane, lastRow), head, chunk); }
  return own;
}

fn ownKeys(firstRow: u32, lastRow: u32, lane: u32, head: u32, chunk: u32) -> array<vec4f, loads> {
  var own: array<vec4f, loads>;
  for (var i = 0u; i < loads; i++) { own[i] = keyOf(min(firstRow + 8 * i + lane, lastRow), head, chunk); }
  return own;
}

fn ownValues(firstRow: u32, lastRow: u32, lane: u32, head: u32, chunk: u32) -> array<vec4f, loads> {
  var own: array<vec4f, loads>;
  for (var i = 0u; i < loads; i++) { own[i] = valueOf(min(firstRow + 8 * i + lane, lastRow), head, chunk); }
  return own;
}
#endif

// tile[r][i] += own row r . streamed row i, as far as a chunk of channels goes
fn addProducts(tile: ptr<function, array<vec4f, rows>>, ownRows: array<vec4f, loads>, streamed: FourRows) {
  var own = ownRows;
  let x = vec4f(streamed.x.x, streamed.y.x, streamed.z.x, streamed.w.x);
  let y = vec4f(streamed.x.y, streamed.y.y, streamed.z.y, streamed.w.y);
  let z = vec4f(streamed.x.z, streamed.y.z, streamed.z.z, streamed.w.z);
  let w = vec4f(streamed.x.w, streamed.y.w, streamed.z.w, streamed.w.w);
  for (var r = 0u; r < rows; r++) {
    let sent = subgroupShuffle(own[r / 8], r % 8);
    (*tile)[r] += sumOfFour(sent, x, y, z, w);
  }
}

// How many lanes have streamed rows that are there.
fn sendersOf(first: u32, endRow: u32) -> u32 { return min(8, (endRow - first + 3) / 4); }

fn rowsOfSender(first: u32, sender: u32, lastRow: u32) -> vec4u {
  return min(vec4u(first + 4 * sender) + vec4u(0, 1, 2, 3), vec4u(lastRow));
}

// sums[row r] += sum over the four streamed rows of a sender of tile[r] * streamed row, of the
// channels of a part
fn addWeighted(
  sums: ptr<function, array<vec4f, rows * parts>>, part: u32,
  tile: ptr<function, array<vec4f, rows>>, sender: u32, streamed: FourRows,
) {
  for (var r = 0u; r < rows; r++) {
    let sent = subgroupShuffle((*tile)[r], sender);
    (*sums)[rows * part + r] += sumOfFour(sent, streamed.x, streamed.y, streamed.z, streamed.w);
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
