import { entryOfSubgroups, fragmentTypes } from '../../gemm/subgroupMatrix/fragments.ts';
import { times } from '../flash/products.ts';
import { matrixRows, placesOf, rowLanes, stridesOf } from './tiles.ts';
import type { FlashMatrixProgram, MatrixPass } from './tiles.ts';

type Matrix = 'query' | 'key' | 'value' | 'gradOutput';

/**
 * The types of fragments, the memory, and the beginning of `main`, up to the numbers
 * that every thread computes.
 */
export function matrixMainBegins(program: FlashMatrixProgram, pass: MatrixPass): string[] {
  const { lanes } = program;
  return [
    fragmentTypes(program),
    `var<workgroup> tile: array<vec4u, ${placesOf(pass, program).length}>;`,
    ...(pass === 'forward' ? [`var<workgroup> partial: array<vec2f, ${4 * lanes}>;`] : []),
    ...(pass === 'backward' ? [`var<workgroup> partial: array<f32, ${4 * lanes}>;`] : []),
    entryOfSubgroups(4 * lanes, program),
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {',
    'let endRow = endOfSequence(workgroup.y);',
    'let firstOfSequence = cuSeqlens[workgroup.y];',
    'let head = workgroup.z;',
    'let stream = pairStream();',
    `let subgroup = thread / ${lanes}u;`,
    'let rowHalf = subgroup / 2u;',
    'let columnHalf = subgroup % 2u;',
    `let ownRow = thread / ${rowLanes(program)}u;`,
    `let rowLane = thread % ${rowLanes(program)}u;`,
  ];
}

/**
 * Lines for each index, which is a constant, or a variable where the compiler is to keep the loop.
 */
export function repeat(
  { constantLoops, keys }: FlashMatrixProgram,
  count: number,
  write: (index: string) => readonly string[],
): string[] {
  if (constantLoops) return times(count, (index) => ['{', ...write(`${index}u`), '}'].join('\n'));
  // The same number: tileKeys is that of a block's keys.
  const end = `min(${count}u, ${Math.ceil(count / keys)}u * parameters.tileKeys)`;
  return [`for (var index = 0u; index < ${end}; index++) {`, ...write('index'), '}'];
}

/**
 * Rows of a matrix on their way to workgroup memory, from `firstRow` on: `fetch` loads them to
 * registers that were declared, `put` stores these. For compilers that keep loops `put` does both.
 */
export function incoming(program: FlashMatrixProgram, pass: MatrixPass, matrix: Matrix) {
  const { constantLoops, channels, lanes, keys } = program;
  const rows = matrix === 'key' || matrix === 'value' ? keys : matrixRows(program);
  const [eights, threads, stride] = [channels / 8, 4 * lanes, stridesOf(program).channels];
  const turns = Math.ceil((rows * eights) / threads);
  const at = placesOf(pass, program)[matrix];
  const row = (turn: string) => `(thread / ${eights}u + ${turn} * ${threads / eights}u)`;
  const load = (firstRow: string, turn: string) =>
    `${matrix}Eight(${firstRow} + ${row(turn)}, endRow, head, thread % ${eights}u)`;
  const store = (turn: string, what: string) => {
    const line = `tile[${at}u + ${row(turn)} * ${stride}u + thread % ${eights}u] = ${what};`;
    return rows * eights < threads ? `if (thread < ${rows * eights}u) { ${line} }` : line;
  };
  if (!constantLoops) {
    const put = (firstRow: string) => repeat(program, turns, (turn) => [store(turn, load(firstRow, turn))]);
    return { declare: [], fetch: () => [], put };
  }
  return {
    declare: times(turns, (turn) => `var ${matrix}${turn} = vec4u();`),
    fetch: (firstRow: string) => times(turns, (turn) => `${matrix}${turn} = ${load(firstRow, `${turn}u`)};`),
    put: (_firstRow: string) => times(turns, (turn) => store(`${turn}u`, `${matrix}${turn}`)),
  };
}

/** What is fetched while a block is multiplied, where another one follows. */
export function prefetch(condition: string, fetch: readonly string[]): string[] {
  return fetch.length > 0 ? [`if (${condition}) {`, ...fetch, '}'] : [];
}

/** A matrix that stays in workgroup memory. */
export function resident(program: FlashMatrixProgram, pass: MatrixPass, matrix: Matrix, firstRow: string): string[] {
  const { declare, fetch, put } = incoming(program, pass, matrix);
  return [...declare, ...fetch(firstRow), ...put(firstRow)];
}

/** A fragment of the tile, `place` and `stride` in vectors of words. */
function fragment(type: 'Left' | 'Right', place: string, stride: number, major: 'row' | 'col' = 'row'): string {
  return `subgroupMatrixLoad<${type}, ${major}_major>(&tile, ${place}, ${stride}u)`;
}

function storeSums(place: string, sums: string, stride: number): string {
  return `subgroupMatrixStore<row_major>(&tile, ${place}, ${sums}, ${stride}u);`;
}

/**
 * Scores of a block = rows from `left` on . rows from `right` on, in workgroup
 * memory, and a barrier behind.
 */
export function matrixScores(program: FlashMatrixProgram, left: number, right: number): string[] {
  const { m, n, k, channels, keys } = program;
  const strides = stridesOf(program);
  const fragments = keys / 2 / n;
  return [
    '{',
    ...times(fragments, (part) => `var score${part} = Sums();`),
    ...repeat(program, channels / k, (step) => [
      `let rows = ${fragment('Left', `${left}u + rowHalf * ${m * strides.channels}u + ${step} * ${k / 8}u`, strides.channels)};`,
      ...times(fragments, (part) => {
        const place = `${right + part * n * strides.channels}u + columnHalf * ${(keys / 2) * strides.channels}u + ${step} * ${k / 8}u`;
        return `score${part} = subgroupMatrixMultiplyAccumulate(rows, ${fragment('Right', place, strides.channels, 'col')}, score${part});`;
      }),
    ]),
    ...times(fragments, (part) =>
      storeSums(
        `rowHalf * ${m * strides.scores}u + columnHalf * ${keys / 8}u + ${(part * n) / 4}u`,
        `score${part}`,
        strides.scores,
      ),
    ),
    '}',
    'workgroupBarrier();',
  ];
}

/**
 * `sum`i += numbers of pairs from `pairs` on, a row for each query . rows from
 * `right` on, one for each key.
 */
export function sumsOverKeys(program: FlashMatrixProgram, sum: string, pairs: number, right: number): string[] {
  const { m, n, k, channels, keys } = program;
  const strides = stridesOf(program);
  return repeat(program, keys / k, (step) => [
    `let ofPairs = ${fragment('Left', `${pairs}u + rowHalf * ${m * strides.pairs}u + ${step} * ${k / 8}u`, strides.pairs)};`,
    ...times(channels / 2 / n, (part) => {
      const place = `${right + (part * n) / 8}u + columnHalf * ${channels / 16}u + ${step} * ${k * strides.channels}u`;
      return `${sum}${part} = subgroupMatrixMultiplyAccumulate(ofPairs, ${fragment('Right', place, strides.channels)}, ${sum}${part});`;
    }),
  ]);
}

/**
 * Gradients of keys += their columns of the numbers of pairs from `pairs` on .
 * rows from `ofQueries` on.
 */
export function sumsOverQueries(program: FlashMatrixProgram, sum: string, pairs: number, ofQueries: number): string[] {
  const { m, n, k, channels, keys } = program;
  const strides = stridesOf(program);
  const columns = channels / 2 / n;
  return repeat(program, matrixRows(program) / k, (step) => [
    ...times(columns, (part) => {
      const place = `${ofQueries + (part * n) / 8}u + columnHalf * ${channels / 16}u + ${step} * ${k * strides.channels}u`;
      return `let right${part} = ${fragment('Right', place, strides.channels)};`;
    }),
    ...times(keys / 2 / m, (i) => {
      const place = `${pairs + (i * m) / 8}u + rowHalf * ${keys / 16}u + ${step} * ${k * strides.pairs}u`;
      return [
        `let left${i} = ${fragment('Left', place, strides.pairs, 'col')};`,
        ...times(columns, (part) => {
          const name = `${sum}${i * columns + part}`;
          return `${name} = subgroupMatrixMultiplyAccumulate(left${i}, right${part}, ${name});`;
        }),
      ].join('\n');
    }),
  ]);
}

/**
 * Fragments of two rows of them to memory, by way of workgroup memory: `set` names the function
 * that stores, `row` makes a row of the matrix of a row of these fragments.
 */
export function storeRows(
  program: FlashMatrixProgram,
  sum: (part: number) => string,
  set: string,
  row: (ofFragments: string) => string,
): string[] {
  const { m, n, lanes, channels } = program;
  const [chunks, threads, stride] = [channels / 4, 4 * lanes, stridesOf(program).results];
  return [
    'workgroupBarrier();',
    ...times(channels / 2 / n, (part) =>
      storeSums(`rowHalf * ${m * stride}u + columnHalf * ${channels / 8}u + ${(part * n) / 4}u`, sum(part), stride),
    ),
    'workgroupBarrier();',
    ...repeat(program, (matrixRows(program) * chunks) / threads, (turn) => [
      `let number = thread + ${turn} * ${threads}u;`,
      `let ofFragments = number / ${chunks}u;`,
      `let row = ${row('ofFragments')};`,
      `let chunk = number % ${chunks}u;`,
      `if (row < endRow && chunk < parameters.chunks) { ${set}(row, head, chunk, bitcast<vec4f>(tile[ofFragments * ${stride}u + chunk])); }`,
    ]),
  ];
}
