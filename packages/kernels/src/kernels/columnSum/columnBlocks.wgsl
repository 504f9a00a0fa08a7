// Which columns of which block of rows a thread sums up: every eighth group of columns from firstGroup on, `across` of them, as far as
// there are that many.
//
// In front: const across; `parameters` with rows, groups, rowsPerBlock and blocks. 64 threads a workgroup, workgroups over x and y; eight
// threads take 8 * across neighbouring groups of one block of rowsPerBlock rows. A processor, which runs eight threads to their end before
// the next, so reads 128 bytes and more of a row before it goes to the next row. A block beyond the last has no rows, and is not to be
// stored.

struct ColumnBlock { number: u32, firstGroup: u32, firstRow: u32, endRow: u32 }

fn columnBlock(workgroup: vec3u, workgroups: vec3u, thread: u32) -> ColumnBlock {
  let span = ((workgroup.x + workgroup.y * workgroups.x) * 64 + thread) / 8;
  let spans = (parameters.groups + 8 * across - 1) / (8 * across);
  let number = span / spans;
  let firstRow = number * parameters.rowsPerBlock;
  return ColumnBlock(
    number, (span - number * spans) * 8 * across + thread % 8,
    firstRow, min(firstRow + parameters.rowsPerBlock, parameters.rows));
}

// Group `number` of a thread's; the last one again where there are not that many.
fn groupOf(block: ColumnBlock, number: u32) -> u32 { return min(block.firstGroup + 8 * number, parameters.groups - 1); }

fn hasGroup(block: ColumnBlock, number: u32) -> bool { return block.firstGroup + 8 * number < parameters.groups; }
