import { components, loopEnd, mainBegins, overRows, scoreProducts, times } from './products.ts';
import { piecesOf, scoresLength, sharesOf } from './tiles.ts';
import type { FlashProgram } from './tiles.ts';

/**
 * What differs between a workgroup that takes all keys of a sequence and one that takes a block.
 */
interface OfKeys {
  /** Declaration of workgroup memory beside the tile. */
  readonly partial?: string;
  /** The first of the workgroup's keys. */
  readonly firstKey: string;
  /**
   * Code that defines delta0 and so on for a thread's rows; after it no thread reads pieces of the
   * tile.
   */
  readonly delta: readonly string[];
  /** Code that uses the slopes of a block of queries, which are in the tile. */
  readonly ofBlock?: readonly string[];
}

/**
 * `main` of a workgroup that goes over queries, with the gradients of its keys
 * and values in registers.
 */
export function gradientsOfKeys(tile: FlashProgram, { partial, firstKey, delta, ofBlock = [] }: OfKeys): string {
  const { rows, keys, chunks } = tile;
  const { groups } = sharesOf(tile);
  const fours = keys / 4 / groups;
  const gradients = ['gradKey', 'gradValue'] as const;
  const ofKeys = (write: (four: number, key: number) => string) =>
    times(fours, (four) => times(4, (key) => write(four, key)).join(' '));
  return [
    ...mainBegins(tile, partial),
    `let firstKey = ${firstKey};`,
    'if (firstKey >= endRow) { return; }',
    `let chunk = thread % ${chunks}u;`,
    `let chunkGroup = thread / ${chunks}u;`,
    ...fourKeys,
    ...gradients.flatMap((name) => ofKeys((four, key) => `var ${name}${four}_${key} = vec4f();`)),
    `for (var firstRow = firstOfSequence; firstRow < endRow; firstRow += ${rows}u) {`,
    ...slopes(tile, delta),
    ...intoTile(tile, 'weights'),
    ...overRows(tile, { name: 'gradOutput', firstRow: 'firstRow' }, rows, sumsOverQueries(tile, 'gradValue'), true),
    'workgroupBarrier();',
    ...intoTile(tile, 'slopes'),
    ...overRows(tile, { name: 'query', firstRow: 'firstRow' }, rows, sumsOverQueries(tile, 'gradKey'), true),
    ...ofBlock,
    '}',
    'if (chunk >= parameters.chunks) { return; }',
    ...times(fours, (four) =>
      [
        `let keyRow${four} = firstKey + 4u * (chunkGroup + ${four * groups}u);`,
        ...times(4, (key) => {
          const row = `keyRow${four} + ${key}u`;
          return `if (${row} < endRow) { setGradKey(${row}, head, chunk, gradKey${four}_${key}); setGradValue(${row}, head, chunk, gradValue${four}_${key}); }`;
        }),
      ].join('\n'),
    ),
    '}',
    '',
  ].join('\n');
}

/** The keys of a thread in the block from firstKey on. */
export const fourKeys: readonly string[] = [
  'let ownKeys = vec4u(firstKey + 4u * lane) + vec4u(0, 1, 2, 3);',
  'let positions = fourPositions(ownKeys.x, endRow - 1u);',
];

/**
 * Code for the block that starts at firstRow and firstKey: `weights`, its dropped probabilities,
 * and `slopes`, the gradients of its scores.
 */
export function slopes(tile: FlashProgram, delta: readonly string[]): string[] {
  const { rowsOfThread } = sharesOf(tile);
  const ofRows = (write: (row: number) => string) => times(rowsOfThread, write);
  return [
    ...ofRows((row) => `var score${row} = vec4f(); var gradient${row} = vec4f();`),
    ...scoreProducts(tile, 'score', { name: 'query', firstRow: 'firstRow' }, { name: 'key', firstRow: 'firstKey' }),
    ...scoreProducts(
      tile,
      'gradient',
      { name: 'gradOutput', firstRow: 'firstRow' },
      { name: 'value', firstRow: 'firstKey' },
    ),
    ...ofRows((row) =>
      [
        `let row${row} = firstRow + group * ${rowsOfThread}u + ${row}u;`,
        `let bounded${row} = min(row${row}, endRow - 1u);`,
        `let exponents${row} = score${row} * parameters.scale - logSumExpOf(bounded${row}, head);`,
        `let probabilities${row} = select(vec4f(), fourExpKeepingNan(exponents${row}), (ownKeys < vec4u(endRow)) & vec4<bool>(row${row} < endRow));`,
        `let factors${row} = fourFactors(stream, tokenKeyOf(bounded${row}), positions, head);`,
        `let weights${row} = probabilities${row} * factors${row};`,
      ].join('\n'),
    ),
    ...delta,
    ...ofRows(
      (row) =>
        `let slopes${row} = probabilities${row} * (factors${row} * gradient${row} - delta${row}) * parameters.scale;`,
    ),
  ];
}

/** Stores one number for each pair of a block to workgroup memory. */
export function intoTile(tile: FlashProgram, name: string): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  return times(
    rowsOfThread,
    (row) => `tile[(group * ${rowsOfThread}u + ${row}u) * ${keyLanes + 1}u + lane] = ${name}${row};`,
  );
}

/** gradient of four keys += their column of the block * row of the matrix, one query at a time. */
function sumsOverQueries(tile: FlashProgram, gradient: 'gradKey' | 'gradValue'): string[] {
  const { keyLanes, groups } = sharesOf(tile);
  const { summed } = piecesOf(tile, tile.rows);
  return [
    `for (var query = 0u; query < ${loopEnd(tile, summed)}; query++) {`,
    `  let row = tile[${scoresLength(tile)}u + staged * ${summed * tile.chunks}u + query * ${tile.chunks}u + chunk];`,
    ...times(tile.keys / 4 / groups, (four) =>
      [
        `  let column${four} = tile[(piece * ${summed}u + query) * ${keyLanes + 1}u + chunkGroup + ${four * groups}u];`,
        ...components.map((component, key) => {
          const sum = `${gradient}${four}_${key}`;
          return `  ${sum} = fma(vec4f(column${four}.${component}), row, ${sum});`;
        }),
      ].join('\n'),
    ),
    '}',
  ];
}
