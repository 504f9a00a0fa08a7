import { incoming, matrixMainBegins, matrixScores, prefetch, resident, storeRows, sumsOverKeys } from './products.ts';
import { matrixRows, placesOf, rowLanes, stridesOf } from './tiles.ts';
import type { FlashMatrixProgram } from './tiles.ts';
import { times } from '../flash/products.ts';

/** `main` of the forward. */
export function flashMatrixForward(program: FlashMatrixProgram): string {
  const { n, channels, keys } = program;
  const rows = matrixRows(program);
  const places = placesOf('forward', program);
  const sums = channels / 2 / n;
  const [ofKeys, ofValues] = [incoming(program, 'forward', 'key'), incoming(program, 'forward', 'value')];
  const scores = matrixScores(program, places.query, places.key);
  return [
    ...matrixMainBegins(program, 'forward'),
    `let firstRow = firstOfSequence + workgroup.x * ${rows}u;`,
    'if (firstRow >= endRow) { return; }',
    'let queryRow = firstRow + ownRow;',
    'let queryKey = tokenKeyOf(min(queryRow, endRow - 1u));',
    ...resident(program, 'forward', 'query', 'firstRow'),
    `let lastKey = firstOfSequence + (endRow - 1u - firstOfSequence) / ${keys}u * ${keys}u;`,
    'var maximum = -3.0e38;',
    'var sum = 0.0;',
    ...ofKeys.declare,
    ...ofKeys.fetch('firstOfSequence'),
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${keys}u) {`,
    'workgroupBarrier();',
    ...ofKeys.put('firstKey'),
    'workgroupBarrier();',
    ...prefetch(`firstKey + ${keys}u < endRow`, ofKeys.fetch(`firstKey + ${keys}u`)),
    ...scores,
    ...exponentials(program),
    '}',
    ...logarithm(program),
    ...times(sums, (part) => `var sum${part} = Sums();`),
    ...prefetch('lastKey != firstOfSequence', ofKeys.fetch(`lastKey - ${keys}u`)),
    ...ofValues.declare,
    ...ofValues.fetch('lastKey'),
    'for (var firstKey = lastKey; ; ) {',
    'if (firstKey != lastKey) {',
    'workgroupBarrier();',
    ...ofKeys.put('firstKey'),
    'workgroupBarrier();',
    ...prefetch('firstKey != firstOfSequence', ofKeys.fetch(`firstKey - ${keys}u`)),
    ...scores,
    '}',
    ...probabilities(program),
    ...ofValues.put('firstKey'),
    'workgroupBarrier();',
    ...prefetch('firstKey != firstOfSequence', ofValues.fetch(`firstKey - ${keys}u`)),
    ...sumsOverKeys(program, 'sum', places.weights, places.value),
    'if (firstKey == firstOfSequence) { break; }',
    `firstKey -= ${keys}u;`,
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

/** Goes over the eights of keys that a thread has of its row. */
function overEights(program: FlashMatrixProgram, lines: readonly string[]): string[] {
  const lanes = rowLanes(program);
  const four = (name: string, half: number) => [
    `let ${name}Keys = vec4u(firstKey + 8u * eight + ${4 * half}u) + vec4u(0, 1, 2, 3);`,
    `let ${name} = bitcast<vec4f>(tile[ownRow * ${stridesOf(program).scores}u + 2u * eight + ${half}u]) * parameters.scale;`,
  ];
  return [
    `for (var turn = 0u; turn < ${program.keys / 8 / lanes}u; turn++) {`,
    `let eight = turn * ${lanes}u + rowLane;`,
    ...four('low', 0),
    ...four('high', 1),
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
  const lanes = rowLanes(program);
  const others = (line: string) =>
    `for (var other = 0u; other < ${lanes}u; other++) { let its = partial[ownRow * ${lanes}u + other]; ${line} }`;
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
  const { weights } = placesOf('forward', program);
  return overEights(program, [
    ...of('low'),
    ...of('high'),
    `tile[${weights}u + ownRow * ${stridesOf(program).pairs}u + eight] = packEight(lowWeights, highWeights);`,
  ]);
}
