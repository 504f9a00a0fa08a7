// packed = operand, so that what a tile reads of it lies together, in the order in which it is read
//
// operand: A [lines, inner] or B [inner, lines], stored either way (alongInner: the inner dimension
// is contiguous); inner: a multiple of 4
// packed A: vec4f[panel][inner / 4][line], a vector being four inner steps of a line
// packed B: vec4f[panel][inner][line / 4], a vector being four lines at one inner step
// A panel has panelWidth lines; beyond the last line it repeats that ("packed panels" of BLIS).
// Four lines and four inner steps a thread, 64 threads a workgroup.

struct Parameters { lines: u32, inner: u32, panelWidth: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> operand: array<Operand>;
@group(0) @binding(next) var<storage, read_write> packed: array<vec4f>;

#if alongInner
const alongInner = true;
#else
const alongInner = false;
#endif

const sequence = vec4u(0, 1, 2, 3);

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (number >= parameters.blocks) { return; }
  let lineVec4s = parameters.panelWidth / 4;
  let innerVec4s = parameters.inner / 4;
  let panel = number / lineVec4s / innerVec4s;
  let firstInner = number / lineVec4s % innerVec4s * 4;
  let firstLine = number % lineVec4s * 4;
  let inners = firstInner + sequence;
  let lines = min(panel * parameters.panelWidth + firstLine + sequence, vec4u(parameters.lines - 1));
  // A column of the block is a vector of the operand. Written out: a loop over columns would put
  // the block in memory.
  var block = mat4x4f(
    fetchOperand(placesOf(inners, lines, 0)), fetchOperand(placesOf(inners, lines, 1)),
    fetchOperand(placesOf(inners, lines, 2)), fetchOperand(placesOf(inners, lines, 3)));
  #if transposed
  block = transpose(block);
#endif
  let panelStart = panel * lineVec4s * parameters.inner;
#if sideA
  let place = panelStart + firstInner * lineVec4s + firstLine;
  let apart = 1u;
#else
  let place = panelStart + firstInner * lineVec4s + firstLine / 4;
  let apart = lineVec4s;
#endif
  packed[place] = block[0];
  packed[place + apart] = block[1];
  packed[place + 2 * apart] = block[2];
  packed[place + 3 * apart] = block[3];
}

// Places of vector `number` of a block: four inner steps of a line, or four lines at one inner
// step.
fn placesOf(inners: vec4u, lines: vec4u, number: u32) -> vec4u {
  return select(inners[number] * parameters.lines + lines, lines[number] * parameters.inner + inners, alongInner);
}

#if operandVec4
fn fetchOperand(places: vec4u) -> vec4f { return loadOperand(places.x / 4); }
#else
fn fetchOperand(places: vec4u) -> vec4f {
  return vec4f(loadOperand(places.x), loadOperand(places.y), loadOperand(places.z), loadOperand(places.w));
}
#endif
