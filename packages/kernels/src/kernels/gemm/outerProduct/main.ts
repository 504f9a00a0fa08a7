import { lineStride, operandText, times, turnsOf, vectorsOf } from './operands.ts';
import type { OperandSide, OperandText } from './operands.ts';
import { joinSlices } from './slices.ts';
import { laneColumns, laneRows, memoryVectors, outerProductSizes } from './tiles.ts';
import type { OuterProductTile } from './tiles.ts';

/** How the operands are read, and whether the columns of an A that is stored [k, m] are summed. */
type OperandReads = {
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
  readonly aVec4: boolean;
  readonly bVec4: boolean;
  readonly columnSums: boolean;
};

/** Writes `main` of `outerProduct.wgsl`, and its workgroup memory. */
export function outerProductMain(text: OuterProductTile & OperandReads): string {
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

/** One array for each operand, or one for both where slices are joined in it. */
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
 * Adds up the threads' sums of the same columns of A, and stores them once. A thread loads the same
 * four columns in all its turns.
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

/** Passes the sums inside the output to the epilogue. */
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
