import { pieceChunks, pieceRows, scoresLength, sharesOf, tileLength } from './flashTiles.ts';
import type { FlashProgram } from './flashTiles.ts';

/** A matrix as `flash.wgsl` reads it, and its first row there. */
export interface FlashMatrix {
  readonly name: 'query' | 'key' | 'value' | 'gradOutput';
  readonly firstRow: string;
}

export const components = ['x', 'y', 'z', 'w'] as const;

export function times(count: number, write: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => write(index));
}

/** The end of a loop, known to the compiler or not. */
export function loopEnd({ constantLoops }: FlashProgram, count: number): string {
  return constantLoops ? `${count}u` : `min(${count}u, parameters.tileKeys)`;
}

/** `name0 = a + name0 * …` for each of the four components of `factor`. */
export function addFour(sum: string, factor: string, vectors: readonly string[]): string {
  const product = vectors.reduce(
    (before, vector, index) => `fma(vec4f(${factor}.${components[index]}), ${vector}, ${before})`,
    sum,
  );
  return `${sum} = ${product};`;
}

/**
 * `scores`i += row i of `left` . four keys' rows of `right`, for the rows of a thread. Ends with all
 * threads past the barrier before the last piece.
 */
export function scoreProducts(tile: FlashProgram, scores: string, left: FlashMatrix, right: FlashMatrix): string[] {
  const { rows, keys, threads } = tile;
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const apart = pieceChunks + 1;
  const rowsAtOnce = threads / pieceChunks;
  const loads = { [left.name]: rows / rowsAtOnce, [right.name]: keys / rowsAtOnce };
  const each = (write: (matrix: FlashMatrix, load: number) => string) =>
    [left, right].flatMap((matrix) => times(loads[matrix.name] as number, (load) => write(matrix, load)));
  const load = ({ name, firstRow }: FlashMatrix, number: number, chunk: string) =>
    `${name}In(${firstRow} + pieceRow + ${number * rowsAtOnce}u, endRow, head, ${chunk})`;
  const place = (matrix: FlashMatrix, number: number) => {
    const row = `(pieceRow + ${number * rowsAtOnce}u)`;
    // Keys of one thread stand far apart, so that those of neighbours stand side by side.
    return matrix === left
      ? `${row} * ${apart}u + pieceChunk`
      : `${rows * apart}u + (${row} % 4u * ${keyLanes}u + ${row} / 4u) * ${apart}u + pieceChunk`;
  };
  return [
    ...each((matrix, number) => `var ${scores}_${matrix.name}${number} = ${load(matrix, number, 'pieceChunk')};`),
    `for (var firstChunk = 0u; firstChunk < parameters.chunks; firstChunk += ${pieceChunks}u) {`,
    '  workgroupBarrier();',
    ...each((matrix, number) => `  tile[${place(matrix, number)}] = ${scores}_${matrix.name}${number};`),
    '  workgroupBarrier();',
    `  let nextChunk = firstChunk + ${pieceChunks}u + pieceChunk;`,
    `  if (firstChunk + ${pieceChunks}u < parameters.chunks) {`,
    ...each((matrix, number) => `    ${scores}_${matrix.name}${number} = ${load(matrix, number, 'nextChunk')};`),
    '  }',
    `  for (var step = 0u; step < ${loopEnd(tile, pieceChunks)}; step++) {`,
    ...times(
      4,
      (key) => `    let key${key} = tile[${rows * apart}u + (${key * keyLanes}u + lane) * ${apart}u + step];`,
    ),
    ...components.map(
      (component) => `    let of_${component} = vec4f(${times(4, (key) => `key${key}.${component}`).join(', ')});`,
    ),
    ...times(rowsOfThread, (row) =>
      [
        `    let row${row} = tile[(group * ${rowsOfThread}u + ${row}u) * ${apart}u + step];`,
        `    ${addFour(
          `${scores}${row}`,
          `row${row}`,
          components.map((component) => `of_${component}`),
        )}`,
      ].join('\n'),
    ),
    '  }',
    '}',
  ];
}

