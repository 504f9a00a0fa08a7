import {
  incoming,
  matrixMainBegins,
  matrixScores,
  prefetch,
  resident,
  storeRows,
  sumsOverQueries,
} from './products.ts';
import { matrixRows, placesOf, rowLanes, stridesOf } from './tiles.ts';
import type { FlashMatrixProgram, MatrixPass } from './tiles.ts';
import { times } from '../flash/products.ts';

/** What differs between a workgroup with all keys of a sequence and one with a block of them. */
interface OfKeys {
  readonly pass: 'backward' | 'gradKeyValue';
  /** The first of the workgroup's keys. */
  readonly firstKey: string;
  /** Names delta, that of a thread's row. */
  readonly delta: readonly string[];
  /** What else is done with the slopes of a block of queries. */
  readonly ofBlock?: readonly string[];
}

/**
 * `main` of a workgroup that goes over queries in blocks: keys and values stay in workgroup memory,
 * their gradients in fragments.
 */
export function gradientsOfKeys(program: FlashMatrixProgram, { pass, firstKey, delta, ofBlock = [] }: OfKeys): string {
  const { m, n, channels, keys } = program;
  const rows = matrixRows(program);
  const places = placesOf(pass, program);
  const [ofHalf, columns] = [keys / 2 / m, channels / 2 / n];
  const [queries, gradOutputs] = [incoming(program, pass, 'query'), incoming(program, pass, 'gradOutput')];
  return [
    ...matrixMainBegins(program, pass),
    `let firstKey = ${firstKey};`,
    'if (firstKey >= endRow) { return; }',
    ...resident(program, pass, 'key', 'firstKey'),
    ...resident(program, pass, 'value', 'firstKey'),
    ...times(ofHalf * columns, (part) => `var gradKey${part} = Sums(); var gradValue${part} = Sums();`),
    ...queries.declare,
    ...gradOutputs.declare,
    ...queries.fetch('firstOfSequence'),
    ...gradOutputs.fetch('firstOfSequence'),
    `for (var firstRow = firstOfSequence; firstRow < endRow; firstRow += ${rows}u) {`,
    'workgroupBarrier();',
    ...queries.put('firstRow'),
    ...gradOutputs.put('firstRow'),
    'workgroupBarrier();',
    ...prefetch(`firstRow + ${rows}u < endRow`, [
      ...queries.fetch(`firstRow + ${rows}u`),
      ...gradOutputs.fetch(`firstRow + ${rows}u`),
    ]),
    ...slopes(program, pass, delta),
    ...sumsOverQueries(program, 'gradValue', places.weights, places.gradOutput),
    ...sumsOverQueries(program, 'gradKey', places.slopes, places.query),
    ...ofBlock,
    '}',
    ...['gradKey', 'gradValue'].flatMap((name) =>
      times(ofHalf, (i) => {
        // A row of fragments of each half of the keys.
        const key = (row: string) => `firstKey + ${row} / ${m}u * ${keys / 2}u + ${row} % ${m}u + ${i * m}u`;
        const set = name === 'gradKey' ? 'setGradKey' : 'setGradValue';
        return storeRows(program, (part) => `${name}${i * columns + part}`, set, key).join('\n');
      }),
    ),
    '}',
    '',
  ].join('\n');
}

/**
 * Slopes, the gradients of the scores of a block from firstRow and firstKey on, in f16 in workgroup
 * memory, a barrier behind; and, where gradients of values are summed, the dropped probabilities.
 */
export function slopes(program: FlashMatrixProgram, pass: MatrixPass, delta: readonly string[]): string[] {
  const places = placesOf(pass, program);
  return [
    ...matrixScores(program, places.query, places.key),
    ...probabilities(program),
    ...(pass === 'gradQuery'
      ? []
      : [
          ...ownFours(program, (four) => `let weights${four} = probabilities${four} * factors${four};`),
          ...packed(program, places.weights, 'weights'),
        ]),
    'workgroupBarrier();',
    ...matrixScores(program, places.gradOutput, places.value),
    ...ownFours(program, (four) => `let gradients${four} = ${numbersOf(program, four)};`),
    ...delta,
    ...ownFours(
      program,
      (four) =>
        `let slopes${four} = probabilities${four} * (factors${four} * gradients${four} - delta) * parameters.scale;`,
    ),
    ...packed(program, places.slopes, 'slopes'),
    'workgroupBarrier();',
  ];
}

/** Lines for each four of keys that a thread has of its row: two of each of its eights. */
export function ownFours(program: FlashMatrixProgram, write: (four: number) => string): string[] {
  return times((2 * (program.keys / 8)) / rowLanes(program), write);
}

/** The number of a thread's four in its row. */
function placeOfFour(program: FlashMatrixProgram, four: number): string {
  return `2u * rowLane + ${(four >> 1) * 2 * rowLanes(program) + (four % 2)}u`;
}

/** The numbers of a thread's four that products left in workgroup memory. */
function numbersOf(program: FlashMatrixProgram, four: number): string {
  return `bitcast<vec4f>(tile[ownRow * ${stridesOf(program).scores}u + ${placeOfFour(program, four)}])`;
}

/** Packs the numbers of a thread's fours, named by `name`, into workgroup memory. */
function packed(program: FlashMatrixProgram, at: number, name: string): string[] {
  const lanes = rowLanes(program);
  return times(program.keys / 8 / lanes, (eight) => {
    const place = `${at + eight * lanes}u + ownRow * ${stridesOf(program).pairs}u + rowLane`;
    return `tile[${place}] = packEight(${name}${2 * eight}, ${name}${2 * eight + 1});`;
  });
}

/** Probabilities and what dropout multiplies them with stay with the thread. */
function probabilities(program: FlashMatrixProgram): string[] {
  return [
    'let queryRow = firstRow + ownRow;',
    'let bounded = min(queryRow, endRow - 1u);',
    'let rowLogSumExp = logSumExpOf(bounded, head);',
    'let queryKey = tokenKeyOf(bounded);',
    ...ownFours(program, (four) =>
      [
        `let keys${four} = vec4u(firstKey + 4u * (${placeOfFour(program, four)})) + vec4u(0, 1, 2, 3);`,
        `let inside${four} = (keys${four} < vec4u(endRow)) & vec4<bool>(queryRow < endRow);`,
        `let exponentials${four} = fourExpKeepingNan(${numbersOf(program, four)} * parameters.scale - rowLogSumExp);`,
        `let probabilities${four} = select(vec4f(), exponentials${four}, inside${four});`,
        `let factors${four} = fourFactors(stream, queryKey, fourPositions(keys${four}.x, endRow - 1u), head);`,
      ].join('\n'),
    ),
  ];
}
