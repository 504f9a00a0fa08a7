// output = activation(alpha * A B + bias) (+ output), for adapters on which loads are dear and
// barriers dearer: processors.
//
// A workgroup is one subgroup of `lanes` invocations and computes rows x 4 vec4sPerLane lanes
// results; each lane holds all rows of vec4sPerLane vectors of four columns, which lie 4 lanes
// columns apart.
// Four inner steps at a time: A's rows x 4 elements are read once by the subgroup, `loads` vectors
// a lane, and handed out by broadcasts; each lane reads its own 4 x 4 vec4sPerLane elements of B.
// No workgroup memory, no barrier.
// Rows and columns beyond the edge read the last one again; what they give is not stored.
// Operands of large products are packed (packing.wgsl): a panel of A for a row of tiles, one of B
// for a column of them.
// products.ts writes addOne and addFour (one or all of the four inner steps) and scaled,
// unrolled because broadcasts want constant lanes.
enable subgroups;
#include kernels/gemm/product/operands
#include kernels/gemm/product/epilogue

@compute @workgroup_size(lanes)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let task = taskOf(workgroup, workgroups, rows, 4 * vec4sPerLane * lanes);
  if (task.outside) { return; }
  let column = task.firstColumn + 4 * lane;
  // How far the next inner step is.
#if aPacked
  let stepA = rows;
#else
  let stepA = select(parameters.m, 1u, aAlongK);
#endif
#if bPacked
  let stepB = 4 * vec4sPerLane * lanes;
#else
  let stepB = select(parameters.n, 1u, bAlongK);
#endif
  var aPlaces: array<vec4u, loads>;
  for (var load = 0u; load < loads; load++) { aPlaces[load] = task.offsetA + aPlacesOf(load * lanes + lane, task.firstRow); }
  var bPlaces: array<vec4u, 4 * vec4sPerLane>;
  for (var load = 0u; load < 4 * vec4sPerLane; load++) { bPlaces[load] = task.offsetB + bPlacesOf(load % 4, load / 4, lane, task.firstColumn); }
  var sums: array<vec4f, rows * vec4sPerLane>;
  var inner = task.firstInner;
  let endOfFours = task.endInner - (task.endInner - task.firstInner) % 4;
  while (inner < endOfFours) {
    addFour(&sums, readA(&aPlaces, inner * stepA), readB(&bPlaces, inner * stepB));
    inner += 4;
  }
#if tail
  while (inner < task.endInner) {
    // Of the four inner steps that are read the last three are not used: beyond the operand's end
    // its last element takes their place.
    let lastA = vec4u(task.offsetA + parameters.m * parameters.k - 1);
    let lastB = vec4u(task.offsetB + parameters.k * parameters.n - 1);
    var aBounded = aPlaces;
    for (var load = 0u; load < loads; load++) { aBounded[load] = min(aPlaces[load] + inner * stepA, lastA); }
    var bBounded = bPlaces;
    for (var load = 0u; load < 4 * vec4sPerLane; load++) { bBounded[load] = min(bPlaces[load] + inner * stepB, lastB); }
    addOne(&sums, readA(&aBounded, 0), readB(&bBounded, 0));
    inner += 1;
  }
#endif
  let results = scaled(sums);
  if (column >= parameters.n) { return; }
  let farColumn = column + 4 * lanes;
  let bias = biasOfFour(column);
  let farBias = biasOfFour(farColumn);
  // No bound that a compiler knows: unrolled, the epilogue would stand in the code `rows` times and
  // take seconds to compile. Two vectors of columns are the most.
  for (var row = task.firstRow; row < min(task.firstRow + rows, parameters.m); row++) {
    let place = task.offsetOutput + row * parameters.n;
    let sum = (row - task.firstRow) * vec4sPerLane;
    storeFour(place + column, column, bias, results[sum]);
    if (vec4sPerLane > 1 && farColumn < parameters.n) { storeFour(place + farColumn, farColumn, farBias, results[sum + 1]); }
  }
}

fn readA(places: ptr<function, array<vec4u, loads>>, offset: u32) -> array<vec4f, loads> {
  var left: array<vec4f, loads>;
  for (var load = 0u; load < loads; load++) { left[load] = fetchA((*places)[load] + offset); }
  return left;
}

fn readB(places: ptr<function, array<vec4u, 4 * vec4sPerLane>>, offset: u32) -> array<vec4f, 4 * vec4sPerLane> {
  var right: array<vec4f, 4 * vec4sPerLane>;
  for (var load = 0u; load < 4 * vec4sPerLane; load++) { right[load] = fetchB((*places)[load] + offset); }
  return right;
}

// Places of the four elements of A that make vector `number` of a tile: a row's four inner steps,
// or four rows of one inner step.
fn aPlacesOf(number: u32, firstRow: u32) -> vec4u {
#if aPacked
  // Behind the last panel there is nothing for lanes that have no vector.
  return firstRow * parameters.k + 4 * min(number, rows - 1) + sequence;
#else
  if (aAlongK) { return placesA(vec4u(min(firstRow + number, parameters.m - 1)), sequence); }
  let vec4s = rows / 4;
  return placesA(min(firstRow + number % vec4s * 4 + sequence, vec4u(parameters.m - 1)), vec4u(number / vec4s % 4));
#endif
}

// Places of the four elements of B that a lane reads as vector `number` of four, for its vector
// `four` of columns: four columns at inner step `number`, or four inner steps of column `number`.
fn bPlacesOf(number: u32, four: u32, lane: u32, firstColumn: u32) -> vec4u {
#if bPacked
  return firstColumn * parameters.k + 4 * ((number * vec4sPerLane + four) * lanes + lane) + sequence;
#else
  let columns = min(firstColumn + 4 * (four * lanes + lane) + sequence, vec4u(parameters.n - 1));
  if (bAlongK) { return placesB(sequence, vec4u(columns[number])); }
  return placesB(vec4u(number), columns);
#endif
}
