// What becomes of sums, and where the arrays behind the operands are:
// output = activation(sum + bias) (+ output, where it accumulates);  preActivation = sum + bias
// output = (sum + bias) * gelu'(preActivation) (+ output), where it is GELU's backward; there
// preActivation = gelu(preActivation), where it replaces that
//
// and the sums of A's columns, where they are wanted: columnSums[row] = sum over k of A[row, k]
//
// bias: f32[n]; output, preActivation: [m, n]; columnSums: f32[m], of a product in parts [parts,
// m]. vec4: n and every place are multiples of four.
#if gelu
#include kernels/gelu/geluFunctions
#endif
#if geluBackward
#include kernels/gelu/geluFunctions
#endif

#if bias
@group(0) @binding(next) var<storage, read> bias: array<Bias>;
#endif
#if geluBackward
#if !replacesPreActivation
@group(0) @binding(next) var<storage, read> preActivation: array<PreActivation>;
#endif
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;
#if storesPreActivation
@group(0) @binding(next) var<storage, read_write> preActivation: array<PreActivation>;
#endif
#if replacesPreActivation
@group(0) @binding(next) var<storage, read_write> preActivation: array<PreActivation>;
#endif
#if columnSums
@group(0) @binding(next) var<storage, read_write> columnSums: array<f32>;

fn storeColumnSum(place: u32, value: f32) {
#if addColumnSums
  columnSums[place] += value;
#else
  columnSums[place] = value;
#endif
}
#endif

#if vec4
alias Result = vec4f;
#else
alias Result = f32;
#endif

// The bias of four columns, which a kernel reads once for all rows.
fn biasOfFour(column: u32) -> vec4f {
#if bias
#if vec4
  return loadBias(min(column, parameters.n - 1) / 4);
#else
  return vec4f(
    loadBias(min(column + 0, parameters.n - 1)), loadBias(min(column + 1, parameters.n - 1)),
    loadBias(min(column + 2, parameters.n - 1)), loadBias(min(column + 3, parameters.n - 1)));
#endif
#else
  return vec4f();
#endif
}

fn finish(place: u32, biasValue: Result, value: Result) {
  var result = value;
#if bias
  result += biasValue;
#endif
#if storesPreActivation
  storePreActivation(place, result);
#endif
#if gelu
  result = geluOfEach(result);
#endif
#if geluBackward
  let before = loadPreActivation(place);
  result *= geluDerivativeOfEach(before);
#if replacesPreActivation
  storePreActivation(place, geluOfEach(before));
#endif
#endif
#if accumulate
  result += loadOutput(place);
#endif
  storeOutput(place, result);
}

// Stores up to four results of a row, as many as there are columns.
fn storeFour(place: u32, firstColumn: u32, biasValues: vec4f, values: vec4f) {
#if vec4
  finish(place / 4, biasValues, values);
#else
  // The bounds are such that no compiler unrolls the loop.
  for (var column = firstColumn; column < min(firstColumn + 4, parameters.n); column++) {
    let number = column - firstColumn;
    finish(place + number, biasValues[number], values[number]);
  }
#endif
}
