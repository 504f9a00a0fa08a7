type SubgroupTile = {
  readonly rows: number;
  /** Vectors of four columns that a lane holds of each row. */
  readonly vec4sPerLane: number;
  readonly lanes: number;
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
};

const components = 'xyzw';

/**
 * Writes the unrolled functions of `subgroup.wgsl`: the lane of a broadcast must be a constant. The
 * four inner steps of a row come together, so that its sums stay in registers; there are too few
 * for the sums of all rows. Multiply-adds are fused explicitly, because compilers for processors do
 * not fuse them.
 */
export function subgroupProducts({ rows, vec4sPerLane, lanes, aAlongK, bAlongK }: SubgroupTile): string {
  const sums = rows * vec4sPerLane;
  const loads = Math.ceil(rows / lanes);
  const column = (inner: number, four: number) =>
    bAlongK
      ? `vec4f(${[0, 1, 2, 3].map((number) => `right[${4 * four + number}].${components[inner]}`).join(', ')})`
      : `right[${4 * four + inner}]`;
  const broadcast = (row: number, inner: number) => {
    const vector = aAlongK ? row : (inner * rows) / 4 + Math.floor(row / 4);
    return `subgroupBroadcast(left[${Math.floor(vector / lanes)}].${components[aAlongK ? inner : row % 4]}, ${vector % lanes}u)`;
  };
  const addProducts = (name: string, inners: readonly number[]) => [
    `fn ${name}(sums: ptr<function, array<vec4f, ${sums}>>, left: array<vec4f, ${loads}>, right: array<vec4f, ${4 * vec4sPerLane}>) {`,
    ...inners.flatMap((inner) =>
      times(vec4sPerLane, (four) => `  let right${inner}_${four} = ${column(inner, four)};`),
    ),
    ...times(rows, (row) =>
      [
        ...inners.map((inner) => `  let left${row}_${inner} = ${broadcast(row, inner)};`),
        ...times(vec4sPerLane, (four) => {
          const sum = `(*sums)[${row * vec4sPerLane + four}]`;
          const added = inners.reduce(
            (before, inner) => `fma(vec4f(left${row}_${inner}), right${inner}_${four}, ${before})`,
            sum,
          );
          return `  ${sum} = ${added};`;
        }),
      ].join('\n'),
    ),
    '}',
  ];
  return [
    `const rows = ${rows}u;\nconst vec4sPerLane = ${vec4sPerLane}u;\nconst lanes = ${lanes}u;\nconst loads = ${loads}u;`,
    ...addProducts('addOne', [0]),
    ...addProducts('addFour', [0, 1, 2, 3]),
    `fn scaled(sums: array<vec4f, ${sums}>) -> array<vec4f, ${sums}> {`,
    `  return array(${times(sums, (sum) => `parameters.alpha * sums[${sum}]`).join(', ')});`,
    '}',
    '',
  ].join('\n');
}

function times(count: number, write: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => write(index));
}
