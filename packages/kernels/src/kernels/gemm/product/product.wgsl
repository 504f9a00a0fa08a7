// Common to all variants: parameters, operands, and which tile a workgroup computes.
//
// A is [m, k], stored [k, m] unless aAlongK; B is [k, n], stored [n, k] where bAlongK; output is
// [m, n].
// Workgroups are numbered over x and y. Eight rows of tiles are done together, column by column of
// tiles, so that what is read of B serves eight times while it is in the cache, and what is read of
// A stays there. z is the number of the matrix in the batch times `parts`, plus the part of the
// inner dimension: parts of `innerPerPart`, which are summed up by another kernel.

struct Parameters {
  m: u32, n: u32, k: u32,
  strideA: u32, strideB: u32, strideOutput: u32,
  parts: u32, innerPerPart: u32,
  columnTiles: u32, tiles: u32,
  alpha: f32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> a: array<A>;
@group(0) @binding(next) var<storage, read> b: array<B>;

#if aAlongK
const aAlongK = true;
#else
const aAlongK = false;
#endif
#if bAlongK
const bAlongK = true;
#else
const bAlongK = false;
#endif

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
