import type { Gpu } from '../../gpu.ts';
import { runnableMatrixConfig } from '../gemm/subgroupMatrix.ts';
import {
  blockKeys,
  fragmentTypes,
  matrixMainBegins,
  matrixRows,
  matrixScores,
  memoryOf,
  scoreStride,
  stage,
  storeRows,
  sumsOverKeys,
} from './flashMatrixProducts.ts';
import type { FlashMatrixProgram, FlashMatrixSizes } from './flashMatrixProducts.ts';
import { times } from './flashProducts.ts';

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
  const spelling = { majorness: subgroupMatrixSpelling === 'majorness', constantLoops: !gpu.profile.software };
  const program = { m, n, k, lanes, channels, ...spelling };
  const fits = [1, 2, 4, 8].includes((4 * lanes) / matrixRows({ m })) && [8, 16].includes(n) && [8, 16].includes(k);
  return fits && matrixBytes(program) <= gpu.info.limits.maxComputeWorkgroupStorageSize ? program : undefined;
}

/** Bytes of workgroup memory. */
export function matrixBytes(program: FlashMatrixSizes): number {
  const { ofQueries, ofKeys, pairs, scores, partial } = memoryOf(program);
  return 16 * (ofQueries + ofKeys + pairs) + 4 * scores + 8 * partial;
}

/** `main` of `flashMatrix.wgsl`. */
export function flashMatrix(program: FlashMatrixProgram): string {
  const rows = matrixRows(program);
  const { ofQueries, ofKeys, pairs, scores, partial } = memoryOf(program);
  const sums = program.channels / 2 / program.n;
  const scoresOfBlock = [
    'workgroupBarrier();',
    ...stage(program, 'keyTile', 'keyEight', 'firstKey', blockKeys),
    'workgroupBarrier();',
    ...matrixScores(program, 'queryTile', 'keyTile'),
  ];
  return [
    ...fragmentTypes(program),
    `var<workgroup> queryTile: array<vec4u, ${ofQueries}>;`,
    `var<workgroup> keyTile: array<vec4u, ${ofKeys}>;`,
    `var<workgroup> weights: array<vec4u, ${pairs}>;`,
    `var<workgroup> scores: array<f32, ${scores}>;`,
    `var<workgroup> partial: array<vec2f, ${partial}>;`,
    ...matrixMainBegins(program),
    `let firstRow = firstOfSequence + workgroup.x * ${rows}u;`,
    'if (firstRow >= endRow) { return; }',
    'let queryRow = firstRow + ownRow;',
    'let queryKey = tokenKeyOf(min(queryRow, endRow - 1u));',
    ...stage(program, 'queryTile', 'queryEight', 'firstRow', rows),
    `let lastKey = firstOfSequence + (endRow - 1u - firstOfSequence) / ${blockKeys}u * ${blockKeys}u;`,
    'var maximum = -3.0e38;',
    'var sum = 0.0;',
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${blockKeys}u) {`,
    ...scoresOfBlock,
    ...exponentials(program),
    '}',
    ...logarithm(program),
    ...times(sums, (part) => `var sum${part} = Sums();`),
    'for (var firstKey = lastKey; ; ) {',
    'if (firstKey != lastKey) {',
    ...scoresOfBlock,
    '}',
    ...probabilities(program),
    ...stage(program, 'keyTile', 'valueEight', 'firstKey', blockKeys),
    'workgroupBarrier();',
    ...sumsOverKeys(program, 'sum', 'weights', 'keyTile'),
    'if (firstKey == firstOfSequence) { break; }',
    `firstKey -= ${blockKeys}u;`,
    '}',
    ...storeRows(
      program,
      (part) => `sum${part}`,
      'setOutput',
      (row) => `firstRow + ${row}`,
    ),
    '}',
    '',
  ].join('\n');
}

/** Four scores of the own row, from an eight's half on; `ownKeys` are their keys. */
function fourScores(name: string, half: number): string[] {
  return [
    `let ${name}Keys = vec4u(firstKey + 8u * eight + ${4 * half}u) + vec4u(0, 1, 2, 3);`,
    `let ${name} = vec4f(${times(4, (i) => `scores[ownRow * ${blockKeys + 4}u + 8u * eight + ${4 * half + i}u]`).join(', ')}) * parameters.scale;`,
  ];
}

/** Goes over the eights of keys that a thread has of its row. */
function overEights(program: FlashMatrixProgram, lines: readonly string[]): string[] {
  const rowLanes = (4 * program.lanes) / matrixRows(program);
  return [
    `for (var turn = 0u; turn < ${blockKeys / 8 / rowLanes}u; turn++) {`,
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
    'sum = sum * exp(maximum - highest) + (totalOf(fourExpKeepingNan(lowScores - highest)) + totalOf(fourExpKeepingNan(highScores - highest)));',
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
    'let rowLogSumExp = highestOfRow + logKeepingNan(total);',
    'if (rowLane == 0u && queryRow < endRow) { logSumExp[queryRow * parameters.numHeads + head] = rowLogSumExp; }',
  ];
}

/** Dropped probabilities of a block, in f16 in workgroup memory. */
function probabilities(program: FlashMatrixProgram): string[] {
  const of = (name: string) => [
    `let ${name}Factors = fourFactors(stream, queryKey, fourPositions(${name}Keys.x, endRow - 1u), head);`,
    `let ${name}Weights = select(vec4f(), fourExpKeepingNan(${name} - rowLogSumExp), ${name}Keys < vec4u(endRow)) * ${name}Factors;`,
  ];
  return overEights(program, [
    ...of('low'),
    ...of('high'),
    `weights[ownRow * ${scoreStride}u + eight] = packEight(lowWeights, highWeights);`,
  ]);
}
