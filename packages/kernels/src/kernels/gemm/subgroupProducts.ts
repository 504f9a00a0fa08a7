export interface SubgroupTile {
  readonly rows: number;
  readonly lanes: number;
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
}

const components = 'xyzw';

/**
 * The functions of `subgroupTile.wgsl` that are unrolled, because the lane of a broadcast must be a constant. All inner steps of a row stand together:
 * its sums stay in registers for the four of them, which are too few for the sums of all rows.
 */
export function subgroupProducts({ rows, lanes, aAlongK, bAlongK }: SubgroupTile): string {
  const each = (write: (row: number) => string) => Array.from({ length: rows }, (_, row) => write(row));
  const loads = Math.ceil(rows / lanes);
  const column = (inner: number) =>
    bAlongK ? `vec4f(${[0, 1, 2, 3].map((number) => `right[${number}].${components[inner]}`).join(', ')})` : `right[${inner}]`;
  const broadcast = (row: number, inner: number) => {
    const vector = aAlongK ? row : (inner * rows) / 4 + Math.floor(row / 4);
    return `subgroupBroadcast(left[${Math.floor(vector / lanes)}].${components[aAlongK ? inner : row % 4]}, ${vector % lanes}u)`;
  };
  const addProducts = (name: string, inners: readonly number[]) => [
    `fn ${name}(sums: ptr<function, array<vec4f, ${rows}>>, left: array<vec4f, ${loads}>, right: array<vec4f, 4>) {`,
    ...inners.map((inner) => `  let right${inner} = ${column(inner)};`),
    ...each(
      (row) => `  (*sums)[${row}] = (*sums)[${row}]${inners.map((inner) => ` + ${broadcast(row, inner)} * right${inner}`).join('')};`,
    ),
    '}',
  ];
  return [
    `const rows = ${rows}u;\nconst lanes = ${lanes}u;\nconst loads = ${loads}u;`,
    ...addProducts('addOne', [0]),
    ...addProducts('addFour', [0, 1, 2, 3]),
    `fn scaled(sums: array<vec4f, ${rows}>) -> array<vec4f, ${rows}> {`,
    `  return array(${each((row) => `parameters.alpha * sums[${row}]`).join(', ')});`,
    '}',
    '',
  ].join('\n');
}
