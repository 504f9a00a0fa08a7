// What the gradient of an element becomes: of a matrix g * factors[row] / sqrt(columns[column]), of
// anything else g / sqrt(squares[element]).
//
// factors: f32[batches, rows]; columns: f32[batches, width]; squares: f32[elements]

#if factored
@group(0) @binding(next) var<storage, read> factors: array<f32>;
@group(0) @binding(next) var<storage, read> columns: array<f32>;

fn stepOf(gradient: f32, index: u32) -> f32 {
  let row = index / parameters.width;
  let batch = row / parameters.rows;
  return gradient * (factors[row] * inverseSqrt(columns[batch * parameters.width + index % parameters.width]));
}
#endif
