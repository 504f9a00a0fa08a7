// Tiles of rows in workgroup memory, maxChunks chunks of each row.
#include kernels/attention/rows

// Element i of a tile of the rows from firstRow on; zero beyond the sequence and beyond the head.
fn tileElement(array: ptr<storage, array<Element>, read>, rows: Rows, firstRow: u32, endRow: u32, head: u32, i: u32) -> Values {
  let row = firstRow + i / maxChunks;
  let chunk = i % maxChunks;
  if (row >= endRow || chunk >= parameters.chunks) { return Values(0.0); }
  return load(array, rows, row, head, chunk);
}
