// Places in matrices [totalTokens, numHeads * headSize], which are read by chunks: vectors of four
// channels where headSize is a multiple of 4, else single channels.

// Where a matrix lies in its array, in chunks: how far apart its rows are, and where the first
// begins.
struct Rows { apart: u32, first: u32 }

fn placeOf(rows: Rows, row: u32, head: u32, chunk: u32) -> u32 {
  return row * rows.apart + rows.first + head * parameters.chunks + chunk;
}

#if vec4
fn product(a: Values, b: Values) -> f32 { return dot(a, b); }
#else
fn product(a: Values, b: Values) -> f32 { return a * b; }
#endif
