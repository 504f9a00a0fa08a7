/** How a sliced tile is divided among threads. */
interface SlicedTile {
  readonly warpRows: number;
  readonly warpColumns: number;
  readonly rowBlocks: number;
  readonly columnBlocks: number;
  readonly slices: number;
  readonly threads: number;
}

const four = [0, 1, 2, 3];

/**
 * Adds the sums of the slices of an `outerProduct.wgsl` tile in order and passes them to the
 * epilogue. Every slice stores four rows of its block to workgroup memory; then each slice adds up
 * one or two of these rows over all slices. No thread is idle, and no sum is indexed at run time.
 */
export function joinSlices(
  { rowBlocks, columnBlocks, slices, threads }: SlicedTile,
  { laneRows, laneColumns }: { readonly laneRows: number; readonly laneColumns: number },
): string[] {
  const each = threads / slices;
  const parts = Array.from({ length: slices }, (_, part) => part);
  const finish = (block: number, j: number, row: string) => [
    '{',
    `let number = task.firstRow + 4 * rowFour + ${4 * laneRows * block} + ${row};`,
    'if (number < parameters.m) {',
    `let total = ${parts.map((part) => `tiles[(${4 * part} + ${row}) * ${each} + within]`).join(' + ')};`,
    `storeFour(task.offsetOutput + number * parameters.n + column${j}, column${j}, bias${j}, parameters.alpha * total);`,
    '}',
    '}',
  ];
  const round = (block: number, j: number) => [
    'workgroupBarrier();',
    ...four.map((row) => `tiles[(slice * 4 + ${row}) * ${each} + within] = sum${4 * block + row}_${j};`),
    'workgroupBarrier();',
    `if (column${j} < parameters.n) {`,
    ...Array.from({ length: 4 / slices }, (_, turn) => finish(block, j, `(slice + ${turn * slices})`)).flat(),
    '}',
  ];
  const columns = Array.from({ length: columnBlocks }, (_, j) => j);
  const blocks = Array.from({ length: rowBlocks }, (_, block) => block);
  return [
    `let within = thread % ${each};`,
    ...columns.flatMap((j) => [
      `let column${j} = task.firstColumn + 4 * (columnFour + ${j * laneColumns});`,
      `let bias${j} = biasOfFour(column${j});`,
      ...blocks.flatMap((block) => round(block, j)),
    ]),
  ];
}
