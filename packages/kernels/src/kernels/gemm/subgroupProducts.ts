export interface SubgroupTile {
  readonly rows: number;
  readonly lanes: number;
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
}

const components = 'xyzw';

/** The functions of `subgroupTile.wgsl` that are unrolled, because the lane of a broadcast must be a constant. */
export function subgroupProducts({ rows, lanes, aAlongK, bAlongK }: SubgroupTile): string {
  const each = (write: (row: number) => string) => Array.from({ length: rows }, (_, row) => write(row));
  const loads = Math.ceil(rows / lanes);
  const parameters = `sums: ptr<function, array<vec4f, ${rows}>>, left: array<vec4f, ${loads}>, right: array<vec4f, 4>`;
  const products = (inner: number) => {
    const component = components[inner] as string;
    const values = bAlongK ? `vec4f(${[0, 1, 2, 3].map((column) => `right[${column}].${component}`).join(', ')})` : `right[${inner}]`;
    const multiply = (row: number) => {
      const vector = aAlongK ? row : (inner * rows) / 4 + Math.floor(row / 4);
      const value = `left[${Math.floor(vector / lanes)}].${aAlongK ? component : components[row % 4]}`;
      return `  (*sums)[${row}] += subgroupBroadcast(${value}, ${vector % lanes}u) * values;`;
    };
    return [`fn addProducts${inner}(${parameters}) {`, `  let values = ${values};`, ...each(multiply), '}'];
  };
  return [
    `const rows = ${rows}u;\nconst lanes = ${lanes}u;\nconst loads = ${loads}u;`,
    ...[0, 1, 2, 3].flatMap(products),
    `fn scaled(sums: array<vec4f, ${rows}>) -> array<vec4f, ${rows}> {`,
    `  return array(${each((row) => `parameters.alpha * sums[${row}]`).join(', ')});`,
    '}',
    '',
  ].join('\n');
}
