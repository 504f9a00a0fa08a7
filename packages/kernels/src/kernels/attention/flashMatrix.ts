import type { SubgroupMatrixConfig } from '../../device/profile.ts';
import type { Gpu } from '../../gpu.ts';
import { runnableMatrixConfig } from '../gemm/subgroupMatrix.ts';
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
};

/** Keys of a block. */
const keys = 64;
/** Vectors of words apart: an odd number of eights. */
const scoreStride = keys / 8 + 1;

/** Query rows of a workgroup: two rows of fragments. */
export function matrixRows({ m }: Pick<SubgroupMatrixConfig, 'm'>): number {
  return 2 * m;
}

/**
 * The program for heads of this size on this device; undefined where it has no matrix units with f16
 * operands and f32 sums, or they and its subgroups do not share a block of scores without a rest.
 */
export function flashMatrixProgram(gpu: Gpu, headSize: number): FlashMatrixProgram | undefined {
  const { subgroupSize: lanes, subgroupMatrixSpelling } = gpu.profile;
  const config = runnableMatrixConfig(gpu);
  if (!config || headSize > 128) return undefined;
  const { m, n, k } = config;
  const channels = headSize <= 32 ? 32 : headSize <= 64 ? 64 : 128;
  const program = { m, n, k, lanes, channels, majorness: subgroupMatrixSpelling === 'majorness' };
  const fits = [1, 2, 4, 8].includes((4 * lanes) / matrixRows({ m })) && [8, 16].includes(n) && [8, 16].includes(k);
  return fits && matrixBytes(program) <= gpu.info.limits.maxComputeWorkgroupStorageSize ? program : undefined;
}

/** Bytes of workgroup memory. */
export function matrixBytes(program: Pick<FlashMatrixProgram, 'm' | 'lanes' | 'channels'>): number {
  const { query, key, weights, scores, partial } = memoryOf(program);
  return 16 * (query + key + weights) + 4 * scores + 8 * partial;
}

function memoryOf({ m, lanes, channels }: Pick<FlashMatrixProgram, 'm' | 'lanes' | 'channels'>) {
  const rows = matrixRows({ m });
  const stride = channels / 8 + 1;
  return {
    query: rows * stride,
    key: keys * stride,
    weights: rows * scoreStride,
    scores: rows * (Math.max(keys, channels) + 4),
    partial: 4 * lanes,
  };
}

