// panels = operand, such that what a tile reads of it lies together, in the order in which it is read
//
// operand: A [lines, inner] or B [inner, lines], stored either way (alongInner: the inner dimension is contiguous)
// inner: a multiple of 4
// panels of A: vec4f[panel][inner / 4][line], a vector being four inner steps of a line
// panels of B: vec4f[panel][inner][line / 4], a vector being four lines at one inner step
// A panel has panelWidth lines; beyond the last line it repeats that. Four lines and four inner steps a thread, 64 threads a workgroup.
// In front: const alongInner, panelsAlongInner; panels; fetchOperand.

struct Parameters { lines: u32, inner: u32, panelWidth: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;

const sequence = vec4u(0, 1, 2, 3);

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (number >= parameters.blocks) { return; }
  let lineFours = parameters.panelWidth / 4;
  let innerFours = parameters.inner / 4;
  let panel = number / lineFours / innerFours;
  let firstInner = number / lineFours % innerFours * 4;
  let firstLine = number % lineFours * 4;
  let inners = firstInner + sequence;
  let lines = min(panel * parameters.panelWidth + firstLine + sequence, vec4u(parameters.lines - 1));
  // A column of the block is a vector of the operand. Written out: a loop over columns would put the block in memory.
  var block = mat4x4f(
    fetchOperand(placesOf(inners, lines, 0)), fetchOperand(placesOf(inners, lines, 1)),
    fetchOperand(placesOf(inners, lines, 2)), fetchOperand(placesOf(inners, lines, 3)));
  if (alongInner != panelsAlongInner) { block = transpose(block); }
  let place = panel * lineFours * parameters.inner
    + select(firstInner * lineFours + firstLine / 4, firstInner * lineFours + firstLine, panelsAlongInner);
  let apart = select(lineFours, 1u, panelsAlongInner);
  panels[place] = block[0];
  panels[place + apart] = block[1];
  panels[place + 2 * apart] = block[2];
  panels[place + 3 * apart] = block[3];
}

// Places of vector `number` of a block: four inner steps of a line, or four lines at one inner step.
fn placesOf(inners: vec4u, lines: vec4u, number: u32) -> vec4u {
  return select(inners[number] * parameters.lines + lines, lines[number] * parameters.inner + inners, alongInner);
}
