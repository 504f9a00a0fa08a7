// What all kernels that go over pairs of tokens are told. Queries, keys and values, and their gradients, may be columns of one array:
// their rows are then rowChunks apart, and keys and values begin at keyChunk and valueChunk.

struct Parameters {
  numHeads: u32, chunks: u32,
  site: u32, threshold: u32,
  tileKeys: u32, totalTokens: u32,
  rowChunks: u32, keyChunk: u32, valueChunk: u32,
  keptScale: f32, scale: f32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;

// The row behind the last of a sequence: never beyond the matrices, whatever cuSeqlens holds.
fn endOfSequence(sequence: u32) -> u32 { return min(cuSeqlens[sequence + 1], parameters.totalTokens); }

fn queryRows() -> Rows { return Rows(parameters.rowChunks, 0); }
fn keyRows() -> Rows { return Rows(parameters.rowChunks, parameters.keyChunk); }
fn valueRows() -> Rows { return Rows(parameters.rowChunks, parameters.valueChunk); }
fn outputRows() -> Rows { return Rows(parameters.numHeads * parameters.chunks, 0); }
