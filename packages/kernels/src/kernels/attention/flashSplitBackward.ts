import { fourKeys, gradientsOfKeys, intoTile, slopes } from './flashGradients.ts';
import { mainBegins, overRows, sumsOverKeys, times } from './flashProducts.ts';
import { sharesOf } from './flashTiles.ts';
import type { FlashProgram } from './flashTiles.ts';

/**
 * `main` of the gradients of keys and values: a workgroup has a block of a sequence's keys, and goes
 * over its queries as one with all keys does.
 */
export function flashGradKeyValue(tile: FlashProgram): string {
  return gradientsOfKeys(tile, {
    firstKey: `firstOfSequence + workgroup.x * ${tile.keys}u`,
    delta: savedDelta(tile),
  });
}

/**
 * `main` of the gradient of queries: a workgroup has a block of a sequence's queries and goes over its
 * keys in blocks, as the forward does; the sums over keys stay in registers.
 */
export function flashGradQuery(tile: FlashProgram): string {
  const { rows, keys, chunks } = tile;
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const parts = chunks / keyLanes;
  const ofSums = (write: (row: number, part: number) => string) =>
    times(rowsOfThread, (row) => times(parts, (part) => write(row, part)).join('\n'));
  return [
    ...mainBegins(tile),
    `let firstRow = firstOfSequence + workgroup.x * ${rows}u;`,
    'if (firstRow >= endRow) { return; }',
    ...ofSums((row, part) => `var sum${row}_${part} = vec4f();`),
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${keys}u) {`,
    ...fourKeys,
    ...slopes(tile, savedDelta(tile)),
    ...intoTile(tile, 'slopes'),
    ...overRows(tile, { name: 'key', firstRow: 'firstKey' }, keys, sumsOverKeys(tile, parts)),
    '}',
    `let ownRow = firstRow + group * ${rowsOfThread}u;`,
    ...ofSums((row, part) => {
      const chunk = `${part * keyLanes}u + lane`;
      return `if (ownRow + ${row}u < endRow && ${chunk} < parameters.chunks) { setGradQuery(ownRow + ${row}u, head, ${chunk}, sum${row}_${part}); }`;
    }),
    '}',
    '',
  ].join('\n');
}

function savedDelta(tile: FlashProgram): string[] {
  const { rowsOfThread } = sharesOf(tile);
  return ['workgroupBarrier();', ...times(rowsOfThread, (row) => `let delta${row} = deltaOf(bounded${row}, head);`)];
}
