import type { Gpu } from '../../gpu.ts';
import { flashMatrixProgram } from './flashMatrix.ts';
import {
  blockKeys,
  fragmentTypes,
  loadMatrix,
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
 * The program of all gradients; undefined where sequences are longer than a block of keys, or heads
 * leave workgroup memory.
 */
export function flashMatrixBackwardProgram(
  gpu: Gpu,
  headSize: number,
  maxSeqlen: number,
): FlashMatrixProgram | undefined {
  const program = flashMatrixProgram(gpu, headSize);
  const fits =
    program && maxSeqlen <= blockKeys && matrixBackwardBytes(program) <= gpu.info.limits.maxComputeWorkgroupStorageSize;
  return fits ? program : undefined;
}

/** Bytes of workgroup memory. */
export function matrixBackwardBytes(program: FlashMatrixSizes): number {
  const { ofQueries, ofKeys, pairs, scores, partial } = memoryOf(program);
  return 16 * 2 * (ofQueries + ofKeys + pairs) + 4 * scores + 4 * partial;
}

/**
 * `main` of all gradients of a sequence and a head by matrix units. Keys and values stay in workgroup
 * memory, their gradients in fragments; queries come in blocks.
 */
export function flashMatrixBackward(program: FlashMatrixProgram): string {
  const { m, n, channels } = program;
  const rows = matrixRows(program);
  const { ofQueries, ofKeys, pairs, scores, partial } = memoryOf(program);
  const [ofHalf, columns] = [blockKeys / 2 / m, channels / 2 / n];
  const gradients = (write: (name: string) => string) => times(ofHalf * columns, (part) => write(`${part}`));
  return [
    ...fragmentTypes(program),
    ...['queryTile', 'gradOutputTile'].map((name) => `var<workgroup> ${name}: array<vec4u, ${ofQueries}>;`),
    ...['keyTile', 'valueTile'].map((name) => `var<workgroup> ${name}: array<vec4u, ${ofKeys}>;`),
    ...['weights', 'slopes'].map((name) => `var<workgroup> ${name}: array<vec4u, ${pairs}>;`),
    `var<workgroup> scores: array<f32, ${scores}>;`,
    `var<workgroup> partial: array<f32, ${partial}>;`,
    ...matrixMainBegins(program),
    'if (firstOfSequence >= endRow) { return; }',
    ...stage(program, 'keyTile', 'keyEight', 'firstOfSequence', blockKeys),
    ...stage(program, 'valueTile', 'valueEight', 'firstOfSequence', blockKeys),
    ...gradients((part) => `var gradKey${part} = Sums(); var gradValue${part} = Sums();`),
    `for (var firstRow = firstOfSequence; firstRow < endRow; firstRow += ${rows}u) {`,
    'workgroupBarrier();',
    ...stage(program, 'queryTile', 'queryEight', 'firstRow', rows),
    ...stage(program, 'gradOutputTile', 'gradOutputEight', 'firstRow', rows),
    'workgroupBarrier();',
    ...matrixScores(program, 'queryTile', 'keyTile'),
    ...probabilities(program),
    'workgroupBarrier();',
    ...matrixScores(program, 'gradOutputTile', 'valueTile'),
    ...slopes(program),
    'workgroupBarrier();',
    ...sumsOverQueries(program, 'gradValue', 'weights', 'gradOutputTile'),
    ...sumsOverQueries(program, 'gradKey', 'slopes', 'queryTile'),
    ...times(columns, (part) => `var gradQuery${part} = Sums();`),
    ...sumsOverKeys(program, 'gradQuery', 'slopes', 'keyTile'),
    ...storeRows(
      program,
      (part) => `gradQuery${part}`,
      'setGradQuery',
      (row) => `firstRow + ${row}`,
    ),
    '}',
    ...['gradKey', 'gradValue'].flatMap((name) =>
      times(ofHalf, (i) => {
        // A row of fragments of each half of the keys.
        const key = (row: string) =>
          `firstOfSequence + ${row} / ${m}u * ${blockKeys / 2}u + ${row} % ${m}u + ${i * m}u`;
        const set = name === 'gradKey' ? 'setGradKey' : 'setGradValue';
        return storeRows(program, (part) => `${name}${i * columns + part}`, set, key).join('\n');
      }),
    ),
    '}',
    '',
  ].join('\n');
}

/** Fours of keys that a thread has of its row: their number, and the first key of each in the block. */
function ownFours(program: FlashMatrixProgram, write: (four: number, key: string) => string): string[] {
  const rowLanes = (4 * program.lanes) / matrixRows(program);
  return times((2 * (blockKeys / 8)) / rowLanes, (four) =>
    write(four, `(8u * (rowLane + ${(four >> 1) * rowLanes}u) + ${4 * (four % 2)}u)`),
  );
}

function fourOf(key: string): string {
  return `vec4f(${times(4, (i) => `scores[ownRow * ${blockKeys + 4}u + ${key} + ${i}u]`).join(', ')})`;
}

/** Packs the numbers of a thread's fours, named by `name`, into a tile of pairs. */
function packed(program: FlashMatrixProgram, tile: string, name: string): string[] {
  const rowLanes = (4 * program.lanes) / matrixRows(program);
  return times(blockKeys / 8 / rowLanes, (eight) => {
    const place = `ownRow * ${scoreStride}u + rowLane + ${eight * rowLanes}u`;
    return `${tile}[${place}] = packEight(${name}${2 * eight}, ${name}${2 * eight + 1});`;
  });
}

/** Probabilities and what dropout multiplies them with stay with the thread; weights are both. */
function probabilities(program: FlashMatrixProgram): string[] {
  return [
    'let queryRow = firstRow + ownRow;',
    'let bounded = min(queryRow, endRow - 1u);',
    'let rowLogSumExp = logSumExp[bounded * parameters.numHeads + head];',
    'let queryKey = tokenKeyOf(bounded);',
    ...ownFours(program, (four, key) =>
      [
        `let keys${four} = vec4u(firstOfSequence + ${key}) + vec4u(0, 1, 2, 3);`,
        `let inside${four} = (keys${four} < vec4u(endRow)) & vec4<bool>(queryRow < endRow);`,
        `let exponentials${four} = fourExpKeepingNan(${fourOf(key)} * parameters.scale - rowLogSumExp);`,
        `let probabilities${four} = select(vec4f(), exponentials${four}, inside${four});`,
        `let factors${four} = fourFactors(stream, queryKey, fourPositions(keys${four}.x, endRow - 1u), head);`,
        `let weights${four} = probabilities${four} * factors${four};`,
      ].join('\n'),
    ),
    ...packed(program, 'weights', 'weights'),
  ];
}

/** Slopes of the scores, of which delta is summed over a row's threads. */
function slopes(program: FlashMatrixProgram): string[] {
  const rowLanes = (4 * program.lanes) / matrixRows(program);
  return [
    'var ownDelta = 0.0;',
    ...ownFours(program, (four, key) =>
      [`let gradients${four} = ${fourOf(key)};`, `ownDelta += dot(weights${four}, gradients${four});`].join('\n'),
    ),
    'partial[thread] = ownDelta;',
    'workgroupBarrier();',
    'var delta = 0.0;',
    `for (var other = 0u; other < ${rowLanes}u; other++) { delta += partial[ownRow * ${rowLanes}u + other]; }`,
    ...ownFours(
      program,
      (four) =>
        `let slopes${four} = probabilities${four} * (factors${four} * gradients${four} - delta) * parameters.scale;`,
    ),
    ...packed(program, 'slopes', 'slopes'),
  ];
}

/** gradient of keys += their columns of a tile of pairs . rows of queries or of gradients. */
function sumsOverQueries(program: FlashMatrixProgram, sum: string, pairs: string, ofQueries: string): string[] {
  const { m, n, k, channels } = program;
  const [stride, columns] = [channels / 8 + 1, channels / 2 / n];
  return times(matrixRows(program) / k, (step) =>
    [
      '{',
      ...times(columns, (part) => {
        const place = `columnHalf * ${channels / 16}u + ${step * k * stride + (part * n) / 8}u`;
        return `let right${part} = ${loadMatrix(program, 'Right', ofQueries, place, stride)};`;
      }),
      ...times(blockKeys / 2 / m, (i) => {
        const place = `rowHalf * ${blockKeys / 16}u + ${step * k * scoreStride + (i * m) / 8}u`;
        return [
          `let left${i} = ${loadMatrix(program, 'Left', pairs, place, scoreStride, true)};`,
          ...times(columns, (part) => {
            const name = `${sum}${i * columns + part}`;
            return `${name} = subgroupMatrixMultiplyAccumulate(left${i}, right${part}, ${name});`;
          }),
        ].join('\n');
      }),
      '}',
    ].join('\n'),
  );
}
