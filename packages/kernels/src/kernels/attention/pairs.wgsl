// What all kernels that go over pairs of tokens read and write: the forward, the gradient of the
// queries, and that of keys and values.
//
// query, key, value, output and their gradients: [totalTokens, numHeads * headSize]
// logSumExp: f32[totalTokens, numHeads]; cuSeqlens: u32[numSequences + 1]; rowData: of rowData.wgsl
// Queries, keys and values, and their gradients, may be columns of one array: their rows are then
// rowChunks apart, and keys and values begin at keyChunk and valueChunk. No two bindings may write
// to one array, so with gradQkv the gradients of keys and values share a binding.
#include kernels/attention/rows
#include kernels/attention/dropout

struct Parameters {
  numHeads: u32, chunks: u32,
  site: u32, threshold: u32,
  tileKeys: u32, totalTokens: u32,
  rowChunks: u32, keyChunk: u32, valueChunk: u32,
  keptScale: f32, scale: f32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> query: array<Element>;
@group(0) @binding(next) var<storage, read> key: array<Element>;
@group(0) @binding(next) var<storage, read> value: array<Element>;
#if forward
@group(0) @binding(next) var<storage, read> cuSeqlens: array<u32>;
#if dropout
@group(0) @binding(next) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(next) var<storage, read> random: array<vec4u>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Element>;
@group(0) @binding(next) var<storage, read_write> logSumExp: array<f32>;
#else
@group(0) @binding(next) var<storage, read> gradOutput: array<Element>;
@group(0) @binding(next) var<storage, read> rowData: array<vec4u>;
@group(0) @binding(next) var<storage, read> cuSeqlens: array<u32>;
#if gradQuery
@group(0) @binding(next) var<storage, read_write> gradQuery: array<Element>;
#else
@group(0) @binding(next) var<storage, read_write> gradKey: array<Element>;
#if !gradQkv
@group(0) @binding(next) var<storage, read_write> gradValue: array<Element>;
#endif

fn storeGradKey(row: u32, head: u32, chunk: u32, values: Values) { store(&gradKey, keyRows(), row, head, chunk, values); }

fn storeGradValue(row: u32, head: u32, chunk: u32, values: Values) {
#if gradQkv
  store(&gradKey, valueRows(), row, head, chunk, values);
#else
  store(&gradValue, valueRows(), row, head, chunk, values);
#endif
}
#endif
#endif

// The row behind the last of a sequence: never beyond the matrices, whatever cuSeqlens holds.
fn endOfSequence(sequence: u32) -> u32 { return min(cuSeqlens[sequence + 1], parameters.totalTokens); }

fn queryRows() -> Rows { return Rows(parameters.rowChunks, 0); }
fn keyRows() -> Rows { return Rows(parameters.rowChunks, parameters.keyChunk); }
fn valueRows() -> Rows { return Rows(parameters.rowChunks, parameters.valueChunk); }
fn outputRows() -> Rows { return Rows(parameters.numHeads * parameters.chunks, 0); }
