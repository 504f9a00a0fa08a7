import { loadMatrix, storeMatrix } from '../subgroupMatrix/fragments.ts';
import { padding, times } from './layout.ts';
import type { MatrixTileLayout, MatrixTileText } from './layout.ts';

/** Where a fragment lies in the output, in vectors of four. */
const placeInOutput = ({ m, n }: MatrixTileText, i: number, j: number) => ({
  array: 'output',
  place: `(task.offsetOutput + (task.firstRow + row + ${i * m}u) * parameters.n + task.firstColumn + column + ${j * n}u) / 4u`,
  stride: 'parameters.n / 4u',
});

/** Starts the sums of a tile inside the output from the output's values, or from the bias. */
export function firstSums(text: MatrixTileText, { columns, threads }: MatrixTileLayout): string[] {
  const { m, n, rowFragments, columnFragments, accumulate, bias } = text;
  const each = (make: (i: number, j: number) => string) =>
    times(rowFragments, (i) => times(columnFragments, (j) => make(i, j))).flat();
  if (accumulate) {
    const load = (i: number, j: number) => loadMatrix(text, { type: 'Sums', ...placeInOutput(text, i, j) });
    return ['  if (whole) {', ...each((i, j) => `    sum${i}_${j} = ${load(i, j)};`), '  }'];
  }
  if (!bias) return [];
  // The bias repeated for each row of a fragment, so that it can be loaded as one.
  const fours = (m * columns) / 4;
  const load = (j: number) =>
    loadMatrix(text, { type: 'Sums', array: 'tile', place: `(column + ${j * n}u) / 4u`, stride: `${columns / 4}u` });
  return [
    '  if (whole) {',
    `    for (var four = thread; four < ${fours}u; four += ${threads}u) {`,
    `      tile[four] = bitcast<vec4u>(loadBias(task.firstColumn / 4u + four % ${columns / 4}u));`,
    '    }',
    '    workgroupBarrier();',
    ...each((i, j) => `    sum${i}_${j} = ${i === 0 ? load(j) : `sum0_${j}`};`),
    '  }',
  ];
}

/** Stores a tile that lies wholly inside the output. */
export function storesOfFragments(text: MatrixTileText): string[] {
  const { rowFragments, columnFragments } = text;
  return times(rowFragments, (i) =>
    times(columnFragments, (j) => `    ${storeMatrix(text, `sum${i}_${j}`, placeInOutput(text, i, j))};`),
  ).flat();
}

/** Adds up the threads' sums of the same eight columns of A, and stores them once. */
export function sumsOfColumns({ words }: MatrixTileText, { rows, threads, a }: MatrixTileLayout): string[] {
  const stores = words
    ? times(2, (i) => `    tile[2u * thread + ${i}u] = bitcast<vec4u>(columnsOfA[${i}]);`)
    : times(8, (i) => `    finished[8u * thread + ${i}u] = columnsOfA[${i >> 2}][${i % 4}];`);
  const place = (line: number) => `${line * rows}u + column`;
  const load = words
    ? (line: number) => `bitcast<f32>(tile[(${place(line)}) / 4u][column % 4u])`
    : (line: number) => `finished[${place(line)}]`;
  return [
    '  if (task.firstColumn == 0u) {',
    '    workgroupBarrier();',
    ...stores,
    '    workgroupBarrier();',
    `    for (var column = thread; column < ${rows}u; column += ${threads}u) {`,
    `      let total = ${times(a.linesApart, load).join(' + ')};`,
    '      let row = task.firstRow + column;',
    '      if (row < parameters.m) { storeColumnSum(workgroup.z * parameters.m + row, total); }',
    '    }',
    '  }',
  ];
}

/**
 * Passes the sums through workgroup memory to the epilogue, four at a time for each thread; the
 * sums of slices are added in order.
 */
export function epilogue(text: MatrixTileText, { columns, threads, finishedOfSlice }: MatrixTileLayout): string[] {
  const { m, n, subgroupRows, subgroupColumns, slices, rowFragments, columnFragments, words } = text;
  const stride = columns + padding.floats;
  const per = words ? 4 : 1;
  const array = words ? 'tile' : 'finished';
  const perThread = (subgroupRows * m * columns) / 4 / threads;
  const rowOfSubgroup = `subgroup / ${subgroupColumns}u * ${m * stride}u`;
  const ofSubgroup = slices === 1 ? rowOfSubgroup : `slice * ${finishedOfSlice}u + ${rowOfSubgroup}`;
  const fourOf = words
    ? (place: string) => `bitcast<vec4f>(tile[(${place}) / 4u])`
    : (place: string) => `vec4f(${times(4, (i) => `finished[${place} + ${i}u]`).join(', ')})`;
  const four = times(slices, (slice) => fourOf(slice === 0 ? 'place' : `place + ${slice * finishedOfSlice}u`));
  return times(rowFragments, (i) => [
    '  workgroupBarrier();',
    ...times(columnFragments, (j) => {
      const place = `(${ofSubgroup} + column + ${j * n}u)${per === 1 ? '' : ` / ${per}u`}`;
      return `  ${storeMatrix(text, `sum${i}_${j}`, { array, place, stride: `${stride / per}u` })};`;
    }),
    '  workgroupBarrier();',
    `  for (var turn = 0u; turn < ${perThread}u; turn++) {`,
    `    let number = thread + turn * ${threads}u;`,
    `    let line = number / ${columns / 4}u;`,
    `    let along = number % ${columns / 4}u * 4u;`,
    `    let place = line * ${stride}u + along;`,
    `    let outputRow = task.firstRow + line / ${m}u * ${rowFragments * m}u + line % ${m}u + ${i * m}u;`,
    `    finishFour(task.offsetOutput, outputRow, task.firstColumn + along, ${four.join(' + ')});`,
    '  }',
  ]).flat();
}
