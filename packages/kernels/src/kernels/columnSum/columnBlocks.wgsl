// Which columns of which block of rows a thread sums up: `across` vectors of columns from
// firstVector on in steps of `abreast`, as far as there are that many.
//
// `parameters` have rows, vectors (of a row), rowsPerBlock and blocks. 64 threads a workgroup,
// workgroups over x and y; `abreast` threads, eight or as few as have a vector, take
// abreast * across neighbouring vectors of one block of rowsPerBlock rows. So a processor, which
// runs eight threads to their end before the next, reads 128 bytes and more of a row before it goes
// to the next row, or all of short rows. A block beyond the last has no rows, and is not to be
// stored.

struct ColumnBlock { number: u32, firstVector: u32, firstRow: u32, endRow: u32 }

fn columnBlock(workgroup: vec3u, workgroups: vec3u, thread: u32) -> ColumnBlock {
  let span = ((workgroup.x + workgroup.y * workgroups.x) * 64 + thread) / abreast;
  let spans = (parameters.vectors + abreast * across - 1) / (abreast * across);
  let number = span / spans;
  let firstRow = number * parameters.rowsPerBlock;
  return ColumnBlock(
    number, (span - number * spans) * abreast * across + thread % abreast,
    firstRow, min(firstRow + parameters.rowsPerBlock, parameters.rows));
}

// Vector `number` of a thread's; the last one again where there are not that many.
fn vectorOf(block: ColumnBlock, number: u32) -> u32 { return min(block.firstVector + abreast * number, parameters.vectors - 1); }

fn hasVector(block: ColumnBlock, number: u32) -> bool { return block.firstVector + abreast * number < parameters.vectors; }
