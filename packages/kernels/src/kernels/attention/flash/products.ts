import { pieceChunks, piecesOf, scoresLength, sharesOf, tileLength } from './tiles.ts';
import type { FlashProgram } from './tiles.ts';

/** A matrix as `flash.wgsl` reads it, and its first row there. */
export interface FlashMatrix {
  readonly name: 'query' | 'key' | 'value' | 'gradOutput';
  readonly firstRow: string;
}

export const components = ['x', 'y', 'z', 'w'] as const;

export function times(count: number, write: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => write(index));
}

/** The end of a loop: a constant, or a parameter that hides it from the compiler. */
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
 * `scores`i += row i of `left` . four keys' rows of `right`, for the rows of a thread. When it
 * ends, all threads are past the barrier before the last piece.
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
    // The keys of one thread lie far apart, so that those of neighbouring threads are adjacent.
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
 * Stages `count` rows of a matrix in workgroup memory, a few at a time, and runs `products` on
 * pieces of them: `piece` is the index among all rows, `staged` that among the staged ones. A
 * barrier comes before the memory is overwritten; before the first rows it is left out with
 * `behindBarrier`, which says that no thread has read there since the last one.
 */
export function overRows(
  tile: FlashProgram,
  matrix: FlashMatrix,
  count: number,
  products: readonly string[],
  behindBarrier = false,
): string[] {
  const { threads, chunks } = tile;
  const { staged, summed } = piecesOf(tile, count);
  const loads = (staged * chunks) / threads;
  const load = (index: number, first: string) =>
    `${matrix.name}In(${first} + thread / ${chunks}u + ${(index * threads) / chunks}u, endRow, head, thread % ${chunks}u)`;
  const end = `endOf_${matrix.name}`;
  const betweenTurns = staged < count ? [`if (firstStaged > ${matrix.firstRow}) { workgroupBarrier(); }`] : [];
  const number = (from: string, pieces: number) => `min((first - ${from}) / ${summed}u, ${pieces - 1}u)`;
  /** A loop, or only its body where it would run once. */
  const over = (name: string, from: string, to: string, step: number, once: boolean, body: readonly string[]) =>
    once
      ? ['{', `let ${name} = ${from};`, ...body, '}']
      : [`for (var ${name} = ${from}; ${name} < ${to}; ${name} += ${step}u) {`, ...body, '}'];
  return [
    ...times(loads, (index) => `var rows_${matrix.name}${index} = ${load(index, matrix.firstRow)};`),
    `let ${end} = min(endRow, ${matrix.firstRow} + ${count}u);`,
    ...over('firstStaged', matrix.firstRow, end, staged, staged === count, [
      ...(behindBarrier ? betweenTurns : ['workgroupBarrier();']),
      ...times(
        loads,
        (index) => `tile[${scoresLength(tile) + index * threads}u + thread] = rows_${matrix.name}${index};`,
      ),
      'workgroupBarrier();',
      ...(staged < count
        ? [
            `if (firstStaged + ${staged}u < ${end}) {`,
            ...times(loads, (index) => `rows_${matrix.name}${index} = ${load(index, `firstStaged + ${staged}u`)};`),
            '}',
          ]
        : []),
      ...over('first', 'firstStaged', `min(${end}, firstStaged + ${staged}u)`, summed, staged === summed, [
        `let piece = ${number(matrix.firstRow, count / summed)};`,
        `let staged = ${number('firstStaged', staged / summed)};`,
        ...products,
      ]),
    ]),
  ];
}

/**
 * Sums of a thread's rows += numbers of the pairs in the tile . rows of values or keys, four keys
 * at a time.
 */
export function sumsOverKeys(tile: FlashProgram, parts: number): string[] {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const fours = piecesOf(tile, tile.keys).summed / 4;
  return [
    `for (var four = 0u; four < ${loopEnd(tile, fours)}; four++) {`,
    ...times(
      rowsOfThread,
      (row) =>
        `  let weights${row} = tile[(group * ${rowsOfThread}u + ${row}u) * ${keyLanes + 1}u + piece * ${fours}u + four];`,
    ),
    ...times(parts, (part) =>
      [
        ...times(4, (key) => `  let value${part}_${key} = ${stagedRow(tile, key, `${part * keyLanes}u + lane`)};`),
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

/** A vector of the row of one of four keys, in a loop over `four`. */
export function stagedRow(tile: FlashProgram, key: number, chunk: string): string {
  const { chunks, keys } = tile;
  const { summed } = piecesOf(tile, keys);
  return `tile[${scoresLength(tile) + key * chunks}u + staged * ${summed * chunks}u + four * ${4 * chunks}u + ${chunk}]`;
}

/** Declares workgroup memory and starts `main`, up to the indices that every thread computes. */
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
