import { lineStride, operandText, times, turnsOf, vectorsOf } from './outerProductOperands.ts';
import type { OperandSide, OperandText } from './outerProductOperands.ts';
import { joinSlices } from './outerProductSlices.ts';
import type { GemmResources } from './resources.ts';

/** What a workgroup of `outerProduct.wgsl` computes, and by how many threads. */
export interface OuterProductTile {
  /** Warps of 32 threads along the rows and the columns. */
  readonly warpRows: number;
  readonly warpColumns: number;
  /** Blocks of 4 x 4 results of a thread along the rows and the columns. */
  readonly rowBlocks: number;
  readonly columnBlocks: number;
  /** Inner steps that are in workgroup memory at once. */
  readonly inner: number;
  /**
   * Groups of threads, 2 or 4, that have the same results and each add up their part of these inner
   * steps. Default 1.
   */
  readonly slices?: number;
}

/**
 * 8 x 8 results a thread, 8 x 4 or 12 x 4. So few inner steps that all fits the 16 KiB that WebGPU
 * promises and two workgroups of 256 threads fit the registers of a multiprocessor. Sliced tiles are
 * for few results: as many threads are busy as with parts of the sum, without partial sums in memory
 * and their dispatch. 512 x 768 results are 132 tiles of 48 x 64, one for each multiprocessor of an
 * H100.
 */
export const outerProductTiles = {
  '128x128': { warpRows: 4, warpColumns: 2, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '128x64': { warpRows: 4, warpColumns: 1, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '64x128': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '64x64': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16 },
  '64x64sliced2': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16, slices: 2 },
  '48x64sliced4': { warpRows: 1, warpColumns: 2, rowBlocks: 3, columnBlocks: 1, inner: 16, slices: 4 },
  '32x64sliced4': { warpRows: 1, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16, slices: 4 },
} as const satisfies Record<string, OuterProductTile>;

/** Threads of a warp along the rows and the columns. */
const [laneRows, laneColumns] = [4, 8];

/** Rows, columns and threads of a tile. */
export function outerProductSizes(tile: OuterProductTile) {
  const { warpRows, warpColumns, rowBlocks, columnBlocks, slices = 1 } = tile;
  return {
    rows: 4 * warpRows * laneRows * rowBlocks,
    columns: 4 * warpColumns * laneColumns * columnBlocks,
    threads: 32 * warpRows * warpColumns * slices,
  };
}

/** How the operands are read, and whether the columns of an A that is stored [k, m] are summed. */
type OperandReads = {
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
  readonly aVec4: boolean;
  readonly bVec4: boolean;
  readonly columnSums: boolean;
};

/** Registers of a thread, as counted, and workgroup memory, for operands that take the most. */
export function outerProductResources(tile: OuterProductTile): GemmResources {
  const { rowBlocks, columnBlocks } = tile;
  const { rows, columns, threads } = outerProductSizes(tile);
  const bringing = { inner: tile.inner, threads };
  const turns = turnsOf(bringing, rows) + turnsOf(bringing, columns);
  const sums = 16 * rowBlocks * columnBlocks;
  const operands = 4 * (rowBlocks + columnBlocks);
  // On the way, and where each comes from and goes to.
  const prefetched = (4 + 2) * turns;
  const [task, parameters, columnsOfA] = [8, 6, 4];
  return {
    threads,
    registers: sums + operands + prefetched + task + parameters + columnsOfA,
    workgroupBytes: 16 * memoryVectors(tile, lineStride(rows, true) + lineStride(columns, true)),
  };
}

/** Vectors of four in workgroup memory: both operands, where slices put their sums at the end. */
function memoryVectors(tile: OuterProductTile, lines: number): number {
  const { slices = 1 } = tile;
  return Math.max(vectorsOf(tile.inner, lines), slices > 1 ? 4 * outerProductSizes(tile).threads : 0);
}

