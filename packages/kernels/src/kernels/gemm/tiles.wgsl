// Common to all variants: which tile a workgroup computes and where the elements of the operands lie.
//
// A is [m, k], stored [k, m] where aAlongK is false; B is [k, n], stored [n, k] where bAlongK is true; output is [m, n].
// Workgroups are numbered over x and y. Eight rows of tiles are done together, column by column of tiles, so that what is read of B serves
// eight times while it is in the cache, and what is read of A stays there. z is the number of the matrix in the batch times `parts`, plus
// the part of the inner dimension: parts of `innerPerPart`, which are summed up by another kernel.
// In front: const aAlongK, bAlongK; fetchA, fetchB (four elements at four places: wide arrays read the four from the first place on),
// elementA, elementB.

struct Parameters {
  m: u32, n: u32, k: u32,
  strideA: u32, strideB: u32, strideOutput: u32,
  parts: u32, innerPerPart: u32,
  columnTiles: u32, tiles: u32,
  alpha: f32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;

const sequence = vec4u(0, 1, 2, 3);

struct Task {
  outside: bool,
  firstRow: u32, firstColumn: u32,
  firstInner: u32, endInner: u32,
  offsetA: u32, offsetB: u32, offsetOutput: u32,
}

const rowsTogether = 8u;

fn taskOf(workgroup: vec3u, workgroups: vec3u, rows: u32, columns: u32) -> Task {
  let tile = workgroup.x + workgroup.y * workgroups.x;
  let matrix = workgroup.z / parameters.parts;
  let firstInner = (workgroup.z % parameters.parts) * parameters.innerPerPart;
  let togetherTiles = rowsTogether * parameters.columnTiles;
  let firstRowTile = tile / togetherTiles * rowsTogether;
  let rowTiles = min(rowsTogether, parameters.tiles / parameters.columnTiles - firstRowTile);
  return Task(
    tile >= parameters.tiles,
    (firstRowTile + tile % togetherTiles % rowTiles) * rows, tile % togetherTiles / rowTiles * columns,
    firstInner, min(parameters.k, firstInner + parameters.innerPerPart),
    matrix * parameters.strideA, matrix * parameters.strideB, workgroup.z * parameters.strideOutput,
  );
}

fn placesA(rows: vec4u, inners: vec4u) -> vec4u { return select(inners * parameters.m + rows, rows * parameters.k + inners, aAlongK); }

fn placesB(inners: vec4u, columns: vec4u) -> vec4u {
  return select(inners * parameters.n + columns, columns * parameters.k + inners, bAlongK);
}
