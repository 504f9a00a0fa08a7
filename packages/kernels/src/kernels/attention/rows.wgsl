// Access to matrices [totalTokens, numHeads * headSize] by chunks of channels.

// Where a matrix lies in its array, in chunks: how far apart its rows are, and where the first begins.
struct Rows { apart: u32, first: u32 }

fn load(array: ptr<storage, array<Element>, read>, rows: Rows, row: u32, head: u32, chunk: u32) -> Values {
  return valuesOf((*array)[row * rows.apart + rows.first + head * parameters.chunks + chunk]);
}

fn store(array: ptr<storage, array<Element>, read_write>, rows: Rows, row: u32, head: u32, chunk: u32, value: Values) {
  (*array)[row * rows.apart + rows.first + head * parameters.chunks + chunk] = elementOf(value);
}
