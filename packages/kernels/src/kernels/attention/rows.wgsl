// Access to matrices [totalTokens, numHeads * headSize] by chunks of channels.

fn load(rows: ptr<storage, array<Element>, read>, row: u32, head: u32, chunk: u32) -> Values {
  return valuesOf((*rows)[(row * parameters.numHeads + head) * parameters.chunks + chunk]);
}

fn store(rows: ptr<storage, array<Element>, read_write>, row: u32, head: u32, chunk: u32, value: Values) {
  (*rows)[(row * parameters.numHeads + head) * parameters.chunks + chunk] = elementOf(value);
}
