import type { SubgroupMatrixConfig } from '../../device/profile.ts';
import { times } from './flashProducts.ts';

/** What a program of `flashMatrix.wgsl` is generated for. */
export type FlashMatrixProgram = {
  /** The fragments of the device, and lanes of its subgroups. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly lanes: number;
  /** Channels of the largest head that the program takes: 32, 64 or 128. */
  readonly channels: number;
  /** Loads and stores say the majorness by a type, or by a flag. */
  readonly majorness: boolean;
  /** As in `FlashProgram`. */
  readonly constantLoops: boolean;
};

/** What the workgroup memory of a program depends on. */
export type FlashMatrixSizes = Pick<FlashMatrixProgram, 'm' | 'lanes' | 'channels'>;

/** Keys of a block. */
export const blockKeys = 64;
/** Vectors of words apart: an odd number of eights. */
export const scoreStride = blockKeys / 8 + 1;

/** Query rows of a workgroup: two rows of fragments. */
export function matrixRows({ m }: Pick<SubgroupMatrixConfig, 'm'>): number {
  return 2 * m;
}

/**
 * Elements of the arrays in workgroup memory: vectors of words of a block's rows of queries, of keys,
 * and of its pairs; floats of its scores or of results; and one number, or two, of each thread.
 */
export function memoryOf({ m, lanes, channels }: FlashMatrixSizes) {
  const rows = matrixRows({ m });
  const stride = channels / 8 + 1;
  return {
    ofQueries: rows * stride,
    ofKeys: blockKeys * stride,
    pairs: rows * scoreStride,
    scores: rows * (Math.max(blockKeys, channels) + 4),
    partial: 4 * lanes,
  };
}

/** The types of fragments. */
export function fragmentTypes({ m, n, k }: FlashMatrixProgram): string[] {
  return [
    `alias Left = subgroup_matrix_left<f16, ${k}, ${m}>;`,
    `alias Right = subgroup_matrix_right<f16, ${n}, ${k}>;`,
    `alias Sums = subgroup_matrix_result<f32, ${n}, ${m}>;`,
  ];
}

