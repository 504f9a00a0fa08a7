import { components, loopEnd, mainBegins, overRows, scoreProducts, sumsOverKeys, times } from './products.ts';
import { partialLength, sharesOf } from './tiles.ts';
import type { FlashProgram } from './tiles.ts';

/**
 * `main` of the forward: a workgroup has a block of query rows and goes over the keys in blocks,
 * with a running maximum and, in each thread, its part of the running sum.
 */
export function flashForward(tile: FlashProgram): string {
  const { rows, keys } = tile;
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const parts = tile.chunks / keyLanes;
  const ofRows = (write: (row: number) => string) => times(rowsOfThread, write);
  const ofSums = (write: (row: number, part: number) => string) =>
    ofRows((row) => times(parts, (part) => write(row, part)).join(' '));
  return [
    ...mainBegins(tile, `var<workgroup> partial: array<vec4f, ${partialLength(tile)}>;`),
    `let firstRow = firstOfSequence + workgroup.x * ${rows}u;`,
    'if (firstRow >= endRow) { return; }',
    `let ownRow = firstRow + group * ${rowsOfThread}u;`,
    ...ofRows((row) => `let queryKey${row} = tokenKeyOf(min(ownRow + ${row}u, endRow - 1u));`),
    'var maxima = vec4f(-3.0e38);',
    'var sums = vec4f();',
    ...ofSums((row, part) => `var sum${row}_${part} = vec4f();`),
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${keys}u) {`,
    ...ofRows((row) => `var score${row} = vec4f();`),
    ...scoreProducts(tile, 'score', { name: 'query', firstRow: 'firstRow' }, { name: 'key', firstRow: 'firstKey' }),
    ...softmax(tile),
    ...ofSums((row, part) => `sum${row}_${part} *= correction.${components[row]};`),
    ...overRows(tile, { name: 'value', firstRow: 'firstKey' }, keys, sumsOverKeys(tile, parts), true),
    '}',
    ...finish(tile, parts),
    '}',
    '',
  ].join('\n');
}

/** Scores of a block become dropped exponentials in workgroup memory. */
function softmax(tile: FlashProgram): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const ofRows = (write: (row: number) => string) => times(rowsOfThread, write);
  const perRow = (write: (row: number) => string) => `vec4f(${ofRows(write).join(', ')})`;
  return [
    'let ownKeys = vec4u(firstKey + 4u * lane) + vec4u(0, 1, 2, 3);',
    ...ofRows(
      (row) => `score${row} = select(vec4f(-3.0e38), score${row} * parameters.scale, ownKeys < vec4u(endRow));`,
    ),
    `partial[group * ${keyLanes + 1}u + lane] = ${perRow((row) => `max(max(score${row}.x, score${row}.y), max(score${row}.z, score${row}.w))`)};`,
    'workgroupBarrier();',
    'var highest = maxima;',
    `for (var other = 0u; other < ${loopEnd(tile, keyLanes)}; other++) { highest = max(highest, partial[group * ${keyLanes + 1}u + other]); }`,
    'let correction = exp(maxima - highest);',
    'maxima = highest;',
    ...ofRows((row) => `let weights${row} = fourExpKeepingNan(score${row} - maxima.${components[row]});`),
    `sums = sums * correction + ${perRow((row) => `(weights${row}.x + weights${row}.y) + (weights${row}.z + weights${row}.w)`)};`,
    'let positions = fourPositions(ownKeys.x, endRow - 1u);',
    ...ofRows(
      (row) =>
        `tile[(group * ${rowsOfThread}u + ${row}u) * ${keyLanes + 1}u + lane] = weights${row} * fourFactors(stream, queryKey${row}, positions, head);`,
    ),
  ];
}

function finish(tile: FlashProgram, parts: number): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  return [
    `partial[group * ${keyLanes + 1}u + lane] = sums;`,
    'workgroupBarrier();',
    'var totals = vec4f();',
    `for (var other = 0u; other < ${loopEnd(tile, keyLanes)}; other++) { totals += partial[group * ${keyLanes + 1}u + other]; }`,
    ...times(rowsOfThread, (row) =>
      [
        `if (ownRow + ${row}u < endRow) {`,
        ...times(
          parts,
          (part) =>
            `  if (${part * keyLanes}u + lane < parameters.chunks) { setOutput(ownRow + ${row}u, head, ${part * keyLanes}u + lane, sum${row}_${part} / totals.${components[row]}); }`,
        ),
        `  if (lane == 0u) { logSumExp[(ownRow + ${row}u) * parameters.numHeads + head] = maxima.${components[row]} + logKeepingNan(totals.${components[row]}); }`,
        '}',
      ].join('\n'),
    ),
  ];
}