/** `main` of `outerProduct.wgsl`, and its memory. */
export function outerProductText(text: OuterProductTile & OperandReads): string {
  const { aAlongK, bAlongK, aVec4, bVec4, columnSums, ...tile } = text;
  const { warpColumns, rowBlocks, columnBlocks, inner, slices = 1 } = tile;
  const { rows, columns, threads } = outerProductSizes(tile);
  const strides = { A: lineStride(rows, aAlongK), B: lineStride(columns, bAlongK) };
  const memory = memoryOf(tile, strides);
  const sides = [
    { name: 'A', lines: rows, limit: 'parameters.m', firstLine: 'task.firstRow', alongK: aAlongK, vec4: aVec4 },
    { name: 'B', lines: columns, limit: 'parameters.n', firstLine: 'task.firstColumn', alongK: bAlongK, vec4: bVec4 },
  ] as const satisfies Omit<OperandSide, 'at'>[];
  const operands = sides.map((side) => operandText({ ...side, at: memory.at[side.name] }, { inner, threads }));
  const both = (part: keyof OperandText) => operands.flatMap((operand) => operand[part]);
  return [
    ...memory.declarations,
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {',
    `let task = taskOf(workgroup, workgroups, ${rows}, ${columns});`,
    'if (task.outside) { return; }',
    ...(slices > 1
      ? [`let slice = thread / ${threads / slices}; let warp = thread % ${threads / slices} / 32;`]
      : ['let warp = thread / 32;']),
    'let lane = thread % 32;',
    `let rowFour = warp / ${warpColumns} * ${laneRows * rowBlocks} + lane / ${laneColumns};`,
    `let columnFour = warp % ${warpColumns} * ${laneColumns * columnBlocks} + lane % ${laneColumns};`,
    ...both('places'),
    ...times(4 * rowBlocks, (row) => times(columnBlocks, (j) => `var sum${row}_${j}: vec4f;`).join(' ')),
    columnSums ? 'var columnsOfA = vec4f();' : '',
    'var inner = task.firstInner;',
    ...both('fetchChecked'),
    'while (inner < task.endInner) {',
    'workgroupBarrier();',
    ...both('stage'),
    ...(columnSums ? times(turnsOf({ inner, threads }, rows), (turn) => `columnsOfA += nextA${turn};`) : []),
    'workgroupBarrier();',
    `inner += ${inner};`,
    ...both('advance'),
    `if (inner + ${inner} <= task.endInner) {`,
    ...both('fetch'),
    '} else {',
    ...both('fetchChecked'),
    '}',
    ...productsText(tile, strides, memory.at),
    '}',
    ...(columnSums ? columnSumsText(tile, memory.at.A) : []),
    ...(slices > 1 ? joinSlices({ ...tile, slices, threads }, { laneRows, laneColumns }) : storesText(tile)),
    '}',
  ].join('\n');
}

type Strides = Readonly<Record<'A' | 'B', number>>;
type Places = Readonly<Record<'A' | 'B', OperandSide['at']>>;

/** An array for each operand, or, where slices are joined in it, one for both. */
function memoryOf(tile: OuterProductTile, strides: Strides): { declarations: string[]; at: Places } {
  const [sizeA, sizeB] = [vectorsOf(tile.inner, strides.A), vectorsOf(tile.inner, strides.B)];
  const { slices = 1 } = tile;
  if (slices === 1) {
    return {
      declarations: [`var<workgroup> tileA: array<vec4f, ${sizeA}>;`, `var<workgroup> tileB: array<vec4f, ${sizeB}>;`],
      at: { A: (place) => `tileA[${place}]`, B: (place) => `tileB[${place}]` },
    };
  }
  return {
    declarations: [`var<workgroup> tiles: array<vec4f, ${memoryVectors(tile, strides.A + strides.B)}>;`],
    at: { A: (place) => `tiles[${place}]`, B: (place) => `tiles[${sizeA} + ${place}]` },
  };
}

/** The products of the inner steps in workgroup memory, or of a slice's part of them. */
function productsText({ rowBlocks, columnBlocks, inner, slices = 1 }: OuterProductTile, strides: Strides, at: Places) {
  const part = inner / slices;
  const ofSlice = (stride: number) => (slices > 1 ? ` + slice * ${(part * stride) / 4}` : '');
  return times(part, (step) => {
    const place = (stride: number, apart: number, block: number) => (step * stride) / 4 + block * apart;
    const placeA = (i: number) => `${place(strides.A, laneRows, i)} + rowFour${ofSlice(strides.A)}`;
    const placeB = (j: number) => `${place(strides.B, laneColumns, j)} + columnFour${ofSlice(strides.B)}`;
    return [
      ...times(rowBlocks, (i) => `let a${step}_${i} = ${at.A(placeA(i))};`),
      ...times(columnBlocks, (j) => `let b${step}_${j} = ${at.B(placeB(j))};`),
      ...times(4 * rowBlocks, (row) => {
        const left = `vec4f(a${step}_${Math.floor(row / 4)}.${'xyzw'[row % 4]})`;
        return times(columnBlocks, (j) => `sum${row}_${j} = fma(${left}, b${step}_${j}, sum${row}_${j});`).join(' ');
      }),
    ].join('\n');
  });
}

/**
 * Adds up what threads found of the same columns of A, and stores it once. In all its turns a thread
 * brings the same four.
 */
function columnSumsText(tile: OuterProductTile, at: OperandSide['at']): string[] {
  const { rows, threads } = outerProductSizes(tile);
  const fours = rows / 4;
  const bringing = Math.min(threads, vectorsOf(tile.inner, rows));
  return [
    'if (task.firstColumn == 0) {',
    'workgroupBarrier();',
    `${at('thread')} = columnsOfA;`,
    'workgroupBarrier();',
    `if (thread < ${fours}) {`,
    `let total = ${times(bringing / fours, (other) => at(`thread + ${other * fours}`)).join(' + ')};`,
    ...times(4, (i) => {
      const row = `task.firstRow + 4 * thread + ${i}`;
      return `if (${row} < parameters.m) { storeColumnSum(workgroup.z * parameters.m + ${row}, total[${i}]); }`;
    }),
    '}',
    '}',
  ];
}

/** Hands the sums within the edge to the epilogue. */
function storesText({ rowBlocks, columnBlocks }: OuterProductTile): string[] {
  const column = (j: number) => [
    `let column${j} = task.firstColumn + 4 * (columnFour + ${j * laneColumns});`,
    `if (column${j} < parameters.n) {`,
    `let bias = biasOfFour(column${j});`,
    ...times(4 * rowBlocks, (row) => {
      const number = `task.firstRow + 4 * rowFour + ${4 * laneRows * Math.floor(row / 4) + (row % 4)}`;
      const place = `task.offsetOutput + (${number}) * parameters.n + column${j}`;
      return `if (${number} < parameters.m) { storeFour(${place}, column${j}, bias, parameters.alpha * sum${row}_${j}); }`;
    }),
    '}',
  ];
  return Array.from({ length: columnBlocks }, (_, j) => column(j)).flat();
}
