// Attention by register tiles: forward and gradients as in byRow/, the gradients of sequences that
// fit one workgroup all at once.
//
// A workgroup goes over blocks of scores, rows of queries by keys. A thread holds four neighbouring
// keys of some rows of a block in registers; threads that share rows are neighbours. Scores are
// sums over channels: pieces of both matrices' rows come to workgroup memory, those of keys ordered
// so that neighbouring threads read neighbouring rows. What goes into sums over keys or queries
// comes as whole rows, a few at a time, beside the block, and a thread has a vector of four
// channels of some results. The next piece is on its way while one is multiplied.
// forward.ts and backward.ts write main, in which all places in workgroup memory are made of the
// thread's number and constants: no index needs a check.
#include kernels/attention/pairs/pairs

// Zero beyond the sequence and beyond the head, without a branch: loads that follow one another
// wait together.
fn queryIn(row: u32, endRow: u32, head: u32, chunk: u32) -> vec4f {
  return select(vec4f(), queryOf(min(row, endRow - 1), head, min(chunk, parameters.chunks - 1)), isInside(row, endRow, chunk));
}

fn keyIn(row: u32, endRow: u32, head: u32, chunk: u32) -> vec4f {
  return select(vec4f(), keyOf(min(row, endRow - 1), head, min(chunk, parameters.chunks - 1)), isInside(row, endRow, chunk));
}

fn valueIn(row: u32, endRow: u32, head: u32, chunk: u32) -> vec4f {
  return select(vec4f(), valueOf(min(row, endRow - 1), head, min(chunk, parameters.chunks - 1)), isInside(row, endRow, chunk));
}

#if !forward
#include kernels/attention/pairs/savedOfRow

fn gradOutputIn(row: u32, endRow: u32, head: u32, chunk: u32) -> vec4f {
  return select(vec4f(), gradOutputOf(min(row, endRow - 1), head, min(chunk, parameters.chunks - 1)), isInside(row, endRow, chunk));
}

#if savesRows
fn outputIn(row: u32, endRow: u32, head: u32, chunk: u32) -> vec4f {
  return select(vec4f(), outputOf(min(row, endRow - 1), head, min(chunk, parameters.chunks - 1)), isInside(row, endRow, chunk));
}
#endif
#endif

fn isInside(row: u32, endRow: u32, chunk: u32) -> bool { return row < endRow && chunk < parameters.chunks; }
