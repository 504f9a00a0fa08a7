// output[o, d, i] = sum of input[o, k, i] over all k with numbers[o, k, i] == d
//
// input: [outer, places, inner]; output: [outer, length, inner]; numbers: i32 or u32 where the
// strides say, the same for all i, at most 64 of them
// A workgroup of 64 threads takes 64 of the `length` rows of one o, which is workgroup.z, and of
// long rows a segment of `segment` vectors. First each thread compares all numbers with one row and
// notes the matches in bits; then eight threads compute a row. Sums are taken in ascending order,
// as in scatterAdd.wgsl, so that the bits are the same.

struct Parameters { columns: u32, segments: u32, length: u32, places: u32, outerStride: u32, placeStride: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

// For each row two words, of 32 places each.
var<workgroup> noted: array<u32, 128>;

// Notes in `words` which places have the number `goal`.
fn note(goal: NumbersValues, base: u32, words: u32) {
  for (var first = 0u; first < parameters.places; first += 32) {
    var bits = 0u;
    for (var place = first; place < min(first + 32, parameters.places); place++) {
      bits |= select(0u, 1u << (place - first), loadNumbers(base + place * parameters.placeStride) == goal);
    }
    noted[words + first / 32] = bits;
  }
}

// The sum over the places that are noted in `words`.
fn sumOf(words: u32, firstElement: u32) -> InputValues {
  var sum = InputValues();
  for (var first = 0u; first < parameters.places; first += 32) {
    var bits = noted[words + first / 32];
    while (bits != 0) {
      let place = first + firstTrailingBit(bits);
      bits &= bits - 1;
      sum += loadInput(firstElement + place * parameters.columns);
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  let firstRow = number / parameters.segments * 64;
  let firstColumn = number % parameters.segments * segment;
  let columns = parameters.columns;
  let firstElement = workgroup.z * parameters.places * columns;
  note(NumbersValues(firstRow + thread), workgroup.z * parameters.outerStride, thread * 2);
  workgroupBarrier();
  for (var own = thread / 8; own < 64 && firstRow + own < parameters.length; own += 8) {
    let row = workgroup.z * parameters.length + firstRow + own;
    for (var column = firstColumn + thread % 8; column < min(firstColumn + segment, columns); column += 8) {
      storeOutput(row * columns + column, sumOf(own * 2, firstElement + column));
    }
  }
}
