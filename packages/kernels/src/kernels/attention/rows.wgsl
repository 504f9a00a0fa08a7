// Access to matrices [totalTokens, numHeads * headSize] by chunks: vectors of four channels where
// headSize is a multiple of 4, else single channels.

// Where a matrix lies in its array, in chunks: how far apart its rows are, and where the first
// begins.
struct Rows { apart: u32, first: u32 }

fn load(array: ptr<storage, array<Element>, read>, rows: Rows, row: u32, head: u32, chunk: u32) -> Values {
  return valuesOf((*array)[row * rows.apart + rows.first + head * parameters.chunks + chunk]);
}

fn store(array: ptr<storage, array<Element>, read_write>, rows: Rows, row: u32, head: u32, chunk: u32, value: Values) {
  (*array)[row * rows.apart + rows.first + head * parameters.chunks + chunk] = elementOf(value);
}

#if vec4
fn product(a: Values, b: Values) -> f32 { return dot(a, b); }
#else
fn product(a: Values, b: Values) -> f32 { return a * b; }
#endif
