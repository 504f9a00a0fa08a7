/** How a device spells row-major and column-major: by a type, or by a flag. */
interface Spelling {
  readonly majorness: boolean;
}

/** The types of fragments, of `m x k` times `k x n`. */
export function fragmentTypes({ m, n, k }: { readonly m: number; readonly n: number; readonly k: number }): string {
  return [
    `alias Left = subgroup_matrix_left<f16, ${k}, ${m}>;`,
    `alias Right = subgroup_matrix_right<f16, ${n}, ${k}>;`,
    `alias Sums = subgroup_matrix_result<f32, ${n}, ${m}>;`,
  ].join('\n');
}

/**
 * Writes the attributes of an entry of so many threads, whose subgroups have `lanes`. Where a
 * device has subgroups of several sizes, the program asks for that one.
 */
export function entryOfSubgroups(
  threads: number,
  { lanes, asksLanes }: { readonly lanes: number; readonly asksLanes: boolean },
): string {
  return asksLanes
    ? `enable subgroup_size_control;\n@compute @workgroup_size(${threads}) @subgroup_size(${lanes})`
    : `@compute @workgroup_size(${threads})`;
}

/** Where a fragment lies, in WGSL: `place` and `stride` count elements of the array. */
interface FragmentPlace {
  readonly array: string;
  readonly place: string;
  readonly stride: string;
}

interface FragmentLoad extends FragmentPlace {
  /** An alias of `fragmentTypes`. */
  readonly type: 'Left' | 'Right' | 'Sums';
  /** Default false: row-major. */
  readonly columnMajor?: boolean;
}

/** Writes a load in the device's spelling. */
export function loadMatrix(
  { majorness }: Spelling,
  { type, array, place, stride, columnMajor = false }: FragmentLoad,
): string {
  return majorness
    ? `subgroupMatrixLoad<${type}, ${columnMajor ? 'col_major' : 'row_major'}>(&${array}, ${place}, ${stride})`
    : `subgroupMatrixLoad<${type}>(&${array}, ${place}, ${columnMajor}, ${stride})`;
}

/** Writes a row-major store of a fragment. */
export function storeMatrix({ majorness }: Spelling, value: string, { array, place, stride }: FragmentPlace): string {
  return majorness
    ? `subgroupMatrixStore<row_major>(&${array}, ${place}, ${value}, ${stride})`
    : `subgroupMatrixStore(&${array}, ${place}, ${value}, false, ${stride})`;
}