/**
 * Brings `count` rows of a matrix to workgroup memory, a few at a time, and does `products` with
 * each few: `piece` says which, `wholeRows` names where they begin. What stood there may be written
 * over after a barrier.
 */
export function overRows(
  tile: FlashProgram,
  matrix: FlashMatrix,
  count: number,
  products: readonly string[],
): string[] {
  const { threads, chunks } = tile;
  const rowsAtOnce = pieceRows(tile);
  const loads = (rowsAtOnce * chunks) / threads;
  const load = (number: number, first: string) =>
    `${matrix.name}In(${first} + thread / ${chunks}u + ${(number * threads) / chunks}u, endRow, head, thread % ${chunks}u)`;
  return [
    ...times(loads, (number) => `var rows_${matrix.name}${number} = ${load(number, matrix.firstRow)};`),
    `let endOf_${matrix.name} = min(endRow, ${matrix.firstRow} + ${count}u);`,
    `for (var first = ${matrix.firstRow}; first < endOf_${matrix.name}; first += ${rowsAtOnce}u) {`,
    '  workgroupBarrier();',
    ...times(
      loads,
      (number) => `  tile[${scoresLength(tile) + number * threads}u + thread] = rows_${matrix.name}${number};`,
    ),
    '  workgroupBarrier();',
    `  if (first + ${rowsAtOnce}u < endOf_${matrix.name}) {`,
    ...times(loads, (number) => `    rows_${matrix.name}${number} = ${load(number, `first + ${rowsAtOnce}u`)};`),
    '  }',
    `  let piece = min((first - ${matrix.firstRow}) / ${rowsAtOnce}u, ${count / rowsAtOnce - 1}u);`,
    ...products.map((line) => `  ${line}`),
    '}',
  ];
}

/** Sums of a thread's rows += numbers of pairs in the tile . rows of values or keys, of four keys a round. */
export function sumsOverKeys(tile: FlashProgram, parts: number): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const fours = pieceRows(tile) / 4;
  return [
    `for (var four = 0u; four < ${loopEnd(tile, fours)}; four++) {`,
    ...times(
      rowsOfThread,
      (row) =>
        `  let weights${row} = tile[(group * ${rowsOfThread}u + ${row}u) * ${keyLanes + 1}u + piece * ${fours}u + four];`,
    ),
    ...times(parts, (part) =>
      [
        ...times(
          4,
          (key) =>
            `  let value${part}_${key} = tile[${scoresLength(tile) + key * tile.chunks + part * keyLanes}u + four * ${4 * tile.chunks}u + lane];`,
        ),
        ...times(
          rowsOfThread,
          (row) =>
            `  ${addFour(
              `sum${row}_${part}`,
              `weights${row}`,
              times(4, (key) => `value${part}_${key}`),
            )}`,
        ),
      ].join('\n'),
    ),
    '}',
  ];
}

/** The memory, and the beginning of `main`, up to the numbers that every thread computes. */
export function mainBegins(tile: FlashProgram, partial?: string): string[] {
  const { threads } = tile;
  const { keyLanes } = sharesOf(tile);
  return [
    `var<workgroup> tile: array<vec4f, ${tileLength(tile)}>;`,
    ...(partial ? [partial] : []),
    '',
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {',
    'let endRow = endOfSequence(workgroup.y);',
    'let firstOfSequence = cuSeqlens[workgroup.y];',
    'let head = workgroup.z;',
    'let stream = pairStream();',
    `let lane = thread % ${keyLanes}u;`,
    `let group = thread / ${keyLanes}u;`,
    `let pieceRow = thread / ${pieceChunks}u;`,
    `let pieceChunk = thread % ${pieceChunks}u;`,
  ];
}
