// What all kernels that go over pairs of tokens read and write: the forward, the gradient of the
// queries, that of keys and values, and all gradients at once. With savesRows the gradient of
// queries writes rowData; all others read it.
//
// query, key, value, output and their gradients: [totalTokens, numHeads * headSize]
// logSumExp: f32[totalTokens, numHeads]; cuSeqlens: u32[numSequences + 1]; rowData: of rowData.wgsl
// Queries, keys and values, and their gradients, may be columns of one array: their rows are then
// rowChunks apart, and keys and values begin at keyChunk and valueChunk. No two bindings may write
// to one array, so with gradQkv the gradients of keys and values share a binding; with oneArray all
// do, and what they belong to, so that all gradients take no more bindings than every adapter has.
#include kernels/attention/pairs/rows
#include kernels/attention/pairs/dropout
#include wgsl/keepNan

struct Parameters {
  numHeads: u32, chunks: u32,
  site: u32, threshold: u32,
  tileKeys: u32, totalTokens: u32,
  rowChunks: u32, keyChunk: u32, valueChunk: u32,
  keptScale: f32, scale: f32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> query: array<Query>;
#if !oneArray
@group(0) @binding(next) var<storage, read> key: array<Key>;
@group(0) @binding(next) var<storage, read> value: array<Value>;
#endif
#if forward
@group(0) @binding(next) var<storage, read> cuSeqlens: array<u32>;
#if dropout
@group(0) @binding(next) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(next) var<storage, read> random: array<vec4u>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;
@group(0) @binding(next) var<storage, read_write> logSumExp: array<f32>;
#else
@group(0) @binding(next) var<storage, read> gradOutput: array<GradOutput>;
#if savesRows
@group(0) @binding(next) var<storage, read> output: array<Output>;
#endif
#if rowData
@group(0) @binding(next) var<storage, read> rowData: array<vec4u>;
@group(0) @binding(next) var<storage, read> cuSeqlens: array<u32>;
#else
@group(0) @binding(next) var<storage, read> logSumExp: array<f32>;
@group(0) @binding(next) var<storage, read> cuSeqlens: array<u32>;
#if dropout
@group(0) @binding(next) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(next) var<storage, read> random: array<vec4u>;
#endif
#endif
#if gradQuery
@group(0) @binding(next) var<storage, read_write> gradQuery: array<GradQuery>;
#endif
#if savesRows
@group(0) @binding(next) var<storage, read_write> rowData: array<vec4u>;
#endif
#if gradKey
@group(0) @binding(next) var<storage, read_write> gradKey: array<GradKey>;
#if !gradQkv
@group(0) @binding(next) var<storage, read_write> gradValue: array<GradValue>;
#endif
#endif
#endif

// The row behind the last of a sequence: never beyond the matrices, whatever cuSeqlens holds.
fn endOfSequence(sequence: u32) -> u32 { return min(cuSeqlens[sequence + 1], parameters.totalTokens); }

fn queryRows() -> Rows { return Rows(parameters.rowChunks, 0); }
fn keyRows() -> Rows { return Rows(parameters.rowChunks, parameters.keyChunk); }
fn valueRows() -> Rows { return Rows(parameters.rowChunks, parameters.valueChunk); }
fn outputRows() -> Rows { return Rows(parameters.numHeads * parameters.chunks, 0); }

fn queryOf(row: u32, head: u32, chunk: u32) -> Values { return loadQuery(placeOf(queryRows(), row, head, chunk)); }
#if oneArray
fn keyOf(row: u32, head: u32, chunk: u32) -> Values { return loadQuery(placeOf(keyRows(), row, head, chunk)); }
fn valueOf(row: u32, head: u32, chunk: u32) -> Values { return loadQuery(placeOf(valueRows(), row, head, chunk)); }
#else
fn keyOf(row: u32, head: u32, chunk: u32) -> Values { return loadKey(placeOf(keyRows(), row, head, chunk)); }
fn valueOf(row: u32, head: u32, chunk: u32) -> Values { return loadValue(placeOf(valueRows(), row, head, chunk)); }
#endif
#if forward
fn setOutput(row: u32, head: u32, chunk: u32, values: Values) { storeOutput(placeOf(outputRows(), row, head, chunk), values); }
#else
fn gradOutputOf(row: u32, head: u32, chunk: u32) -> Values { return loadGradOutput(placeOf(outputRows(), row, head, chunk)); }
#if savesRows
fn outputOf(row: u32, head: u32, chunk: u32) -> Values { return loadOutput(placeOf(outputRows(), row, head, chunk)); }
#endif
#if gradQuery
fn setGradQuery(row: u32, head: u32, chunk: u32, values: Values) { storeGradQuery(placeOf(queryRows(), row, head, chunk), values); }
#endif
#if oneArray
fn setGradKey(row: u32, head: u32, chunk: u32, values: Values) { storeGradQuery(placeOf(keyRows(), row, head, chunk), values); }
fn setGradValue(row: u32, head: u32, chunk: u32, values: Values) { storeGradQuery(placeOf(valueRows(), row, head, chunk), values); }
#endif
#if gradKey
fn setGradKey(row: u32, head: u32, chunk: u32, values: Values) { storeGradKey(placeOf(keyRows(), row, head, chunk), values); }
fn setGradValue(row: u32, head: u32, chunk: u32, values: Values) {
#if gradQkv
  storeGradKey(placeOf(valueRows(), row, head, chunk), values);
#else
  storeGradValue(placeOf(valueRows(), row, head, chunk), values);
#endif
}
#endif
#endif