/** The beginning of `main`, up to the numbers that every thread computes. */
export function matrixMainBegins(program: FlashMatrixProgram): string[] {
  const { lanes } = program;
  const rowLanes = (4 * lanes) / matrixRows(program);
  return [
    `@compute @workgroup_size(${4 * lanes})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {',
    'let endRow = endOfSequence(workgroup.y);',
    'let firstOfSequence = cuSeqlens[workgroup.y];',
    'let head = workgroup.z;',
    'let stream = pairStream();',
    `let subgroup = thread / ${lanes}u;`,
    'let rowHalf = subgroup / 2u;',
    'let columnHalf = subgroup % 2u;',
    `let ownRow = thread / ${rowLanes}u;`,
    `let rowLane = thread % ${rowLanes}u;`,
  ];
}

/** Rows of a matrix to workgroup memory. */
export function stage(
  program: FlashMatrixProgram,
  tile: string,
  load: string,
  firstRow: string,
  rows: number,
): string[] {
  const eights = program.channels / 8;
  const threads = 4 * program.lanes;
  const turns = (rows * eights) / threads;
  const oneRow = (row: string) =>
    `${tile}[${row} * ${eights + 1}u + thread % ${eights}u] = ${load}(${firstRow} + ${row}, endRow, head, thread % ${eights}u);`;
  if (program.constantLoops)
    return times(turns, (turn) => oneRow(`(thread / ${eights}u + ${(turn * threads) / eights}u)`));
  return [
    `for (var turn = 0u; turn < min(${turns}u, parameters.tileKeys); turn++) {`,
    `  ${oneRow(`(thread / ${eights}u + turn * ${threads / eights}u)`)}`,
    '}',
  ];
}

export function loadMatrix(
  { majorness }: FlashMatrixProgram,
  type: string,
  tile: string,
  place: string,
  stride: number,
  columnMajor = false,
) {
  return majorness
    ? `subgroupMatrixLoad<${type}, ${columnMajor ? 'col_major' : 'row_major'}>(&${tile}, ${place}, ${stride}u)`
    : `subgroupMatrixLoad<${type}>(&${tile}, ${place}, ${columnMajor}, ${stride}u)`;
}

function storeMatrix({ majorness }: FlashMatrixProgram, place: string, matrix: string, stride: number) {
  return majorness
    ? `subgroupMatrixStore<row_major>(&scores, ${place}, ${matrix}, ${stride}u);`
    : `subgroupMatrixStore(&scores, ${place}, ${matrix}, false, ${stride}u);`;
}

/** scores = rows of `left` . rows of `right`, in workgroup memory, and a barrier behind. */
export function matrixScores(program: FlashMatrixProgram, left: string, right: string): string[] {
  const { m, n, k, channels } = program;
  const stride = channels / 8 + 1;
  const fragments = blockKeys / 2 / n;
  return [
    '{',
    ...times(fragments, (part) => `var score${part} = Sums();`),
    ...times(channels / k, (step) =>
      [
        `let left${step} = ${loadMatrix(program, 'Left', left, `rowHalf * ${m * stride}u + ${(step * k) / 8}u`, stride)};`,
        ...times(fragments, (part) => {
          const place = `columnHalf * ${(blockKeys / 2) * stride}u + ${part * n * stride + (step * k) / 8}u`;
          const loaded = loadMatrix(program, 'Right', right, place, stride, true);
          return `score${part} = subgroupMatrixMultiplyAccumulate(left${step}, ${loaded}, score${part});`;
        }),
      ].join('\n'),
    ),
    ...times(fragments, (part) => {
      const place = `rowHalf * ${m * (blockKeys + 4)}u + columnHalf * ${blockKeys / 2}u + ${part * n}u`;
      return storeMatrix(program, place, `score${part}`, blockKeys + 4);
    }),
    '}',
    'workgroupBarrier();',
  ];
}

/** `sum`i += numbers of pairs in `left`, a row for each query . rows of `right`, one for each key. */
export function sumsOverKeys(program: FlashMatrixProgram, sum: string, left: string, right: string): string[] {
  const { m, n, k, channels } = program;
  const stride = channels / 8 + 1;
  return times(blockKeys / k, (step) =>
    [
      '{',
      `let ofPairs = ${loadMatrix(program, 'Left', left, `rowHalf * ${m * scoreStride}u + ${(step * k) / 8}u`, scoreStride)};`,
      ...times(channels / 2 / n, (part) => {
        const place = `columnHalf * ${channels / 16}u + ${step * k * stride + (part * n) / 8}u`;
        const loaded = loadMatrix(program, 'Right', right, place, stride);
        return `${sum}${part} = subgroupMatrixMultiplyAccumulate(ofPairs, ${loaded}, ${sum}${part});`;
      }),
      '}',
    ].join('\n'),
  );
}

/**
 * Fragments of two rows of them to memory, by way of workgroup memory: `set` names the function that
 * stores, `row` makes a row of the matrix of a row of these fragments.
 */
export function storeRows(
  program: FlashMatrixProgram,
  sum: (part: number) => string,
  set: string,
  row: (ofFragments: string) => string,
): string[] {
  const { m, n, lanes, channels } = program;
  const [rows, threads, chunks, stride] = [matrixRows(program), 4 * lanes, channels / 4, channels + 4];
  return [
    'workgroupBarrier();',
    ...times(channels / 2 / n, (part) => {
      const place = `rowHalf * ${m * stride}u + columnHalf * ${channels / 2}u + ${part * n}u`;
      return storeMatrix(program, place, sum(part), stride);
    }),
    'workgroupBarrier();',
    `for (var i = thread; i < ${rows * chunks}u; i += ${threads}u) {`,
    `  let chunk = i % ${chunks}u;`,
    `  let place = i / ${chunks}u * ${stride}u + 4u * chunk;`,
    `  let row = ${row(`(i / ${chunks}u)`)};`,
    '  if (row < endRow && chunk < parameters.chunks) {',
    `    ${set}(row, head, chunk, vec4f(scores[place], scores[place + 1u], scores[place + 2u], scores[place + 3u]));`,
    '  }',
    '}',
  ];
}