/** `main` of `flashMatrix.wgsl`. */
export function flashMatrix(program: FlashMatrixProgram): string {
  const { m, n, k, lanes, channels } = program;
  const rows = matrixRows(program);
  const threads = 4 * lanes;
  const { query, key, weights, scores, partial } = memoryOf(program);
  const sums = channels / 2 / n;
  return [
    `alias Left = subgroup_matrix_left<f16, ${k}, ${m}>;`,
    `alias Right = subgroup_matrix_right<f16, ${n}, ${k}>;`,
    `alias Sums = subgroup_matrix_result<f32, ${n}, ${m}>;`,
    `var<workgroup> queryTile: array<vec4u, ${query}>;`,
    `var<workgroup> keyTile: array<vec4u, ${key}>;`,
    `var<workgroup> weights: array<vec4u, ${weights}>;`,
    `var<workgroup> scores: array<f32, ${scores}>;`,
    `var<workgroup> partial: array<vec2f, ${partial}>;`,
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {',
    'let endRow = endOfSequence(workgroup.y);',
    'let firstOfSequence = cuSeqlens[workgroup.y];',
    `let firstRow = firstOfSequence + workgroup.x * ${rows}u;`,
    'if (firstRow >= endRow) { return; }',
    'let head = workgroup.z;',
    'let stream = pairStream();',
    `let subgroup = thread / ${lanes}u;`,
    'let rowHalf = subgroup / 2u;',
    'let columnHalf = subgroup % 2u;',
    `let ownRow = thread / ${threads / rows}u;`,
    `let rowLane = thread % ${threads / rows}u;`,
    'let queryRow = firstRow + ownRow;',
    'let queryKey = tokenKeyOf(min(queryRow, endRow - 1u));',
    ...stage(program, 'queryTile', 'queryEight', 'firstRow', rows),
    `let lastKey = firstOfSequence + (endRow - 1u - firstOfSequence) / ${keys}u * ${keys}u;`,
    'var maximum = -3.0e38;',
    'var sum = 0.0;',
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${keys}u) {`,
    ...scoresOfBlock(program),
    ...exponentials(program),
    '}',
    ...logarithm(program),
    ...times(sums, (part) => `var sum${part} = Sums();`),
    'for (var firstKey = lastKey; ; ) {',
    'if (firstKey != lastKey) {',
    ...scoresOfBlock(program),
    '}',
    ...probabilities(program),
    ...stage(program, 'keyTile', 'valueEight', 'firstKey', keys),
    'workgroupBarrier();',
    ...sumsOverKeys(program),
    'if (firstKey == firstOfSequence) { break; }',
    `firstKey -= ${keys}u;`,
    '}',
    ...finish(program),
    '}',
    '',
  ].join('\n');
}

/** Rows of a matrix to workgroup memory. */
function stage(program: FlashMatrixProgram, tile: string, load: string, firstRow: string, rows: number): string[] {
  const eights = program.channels / 8;
  const threads = 4 * program.lanes;
  return times((rows * eights) / threads, (number) => {
    const row = `(thread / ${eights}u + ${(number * threads) / eights}u)`;
    return `${tile}[${row} * ${eights + 1}u + thread % ${eights}u] = ${load}(${firstRow} + ${row}, endRow, head, thread % ${eights}u);`;
  });
}

function loadMatrix(
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

/** Scores of a block of keys, in workgroup memory. */
function scoresOfBlock(program: FlashMatrixProgram): string[] {
  const { m, n, k, channels } = program;
  const stride = channels / 8 + 1;
  const fragments = keys / 2 / n;
  return [
    'workgroupBarrier();',
    ...stage(program, 'keyTile', 'keyEight', 'firstKey', keys),
    'workgroupBarrier();',
    ...times(fragments, (part) => `var score${part} = Sums();`),
    ...times(channels / k, (step) =>
      [
        `let left${step} = ${loadMatrix(program, 'Left', 'queryTile', `rowHalf * ${m * stride}u + ${(step * k) / 8}u`, stride)};`,
        ...times(fragments, (part) => {
          const place = `columnHalf * ${(keys / 2) * stride}u + ${part * n * stride + (step * k) / 8}u`;
          const right = loadMatrix(program, 'Right', 'keyTile', place, stride, true);
          return `score${part} = subgroupMatrixMultiplyAccumulate(left${step}, ${right}, score${part});`;
        }),
      ].join('\n'),
    ),
    ...times(fragments, (part) =>
      storeMatrix(
        program,
        `rowHalf * ${m * (keys + 4)}u + columnHalf * ${keys / 2}u + ${part * n}u`,
        `score${part}`,
        keys + 4,
      ),
    ),
    'workgroupBarrier();',
  ];
}

/** Four scores of the own row, from an eight's half on; `ownKeys` are their keys. */
function fourScores(name: string, half: number): string[] {
  return [
    `let ${name}Keys = vec4u(firstKey + 8u * eight + ${4 * half}u) + vec4u(0, 1, 2, 3);`,
    `let ${name} = vec4f(${times(4, (i) => `scores[ownRow * ${keys + 4}u + 8u * eight + ${4 * half + i}u]`).join(', ')}) * parameters.scale;`,
  ];
}

/** Goes over the eights of keys that a thread has of its row. */
function overEights(program: FlashMatrixProgram, lines: readonly string[]): string[] {
  const rowLanes = (4 * program.lanes) / matrixRows(program);
  return [
    `for (var turn = 0u; turn < ${keys / 8 / rowLanes}u; turn++) {`,
    `let eight = turn * ${rowLanes}u + rowLane;`,
    ...fourScores('low', 0),
    ...fourScores('high', 1),
    ...lines,
    '}',
  ];
}

function exponentials(program: FlashMatrixProgram): string[] {
  return overEights(program, [
    'let lowScores = select(vec4f(-3.0e38), low, lowKeys < vec4u(endRow));',
    'let highScores = select(vec4f(-3.0e38), high, highKeys < vec4u(endRow));',
    'let highest = max(maximum, max(largestOf(lowScores), largestOf(highScores)));',
    'sum = sum * exp(maximum - highest) + (totalOf(exp(lowScores - highest)) + totalOf(exp(highScores - highest)));',
    'maximum = highest;',
  ]);
}

/** The logarithm of the sum over a row's threads. A maximum of no scores counts nothing. */
function logarithm(program: FlashMatrixProgram): string[] {
  const rowLanes = (4 * program.lanes) / matrixRows(program);
  const others = (line: string) =>
    `for (var other = 0u; other < ${rowLanes}u; other++) { let its = partial[ownRow * ${rowLanes}u + other]; ${line} }`;
  return [
    'partial[thread] = vec2f(maximum, sum);',
    'workgroupBarrier();',
    'var highestOfRow = -3.0e38;',
    others('highestOfRow = max(highestOfRow, its.x);'),
    'var total = 0.0;',
    others('total += its.y * exp(its.x - highestOfRow);'),
    'let rowLogSumExp = highestOfRow + log(total);',
    'if (rowLane == 0u && queryRow < endRow) { logSumExp[queryRow * parameters.numHeads + head] = rowLogSumExp; }',
  ];
}

/** Dropped probabilities of a block, in f16 in workgroup memory. */
function probabilities(program: FlashMatrixProgram): string[] {
  const of = (name: string) => [
    `let ${name}Factors = fourFactors(stream, queryKey, fourPositions(${name}Keys.x, endRow - 1u), head);`,
    `let ${name}Weights = select(vec4f(), exp(${name} - rowLogSumExp), ${name}Keys < vec4u(endRow)) * ${name}Factors;`,
  ];
  return overEights(program, [
    ...of('low'),
    ...of('high'),
    `weights[ownRow * ${scoreStride}u + eight] = packEight(lowWeights, highWeights);`,
  ]);
}

/** sums += probabilities . values of a block. */
function sumsOverKeys(program: FlashMatrixProgram): string[] {
  const { m, n, k, channels } = program;
  const stride = channels / 8 + 1;
  return times(keys / k, (step) =>
    [
      `let weight${step} = ${loadMatrix(program, 'Left', 'weights', `rowHalf * ${m * scoreStride}u + ${(step * k) / 8}u`, scoreStride)};`,
      ...times(channels / 2 / n, (part) => {
        const place = `columnHalf * ${channels / 16}u + ${step * k * stride + (part * n) / 8}u`;
        const right = loadMatrix(program, 'Right', 'keyTile', place, stride);
        return `sum${part} = subgroupMatrixMultiplyAccumulate(weight${step}, ${right}, sum${part});`;
      }),
    ].join('\n'),
  );
}

/** Sums to memory, by way of workgroup memory. */
function finish(program: FlashMatrixProgram): string[] {
  const { m, n, lanes, channels } = program;
  const [rows, threads, chunks] = [matrixRows(program), 4 * lanes, channels / 4];
  const stride = channels + 4;
  return [
    'workgroupBarrier();',
    ...times(channels / 2 / n, (part) =>
      storeMatrix(
        program,
        `rowHalf * ${m * stride}u + columnHalf * ${channels / 2}u + ${part * n}u`,
        `sum${part}`,
        stride,
      ),
    ),
    'workgroupBarrier();',
    `for (var i = thread; i < ${rows * chunks}u; i += ${threads}u) {`,
    `let row = i / ${chunks}u;`,
    `let chunk = i % ${chunks}u;`,
    `let place = row * ${stride}u + 4u * chunk;`,
    'if (firstRow + row < endRow && chunk < parameters.chunks) { setOutput(firstRow + row, head, chunk, vec4f(scores[place], scores[place + 1u], scores[place + 2u], scores[place + 3u])); }',
    '}',
  ];
}
