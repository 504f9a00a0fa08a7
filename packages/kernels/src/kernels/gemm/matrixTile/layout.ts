/** A tile of `matrixTile.wgsl`, how its operands are read, and what happens to its sums. */
export type MatrixTileText = {
  /** Fragment shape, and lanes of a subgroup. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly lanes: number;
  /** Whether the program asks for subgroups of that size. */
  readonly asksLanes: boolean;
  /** Subgroups of each slice. */
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
  /** Groups of subgroups that compute the same results, each over its part of the inner steps. */
  readonly slices: number;
  /** Fragments of a subgroup. */
  readonly rowFragments: number;
  readonly columnFragments: number;
  /** Inner steps that are in workgroup memory at a time. */
  readonly inner: number;
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
  /** Whether the lines of A have whole groups of eight; otherwise it is read element by element. */
  readonly aEights: boolean;
  readonly bEights: boolean;
  /**
   * Whether tiles wholly inside the output are stored as fragments, and what their sums start from.
   */
  readonly direct: boolean;
  readonly bias: boolean;
  readonly accumulate: boolean;
  /** Whether the columns of an A that is stored [k, m] are summed too. */
  readonly columnSums: boolean;
  /** Whether workgroup memory is `vec4u`, eight halves each; otherwise `f16`. */
  readonly words: boolean;
  /** Whether loads and stores name the majorness by a type; otherwise by a flag. */
  readonly majorness: boolean;
};

/**
 * Padding against bank conflicts: halves after each line of a tile, floats after each line of
 * results.
 */
export const padding = { halves: 8, floats: 4 };

/** An operand in workgroup memory. */
export interface MatrixTileSide {
  readonly name: 'A' | 'B';
  /** Lines in workgroup memory, the elements of each, and from line to line. */
  readonly lines: number;
  readonly width: number;
  readonly stride: number;
  /** Groups of eight that a thread loads, and the lines between them. */
  readonly turns: number;
  readonly linesApart: number;
  /** Where the operand starts in workgroup memory. */
  readonly start: number;
  readonly alongK: boolean;
  readonly eights: boolean;
}

/** Sizes that follow from those of a tile. */
export function matrixTileLayout(
  text: Omit<MatrixTileText, 'direct' | 'bias' | 'accumulate' | 'columnSums' | 'majorness' | 'asksLanes'>,
) {
  const { m, n, lanes, subgroupRows, subgroupColumns, slices, rowFragments, columnFragments, inner } = text;
  const rows = subgroupRows * rowFragments * m;
  const columns = subgroupColumns * columnFragments * n;
  const threads = subgroupRows * subgroupColumns * lanes * slices;
  const side = (name: 'A' | 'B', across: number, alongK: boolean, eights: boolean, start: number): MatrixTileSide => {
    const [lines, width] = alongK ? [across, inner] : [inner, across];
    const turns = (lines * width) / 8 / threads;
    return {
      name,
      lines,
      width,
      stride: width + padding.halves,
      turns,
      linesApart: (8 * threads) / width,
      start,
      alongK,
      eights,
    };
  };
  const a = side('A', rows, text.aAlongK, text.aEights, 0);
  const b = side('B', columns, text.bAlongK, text.bEights, a.lines * a.stride);
  const halves = b.start + b.lines * b.stride;
  // One row of fragments for each subgroup, as the epilogue reads them; eight column sums for each
  // thread.
  const finishedOfSlice = subgroupRows * m * (columns + padding.floats);
  const finished = Math.max(finishedOfSlice * slices, 8 * threads);
  return { rows, columns, threads, a, b, halves, finished, finishedOfSlice };
}

export type MatrixTileLayout = ReturnType<typeof matrixTileLayout>;

/** Lines of text, one for each index. */
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
