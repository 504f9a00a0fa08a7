import { fourKeys, gradientsOfKeys, intoTile, slopes } from './gradients.ts';
import { addFour, components, loopEnd, mainBegins, overRows, stagedRow, sumsOverKeys, times } from './products.ts';
import { partialLength, partialWidth, piecesOf, sharesOf } from './tiles.ts';
import type { FlashProgram } from './tiles.ts';

/**
 * `main` of all gradients: a workgroup has a sequence and a head. It goes over the queries in
 * blocks and keeps the gradients of keys and values in registers. delta, equal to gradOutput .
 * output, is the sum over the keys of dropped probability * gradOutput . value, whose terms are
 * there already.
 */
export function flashBackward(tile: FlashProgram): string {
  const width = partialWidth(tile);
  return gradientsOfKeys(tile, {
    partial: `var<workgroup> partial: array<${width === 1 ? 'f32' : `vec${width}f`}, ${partialLength(tile)}>;`,
    firstKey: 'firstOfSequence',
    delta: deltaOverKeys(tile),
    ofBlock: gradientOfQueries(tile),
  });
}

/** Threads that share rows add up their parts of delta. */
function deltaOverKeys(tile: FlashProgram): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const width = partialWidth(tile);
  const [vector, zero] = width === 1 ? ['', '0.0'] : [`vec${width}f`, `vec${width}f()`];
  const own = times(rowsOfThread, (row) => `dot(weights${row}, gradient${row})`).join(', ');
  return [
    `partial[group * ${keyLanes + 1}u + lane] = ${vector}(${own});`,
    'workgroupBarrier();',
    `var deltas = ${zero};`,
    `for (var other = 0u; other < ${loopEnd(tile, keyLanes)}; other++) { deltas += partial[group * ${keyLanes + 1}u + other]; }`,
    ...times(rowsOfThread, (row) => `let delta${row} = deltas${width === 1 ? '' : `.${components[row]}`};`),
  ];
}

/** gradQuery = slopes . rows of keys, four keys at a time. */
function gradientOfQueries(tile: FlashProgram): string[] {
  const { rows, keys } = tile;
  const { keyLanes, groups } = sharesOf(tile);
  const own = rows / groups;
  const fours = piecesOf(tile, keys).summed / 4;
  const products = [
    `for (var four = 0u; four < ${loopEnd(tile, fours)}; four++) {`,
    ...times(4, (key) => `  let key${key} = ${stagedRow(tile, key, 'chunk')};`),
    ...times(own, (row) =>
      [
        `  let slopes${row} = tile[(chunkGroup * ${own}u + ${row}u) * ${keyLanes + 1}u + piece * ${fours}u + four];`,
        `  ${addFour(
          `gradQuery${row}`,
          `slopes${row}`,
          times(4, (key) => `key${key}`),
        )}`,
      ].join('\n'),
    ),
    '}',
  ];
  return [
    ...times(own, (row) => `var gradQuery${row} = vec4f();`),
    ...overRows(tile, { name: 'key', firstRow: 'firstOfSequence' }, keys, products),
    ...times(own, (row) => {
      const place = `firstRow + chunkGroup * ${own}u + ${row}u`;
      return `if (${place} < endRow && chunk < parameters.chunks) { setGradQuery(${place}, head, chunk, gradQuery${row}); }`;
    }),
  ];
}

/**
 * `main` of the gradients of keys and values: a workgroup has a block of a sequence's keys, and
 * goes over its queries, as `flashBackward` does for all keys.
 */
export function flashGradKeyValue(tile: FlashProgram): string {
  return gradientsOfKeys(tile, {
    firstKey: `firstOfSequence + workgroup.x * ${tile.keys}u`,
    delta: savedDelta(tile),
  });
}

/**
 * `main` of the gradient of queries: a workgroup has a block of a sequence's queries and goes over
 * its keys in blocks, as the forward does; the sums over keys stay in registers. With savesRows it
 * computes what the backward needs for each row, and saves it for the gradients of keys and values.
 */
export function flashGradQuery(tile: FlashProgram): string {
  const { rows, keys, chunks, savesRows } = tile;
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const parts = chunks / keyLanes;
  const ofSums = (write: (row: number, part: number) => string) =>
    times(rowsOfThread, (row) => times(parts, (part) => write(row, part)).join('\n'));
  return [
    ...mainBegins(tile),
    ...(savesRows ? ['saveState(workgroup, thread);'] : []),
    `let firstRow = firstOfSequence + workgroup.x * ${rows}u;`,
    'if (firstRow >= endRow) { return; }',
    `let ownRow = firstRow + group * ${rowsOfThread}u;`,
    ...(savesRows ? deltaOfRows(tile) : []),
    ...ofSums((row, part) => `var sum${row}_${part} = vec4f();`),
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${keys}u) {`,
    ...fourKeys,
    ...slopes(tile, savesRows ? ['workgroupBarrier();'] : savedDelta(tile)),
    ...intoTile(tile, 'slopes'),
    ...overRows(tile, { name: 'key', firstRow: 'firstKey' }, keys, sumsOverKeys(tile, parts), true),
    '}',
    ...ofSums((row, part) => {
      const chunk = `${part * keyLanes}u + lane`;
      return `if (ownRow + ${row}u < endRow && ${chunk} < parameters.chunks) { setGradQuery(ownRow + ${row}u, head, ${chunk}, sum${row}_${part}); }`;
    }),
    '}',
    '',
  ].join('\n');
}

/**
 * delta = gradOutput . output of a thread's rows: threads that share rows take different chunks of
 * them, and one of these threads saves the result.
 */
function deltaOfRows(tile: FlashProgram): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const ofRows = (write: (row: number) => string) => times(rowsOfThread, write);
  const products = times(tile.chunks / keyLanes, (part) =>
    ofRows((row) => {
      const place = `ownRow + ${row}u, endRow, head, ${part * keyLanes}u + lane`;
      return `ownDelta.${components[row]} += dot(outputIn(${place}), gradOutputIn(${place}));`;
    }).join('\n'),
  );
  return [
    'var ownDelta = vec4f();',
    ...products,
    `tile[group * ${keyLanes + 1}u + lane] = ownDelta;`,
    'workgroupBarrier();',
    'var deltas = vec4f();',
    `for (var other = 0u; other < ${loopEnd(tile, keyLanes)}; other++) { deltas += tile[group * ${keyLanes + 1}u + other]; }`,
    ...ofRows((row) =>
      [
        `let delta${row} = deltas.${components[row]};`,
        `if (lane == 0u && ownRow + ${row}u < endRow) { saveRow(ownRow + ${row}u, head, delta${row}); }`,
      ].join('\n'),
    ),
  ];
}

function savedDelta(tile: FlashProgram): string[] {
  const { rowsOfThread } = sharesOf(tile);
  return ['workgroupBarrier();', ...times(rowsOfThread, (row) => `let delta${row} = deltaOf(bounded${row}, head);`)];
}
