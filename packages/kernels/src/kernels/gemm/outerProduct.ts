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
}

/**
 * 8 x 8 results a thread, or 8 x 4. So few inner steps that all fits the 16 KiB that WebGPU promises
 * and two workgroups of 256 threads fit the registers of a multiprocessor.
 */
export const outerProductTiles = {
  '128x128': { warpRows: 4, warpColumns: 2, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '128x64': { warpRows: 4, warpColumns: 1, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '64x128': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '64x64': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16 },
} as const satisfies Record<string, OuterProductTile>;

/** Threads of a warp along the rows and the columns. */
const [laneRows, laneColumns] = [4, 8];

/** Rows, columns and threads of a tile. */
export function outerProductSizes({ warpRows, warpColumns, rowBlocks, columnBlocks }: OuterProductTile) {
  return {
    rows: 4 * warpRows * laneRows * rowBlocks,
    columns: 4 * warpColumns * laneColumns * columnBlocks,
    threads: 32 * warpRows * warpColumns,
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
  const turns = turnsOf(tile, rows) + turnsOf(tile, columns);
  const sums = 16 * rowBlocks * columnBlocks;
  const operands = 4 * (rowBlocks + columnBlocks);
  // On the way, and where each comes from and goes to.
  const prefetched = (4 + 2) * turns;
  const [task, parameters, columnsOfA] = [8, 6, 4];
  return {
    threads,
    registers: sums + operands + prefetched + task + parameters + columnsOfA,
    workgroupBytes: 4 * tile.inner * (lineStride(rows, true) + lineStride(columns, true)),
  };
}

/** Vectors of four that a thread brings to workgroup memory, of an operand with so many lines. */
function turnsOf(tile: OuterProductTile, lines: number): number {
  return (lines * tile.inner) / 4 / outerProductSizes(tile).threads;
}

/** Lines from one inner step to the next: padded where they are turned, against bank conflicts. */
const lineStride = (lines: number, alongK: boolean) => lines + (alongK ? 4 : 0);

const times = (count: number, write: (index: number) => string) => Array.from({ length: count }, (_, i) => write(i));

/** An operand in the text of `main`. */
interface OperandText {
  /** What is the same for all inner steps. */
  readonly places: string[];
  /** Brings the next inner steps to registers: all of them, or those before the end. */
  readonly fetch: string[];
  readonly fetchChecked: string[];
  readonly advance: string[];
  /** Puts them into workgroup memory. */
  readonly stage: string[];
}

interface OperandSide {
  readonly name: 'A' | 'B';
  readonly lines: number;
  /** Of the matrix. */
  readonly limit: string;
  readonly firstLine: string;
  readonly alongK: boolean;
  readonly vec4: boolean;
}

/** `main` of `outerProduct.wgsl`, and its memory. */
export function outerProductText(text: OuterProductTile & OperandReads): string {
  const { aAlongK, bAlongK, aVec4, bVec4, columnSums, ...tile } = text;
  const { warpColumns, rowBlocks, columnBlocks, inner } = tile;
  const { rows, columns, threads } = outerProductSizes(tile);
  const sides = [
    { name: 'A', lines: rows, limit: 'parameters.m', firstLine: 'task.firstRow', alongK: aAlongK, vec4: aVec4 },
    { name: 'B', lines: columns, limit: 'parameters.n', firstLine: 'task.firstColumn', alongK: bAlongK, vec4: bVec4 },
  ] as const satisfies OperandSide[];
  const operands = sides.map((side) => operandText(side, tile));
  const both = (part: keyof OperandText) => operands.flatMap((operand) => operand[part]);
  return [
    ...sides.map(
      ({ name, lines, alongK }) =>
        `var<workgroup> tile${name}: array<vec4f, ${(inner * lineStride(lines, alongK)) / 4}>;`,
    ),
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {',
    `let task = taskOf(workgroup, workgroups, ${rows}, ${columns});`,
    'if (task.outside) { return; }',
    'let warp = thread / 32; let lane = thread % 32;',
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
    ...(columnSums ? times(turnsOf(tile, rows), (turn) => `columnsOfA += nextA${turn};`) : []),
    'workgroupBarrier();',
    `inner += ${inner};`,
    ...both('advance'),
    `if (inner + ${inner} <= task.endInner) {`,
    ...both('fetch'),
    '} else {',
    ...both('fetchChecked'),
    '}',
    ...productsText(tile, [lineStride(rows, aAlongK), lineStride(columns, bAlongK)]),
    '}',
    ...(columnSums ? columnSumsText(tile) : []),
    ...storesText(tile),
    '}',
  ].join('\n');
}

/** The products of the inner steps in workgroup memory. */
function productsText({ rowBlocks, columnBlocks, inner }: OuterProductTile, [strideA, strideB]: [number, number]) {
  return times(inner, (step) => {
    const place = (stride: number, apart: number, block: number) => (step * stride) / 4 + block * apart;
    return [
      ...times(rowBlocks, (i) => `let a${step}_${i} = tileA[${place(strideA, laneRows, i)} + rowFour];`),
      ...times(columnBlocks, (j) => `let b${step}_${j} = tileB[${place(strideB, laneColumns, j)} + columnFour];`),
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
function columnSumsText(tile: OuterProductTile): string[] {
  const { rows, threads } = outerProductSizes(tile);
  const fours = rows / 4;
  return [
    'if (task.firstColumn == 0) {',
    'workgroupBarrier();',
    'tileA[thread] = columnsOfA;',
    'workgroupBarrier();',
    `if (thread < ${fours}) {`,
    `let total = ${times(threads / fours, (other) => `tileA[thread + ${other * fours}]`).join(' + ')};`,
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

/** An operand whose threads each bring one vector of four in each of some turns. */
function operandText(side: OperandSide, tile: OuterProductTile): OperandText {
  const { name, lines, alongK } = side;
  const { threads } = outerProductSizes(tile);
  const vectors = alongK ? tile.inner / 4 : lines / 4;
  const turns = times(turnsOf(tile, lines), (turn) => `${turn}`);
  const each = (write: (turn: string) => string) => turns.map((turn) => write(`${name}${turn}`));
  const read = alongK ? alongInner(side, tile) : acrossInner(side, tile);
  return {
    places: turns.map((turn) => {
      const key = `${name}${turn}`;
      const number = `(thread + ${Number(turn) * threads})`;
      const where = `let row${key} = ${number} / ${vectors}; let four${key} = ${number} % ${vectors};`;
      return `${where} ${read.place(key)} var next${key}: vec4f;`;
    }),
    fetch: each(read.fetch),
    fetchChecked: each(read.fetchChecked),
    advance: each((key) => `from${key} += ${read.advance};`),
    stage: each(read.stage),
  };
}

interface OperandRead {
  readonly place: (key: string) => string;
  readonly fetch: (key: string) => string;
  readonly fetchChecked: (key: string) => string;
  readonly stage: (key: string) => string;
  readonly advance: string;
}

const components = [0, 1, 2, 3];

/** Vectors of four inner steps of a line, which are turned on their way to workgroup memory. */
function alongInner({ name, lines, limit, firstLine, vec4 }: OperandSide, { inner }: OuterProductTile): OperandRead {
  const stride = lineStride(lines, true);
  const load = (key: string, four: number) => `next${key}[${four}] = load${name}(from${key} + ${four});`;
  const whole = (key: string) => `next${key} = load${name}(from${key});`;
  return {
    place: (key) => {
      const start = `task.offset${name} + min(${firstLine} + row${key}, ${limit} - 1) * parameters.k + task.firstInner`;
      const from = vec4 ? `(${start}) / 4 + four${key}` : `${start} + 4 * four${key}`;
      return `var from${key} = ${from}; let slot${key} = four${key} * ${stride} + row${key} / 4; let lane${key} = row${key} % 4;`;
    },
    fetch: (key) => (vec4 ? whole(key) : components.map((four) => load(key, four)).join(' ')),
    fetchChecked: (key) => {
      const inside = (four: number) => `if (inner + 4 * four${key} + ${four} < task.endInner)`;
      const loads = vec4
        ? [`${inside(0)} { ${whole(key)} }`]
        : components.map((i) => `${inside(i)} { ${load(key, i)} }`);
      return `next${key} = vec4f(); ${loads.join(' ')}`;
    },
    stage: (key) =>
      components.map((i) => `tile${name}[${(i * stride) / 4} + slot${key}][lane${key}] = next${key}[${i}];`).join(' '),
    advance: vec4 ? `${inner / 4}` : `${inner}`,
  };
}

/** Vectors of four lines at an inner step. */
function acrossInner({ name, lines, limit, firstLine, vec4 }: OperandSide, { inner }: OuterProductTile): OperandRead {
  const stride = lineStride(lines, false);
  const fetch = (key: string) =>
    vec4
      ? `next${key} = load${name}(from${key});`
      : `next${key} = vec4f(${[...'xyzw'].map((i) => `load${name}(from${key} + lines${key}.${i})`).join(', ')});`;
  return {
    place: (key) => {
      const start = `task.offset${name} + (task.firstInner + row${key}) * ${limit}`;
      const line = `${firstLine} + 4 * four${key}`;
      const from = vec4
        ? `var from${key} = (${start} + min(${line}, ${limit} - 4)) / 4;`
        : `var from${key} = ${start}; let lines${key} = min(${line} + sequence, vec4u(${limit} - 1));`;
      return `${from} let slot${key} = row${key} * ${stride / 4} + four${key};`;
    },
    fetch,
    fetchChecked: (key) => `next${key} = vec4f(); if (inner + row${key} < task.endInner) { ${fetch(key)} }`,
    stage: (key) => `tile${name}[slot${key}] = next${key};`,
    advance: `${vec4 ? inner / 4 : inner} * ${limit}`,
  };
}
