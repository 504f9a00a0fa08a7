// Common to all variants: which tile a workgroup computes, and where the elements of the operands
// lie.
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

fn placesA(rows: vec4u, inners: vec4u) -> vec4u {
  return select(inners * parameters.m + rows, rows * parameters.k + inners, aAlongK);
}

fn placesB(inners: vec4u, columns: vec4u) -> vec4u {
  return select(inners * parameters.n + columns, columns * parameters.k + inners, bAlongK);
}

// Four elements at four places; of vectors, the four from the first place on.
#if aVec4
fn fetchA(places: vec4u) -> vec4f { return loadA(places.x / 4); }
#else
fn fetchA(places: vec4u) -> vec4f {
  return vec4f(loadA(places.x), loadA(places.y), loadA(places.z), loadA(places.w));
}
#endif
#if bVec4
fn fetchB(places: vec4u) -> vec4f { return loadB(places.x / 4); }
#else
fn fetchB(places: vec4u) -> vec4f {
  return vec4f(loadB(places.x), loadB(places.y), loadB(places.z), loadB(places.w));
}
#endif

// One element.
#if aVec4
fn elementA(place: u32) -> f32 { return loadA(place / 4)[place % 4]; }
#else
fn elementA(place: u32) -> f32 { return loadA(place); }
#endif
#if bVec4
fn elementB(place: u32) -> f32 { return loadB(place / 4)[place % 4]; }
#else
fn elementB(place: u32) -> f32 { return loadB(place); }
#endif
