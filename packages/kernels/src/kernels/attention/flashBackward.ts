import { addFour, components, loopEnd, mainBegins, overRows, scoreProducts, times } from './flashProducts.ts';
import { partialLength, partialWidth, pieceRows, scoresLength, sharesOf, tileLength } from './flashTiles.ts';
import type { FlashProgram } from './flashTiles.ts';

/**
 * `main` of all gradients: a workgroup has a sequence and a head. It goes over the queries in
 * blocks, and keeps the gradients of keys and values in registers. delta, what gradOutput . output is,
 * is the sum over the keys of dropped probability * gradOutput . value, which is there already.
 */
export function flashBackward(tile: FlashProgram): string {
  const { rows, keys, chunks } = tile;
  const { groups } = sharesOf(tile);
  const fours = keys / 4 / groups;
  const width = partialWidth(tile);
  const gradients = ['gradKey', 'gradValue'] as const;
  const ofKeys = (write: (four: number, key: number) => string) =>
    times(fours, (four) => times(4, (key) => write(four, key)).join(' '));
  return [
    ...mainBegins(tile, tileLength(tile), width === 1 ? 'f32' : `vec${width}f`, partialLength(tile)),
    'if (firstOfSequence >= endRow) { return; }',
    `let chunk = thread % ${chunks}u;`,
    `let chunkGroup = thread / ${chunks}u;`,
    'let ownKeys = vec4u(firstOfSequence + 4u * lane) + vec4u(0, 1, 2, 3);',
    'let positions = fourPositions(ownKeys.x, endRow - 1u);',
    ...gradients.flatMap((name) => ofKeys((four, key) => `var ${name}${four}_${key} = vec4f();`)),
    `for (var firstRow = firstOfSequence; firstRow < endRow; firstRow += ${rows}u) {`,
    ...slopes(tile),
    ...intoTile(tile, 'weights'),
    ...overRows(tile, { name: 'gradOutput', firstRow: 'firstRow' }, rows, sumsOverQueries(tile, 'gradValue')),
    'workgroupBarrier();',
    ...intoTile(tile, 'slopes'),
    ...overRows(tile, { name: 'query', firstRow: 'firstRow' }, rows, sumsOverQueries(tile, 'gradKey')),
    ...gradientOfQueries(tile),
    '}',
    'if (chunk >= parameters.chunks) { return; }',
    ...times(fours, (four) =>
      [
        `let keyRow${four} = firstOfSequence + 4u * (chunkGroup + ${four * groups}u);`,
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

/** weights, the dropped probabilities of a block, and slopes, the gradients of its scores. */
function slopes(tile: FlashProgram): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const ofRows = (write: (row: number) => string) => times(rowsOfThread, write);
  const width = partialWidth(tile);
  const deltas = ofRows((row) => `dot(weights${row}, gradient${row})`).join(', ');
  return [
    ...ofRows((row) => `var score${row} = vec4f(); var gradient${row} = vec4f();`),
    ...scoreProducts(
      tile,
      'score',
      { name: 'query', firstRow: 'firstRow' },
      { name: 'key', firstRow: 'firstOfSequence' },
    ),
    ...scoreProducts(
      tile,
      'gradient',
      { name: 'gradOutput', firstRow: 'firstRow' },
      { name: 'value', firstRow: 'firstOfSequence' },
    ),
    ...ofRows((row) =>
      [
        `let row${row} = firstRow + group * ${rowsOfThread}u + ${row}u;`,
        `let bounded${row} = min(row${row}, endRow - 1u);`,
        `let exponents${row} = score${row} * parameters.scale - logSumExp[bounded${row} * parameters.numHeads + head];`,
        `let probabilities${row} = select(vec4f(), exp(exponents${row}), (ownKeys < vec4u(endRow)) & vec4<bool>(row${row} < endRow));`,
        `let factors${row} = fourFactors(stream, tokenKeyOf(bounded${row}), positions, head);`,
        `let weights${row} = probabilities${row} * factors${row};`,
      ].join('\n'),
    ),
    `partial[group * ${keyLanes + 1}u + lane] = ${width === 1 ? deltas : `vec${width}f(${deltas})`};`,
    'workgroupBarrier();',
    `var delta = ${width === 1 ? '0.0' : `vec${width}f()`};`,
    `for (var other = 0u; other < ${loopEnd(tile, keyLanes)}; other++) { delta += partial[group * ${keyLanes + 1}u + other]; }`,
    ...ofRows(
      (row) =>
        `let slopes${row} = probabilities${row} * (factors${row} * gradient${row} - ${width === 1 ? 'delta' : `delta.${components[row]}`}) * parameters.scale;`,
    ),
  ];
}

/** A block of numbers of pairs to workgroup memory. */
function intoTile(tile: FlashProgram, name: string): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  return times(
    rowsOfThread,
    (row) => `tile[(group * ${rowsOfThread}u + ${row}u) * ${keyLanes + 1}u + lane] = ${name}${row};`,
  );
}

/** gradient of four keys += their column of the block * row of the matrix, of a query a round. */
function sumsOverQueries(tile: FlashProgram, gradient: 'gradKey' | 'gradValue'): string[] {
  const { keyLanes, groups } = sharesOf(tile);
  const rowsAtOnce = pieceRows(tile);
  return [
    `for (var query = 0u; query < ${loopEnd(tile, rowsAtOnce)}; query++) {`,
    `  let row = tile[${scoresLength(tile)}u + query * ${tile.chunks}u + chunk];`,
    ...times(tile.keys / 4 / groups, (four) =>
      [
        `  let column${four} = tile[(piece * ${rowsAtOnce}u + query) * ${keyLanes + 1}u + chunkGroup + ${four * groups}u];`,
        ...components.map((component, key) => {
          const sum = `${gradient}${four}_${key}`;
          return `  ${sum} = fma(vec4f(column${four}.${component}), row, ${sum});`;
        }),
      ].join('\n'),
    ),
    '}',
  ];
}

/** gradQuery = slopes . rows of keys, of four keys a round. */
function gradientOfQueries(tile: FlashProgram): string[] {
  const { rows, keys, chunks } = tile;
  const { keyLanes, groups } = sharesOf(tile);
  const own = rows / groups;
  const fours = pieceRows(tile) / 4;
  const products = [
    `for (var four = 0u; four < ${loopEnd(tile, fours)}; four++) {`,
    ...times(
      4,
      (key) => `  let key${key} = tile[${scoresLength(tile) + key * chunks}u + four * ${4 * chunks}u + chunk];`,
    ),
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
