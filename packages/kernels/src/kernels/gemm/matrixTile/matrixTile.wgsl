// output = activation(alpha * A B + bias) (+ output), by the matrix units of GPUs: operands in f16,
// sums in f32.
//
// A workgroup is a grid of subgroups of `lanes` invocations, and each subgroup a grid of fragments
// of the results. 32 inner steps of both operands at a time lie in workgroup memory as halves,
// along the dimension in which they are contiguous, each line 16 bytes longer than its content
// against bank conflicts. A thread brings eight halves at once: one load of 16 bytes of f16, two of
// f32, and one store. What it brings for the next inner steps waits in registers while the
// fragments of these are multiplied.
//
// main.ts writes `main`, all of it unrolled, and results.ts what becomes of its sums. Every place
// in workgroup memory is computed there from the thread's number and constants: so the compiler of
// WGSL proves that it lies inside, and leaves places and strides as they are. Behind a function's
// parameter or a variable of a loop it proves nothing, and then each load of a fragment gets a
// stride of two possible values, with which GPUs gather the fragment number by number.
//
// Edges: rows and columns beyond the edge read the last one again, decided once before the loop;
// inner steps beyond the end are zeros, in the last turn of the loop alone. A tile that lies wholly
// inside may begin with the bias, or with what the output holds, and be stored as fragments; other
// tiles, f16 results and activations pass through workgroup memory to the epilogue, a row of each
// subgroup's fragments at a time.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
// Places that depend on the subgroup's number are the same for all of its lanes, which the analysis
// of WGSL cannot see.
diagnostic(off, chromium.subgroup_matrix_uniformity);
#include kernels/gemm/product/product
#include kernels/gemm/product/epilogue

// Eight elements that lie together, rounded to halves, and as they are stored.
#if aEights
#if aHalf
alias A = vec4u;
fn eightOfA(place: u32) -> vec4u { return a[place]; }
fn foursOfA(place: u32) -> mat2x4f {
  let eight = a[place];
  return mat2x4f(vec4f(bitcast<vec4h>(eight.xy)), vec4f(bitcast<vec4h>(eight.zw)));
}
#else
alias A = vec4f;
fn eightOfA(place: u32) -> vec4u { return halvesOf(foursOfA(place)); }
fn foursOfA(place: u32) -> mat2x4f { return mat2x4f(a[2 * place], a[2 * place + 1]); }
#endif
#else
#if aHalf
alias A = f16;
#else
alias A = f32;
#endif
// Eight elements of a line that begins at `line`, from `first` on; zeros from `end` on.
fn eightOfA(line: u32, first: u32, end: u32) -> vec4u { return halvesOf(foursOfA(line, first, end)); }
fn foursOfA(line: u32, first: u32, end: u32) -> mat2x4f {
  return mat2x4f(
    oneOfA(line, first, end), oneOfA(line, first + 1, end), oneOfA(line, first + 2, end), oneOfA(line, first + 3, end),
    oneOfA(line, first + 4, end), oneOfA(line, first + 5, end), oneOfA(line, first + 6, end), oneOfA(line, first + 7, end));
}
fn oneOfA(line: u32, place: u32, end: u32) -> f32 {
  return select(0, f32(a[line + min(place, end - 1)]), place < end);
}
#endif

#if bEights
#if bHalf
alias B = vec4u;
fn eightOfB(place: u32) -> vec4u { return b[place]; }
fn foursOfB(place: u32) -> mat2x4f {
  let eight = b[place];
  return mat2x4f(vec4f(bitcast<vec4h>(eight.xy)), vec4f(bitcast<vec4h>(eight.zw)));
}
#else
alias B = vec4f;
fn eightOfB(place: u32) -> vec4u { return halvesOf(foursOfB(place)); }
fn foursOfB(place: u32) -> mat2x4f { return mat2x4f(b[2 * place], b[2 * place + 1]); }
#endif
#else
#if bHalf
alias B = f16;
#else
alias B = f32;
#endif
fn eightOfB(line: u32, first: u32, end: u32) -> vec4u { return halvesOf(foursOfB(line, first, end)); }
fn foursOfB(line: u32, first: u32, end: u32) -> mat2x4f {
  return mat2x4f(
    oneOfB(line, first, end), oneOfB(line, first + 1, end), oneOfB(line, first + 2, end), oneOfB(line, first + 3, end),
    oneOfB(line, first + 4, end), oneOfB(line, first + 5, end), oneOfB(line, first + 6, end), oneOfB(line, first + 7, end));
}
fn oneOfB(line: u32, place: u32, end: u32) -> f32 {
  return select(0, f32(b[line + min(place, end - 1)]), place < end);
}
#endif

fn halvesOf(fours: mat2x4f) -> vec4u {
  return vec4u(bitcast<vec2u>(vec4h(fours[0])), bitcast<vec2u>(vec4h(fours[1])));
}

fn finishFour(offset: u32, row: u32, column: u32, sums: vec4f) {
  if (row >= parameters.m || column >= parameters.n) { return; }
  storeFour(offset + row * parameters.n + column, column, biasOfFour(column), parameters.alpha * sums);
}
