import { entryOfSubgroups, fragmentTypes, loadMatrix } from '../subgroupMatrix/fragments.ts';
import { matrixTileLayout, times } from './layout.ts';
import type { MatrixTileLayout, MatrixTileSide, MatrixTileText } from './layout.ts';
import { epilogue, firstSums, storesOfFragments, sumsOfColumns } from './results.ts';

/** Writes `main` of `matrixTile.wgsl`. */
export function matrixTileMain(text: MatrixTileText): string {
  const layout = matrixTileLayout(text);
  const { rows, columns, threads, a, b, halves, finished } = layout;
  const { m, n, lanes, subgroupRows, subgroupColumns, slices, rowFragments, columnFragments, inner } = text;
  const { words, direct, columnSums } = text;
  const memory = words
    ? [`var<workgroup> tile: array<vec4u, ${Math.max(halves / 8, finished / 4)}>;`]
    : [`var<workgroup> tile: array<f16, ${halves}>;`, `var<workgroup> finished: array<f32, ${finished}>;`];
  return [
    fragmentTypes(text),
    ...memory,
    entryOfSubgroups(threads, text),
    'fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {',
    `  let task = taskOf(workgroup, workgroups, ${rows}u, ${columns}u);`,
    '  if (task.outside) { return; }',
    ...(slices === 1
      ? [`  let subgroup = thread / ${lanes}u;`]
      : [
          `  let slice = thread / ${threads / slices}u;`,
          `  let subgroup = thread / ${lanes}u % ${subgroupRows * subgroupColumns}u;`,
        ]),
    `  let row = subgroup / ${subgroupColumns}u * ${rowFragments * m}u;`,
    `  let column = subgroup % ${subgroupColumns}u * ${columnFragments * n}u;`,
    `  let whole = task.firstRow + ${rows}u <= parameters.m && task.firstColumn + ${columns}u <= parameters.n;`,
    ...[a, b].flatMap(places),
    ...times(rowFragments, (i) => times(columnFragments, (j) => `  var sum${i}_${j}: Sums;`).join('')),
    ...(direct ? firstSums(text, layout) : []),
    ...(columnSums ? ['  var columnsOfA: mat2x4f;'] : []),
    '  var inner = task.firstInner;',
    ...loads(layout, text),
    // A loop that the WGSL compiler can prove to end gets no extra counter.
    `  let turns = (task.endInner - inner + ${inner - 1}u) / ${inner}u;`,
    '  for (var turn = 0u; turn < turns; turn++) {',
    '    workgroupBarrier();',
    ...[a, b].flatMap((side) => stores(side, words)),
    '    workgroupBarrier();',
    `    inner += ${inner}u;`,
    ...[a, b].flatMap((side) => steps(side, inner)),
    ...loads(layout, text),
    ...products(text, layout),
    '  }',
    ...(columnSums ? sumsOfColumns(text, layout) : []),
    ...(direct ? ['  if (whole) {', ...storesOfFragments(text), '    return;', '  }'] : []),
    ...epilogue(text, layout),
    '}',
  ].join('\n');
}

/** For each operand's outer dimension: its size, and where this tile starts. */
const across = {
  A: { size: 'parameters.m', first: 'task.firstRow' },
  B: { size: 'parameters.n', first: 'task.firstColumn' },
};

/**
 * Where each group of eight of a thread lies in memory (`place`, counted in groups where lines have
 * whole ones) and in workgroup memory (`slot`). Between turns only a constant is added.
 */
function places({ name, width, stride, start, turns, linesApart, alongK, eights }: MatrixTileSide): string[] {
  const { size, first } = across[name];
  const lines = [
    `  let line${name} = thread / ${width / 8}u;`,
    `  let along${name} = thread % ${width / 8}u * 8u;`,
    `  let slot${name} = line${name} * ${stride / 8}u + thread % ${width / 8}u + ${start / 8}u;`,
  ];
  if (!alongK) lines.push(`  let across${name} = ${first} + along${name};`);
  for (let i = 0; i < turns; i++) {
    const line = `line${name} + ${i * linesApart}u`;
    const begin = alongK
      ? `task.offset${name} + min(${first} + ${line}, ${size} - 1u) * parameters.k`
      : `task.offset${name} + (task.firstInner + ${line}) * ${size}`;
    const along = alongK ? `task.firstInner + along${name}` : `min(across${name}, ${size} - 8u)`;
    lines.push(`  var place${name}${i} = ${eights ? `(${begin} + ${along}) / 8u` : begin};`);
    lines.push(`  var next${name}${i}: vec4u;`);
  }
  return lines;
}

/** Advances the places of an operand to the next inner steps. */
function steps({ name, turns, alongK, eights }: MatrixTileSide, inner: number): string[] {
  if (alongK && !eights) return [];
  const step = alongK ? `${inner / 8}u` : `${eights ? inner / 8 : inner}u * ${across[name].size}`;
  return times(turns, (i) => `    place${name}${i} += ${step};`);
}

/**
 * Loads the groups of eight of the next inner steps into registers. Column sums of A are taken
 * before rounding; a thread loads the same eight columns in all its turns.
 */
function loads({ a, b }: MatrixTileLayout, { inner, columnSums }: MatrixTileText): string[] {
  const ofSide = ({ name, turns, linesApart, alongK, eights }: MatrixTileSide, checked: boolean) =>
    times(turns, (i) => {
      const target = `    next${name}${i}`;
      const place = eights
        ? `place${name}${i}`
        : alongK
          ? `place${name}${i}, inner + along${name}, task.endInner`
          : `place${name}${i}, across${name}, ${across[name].size}`;
      const load =
        columnSums && name === 'A'
          ? `    { let fours = foursOfA(${place}); columnsOfA += fours; ${target.trim()} = halvesOf(fours); }`
          : `${target} = eightOf${name}(${place});`;
      if (!checked || (alongK && !eights)) return load;
      const at = alongK ? `along${name}` : `line${name} + ${i * linesApart}u`;
      return `${target} = vec4u(); if (inner + ${at} < task.endInner) {${load} }`;
    });
  return [
    `  if (inner + ${inner}u <= task.endInner) {`,
    ...[a, b].flatMap((side) => ofSide(side, false)),
    '  } else if (inner < task.endInner) {',
    ...[a, b].flatMap((side) => ofSide(side, true)),
    '  }',
  ];
}

/** Stores the groups of eight from registers to workgroup memory. */
function stores({ name, stride, turns, linesApart }: MatrixTileSide, words: boolean): string[] {
  return times(turns, (i) => {
    const slot = `slot${name} + ${(i * linesApart * stride) / 8}u`;
    if (words) return [`    tile[${slot}] = next${name}${i};`];
    return times(8, (j) => {
      const pair = `bitcast<vec2h>(next${name}${i}[${j >> 1}])`;
      return `    tile[(${slot}) * 8u + ${j}u] = ${pair}[${j % 2}];`;
    });
  }).flat();
}

/**
 * Multiplies the fragments of the inner steps in workgroup memory, or of a slice's part of them.
 */
function products(text: MatrixTileText, { a, b }: MatrixTileLayout): string[] {
  const { m, n, k, rowFragments, columnFragments, inner, words, slices } = text;
  const per = words ? 8 : 1;
  const part = inner / slices;
  // The line and the place along it are constants, plus the first ones of the slice and the
  // subgroup.
  const fragment = (
    type: 'Left' | 'Right',
    side: MatrixTileSide,
    own: string,
    lineAcross: number,
    lineInner: number,
  ) => {
    const { stride, start, alongK } = side;
    const fixed = start + (alongK ? lineAcross * stride + lineInner : lineInner * stride + lineAcross);
    const ofSubgroup = alongK ? `${own} * ${stride / per}u` : per === 1 ? own : `${own} / ${per}u`;
    const ofSlice = ` + slice * ${(part * (alongK ? 1 : stride)) / per}u`;
    const base = slices === 1 ? ofSubgroup : ofSubgroup + ofSlice;
    return loadMatrix(text, {
      type,
      array: 'tile',
      place: `${base} + ${fixed / per}u`,
      stride: `${stride / per}u`,
      columnMajor: alongK === (side.name === 'B'),
    });
  };
  return times(part / k, (step) => [
    ...times(rowFragments, (i) => `    let left${step}_${i} = ${fragment('Left', a, 'row', i * m, step * k)};`),
    ...times(columnFragments, (j) => [
      `    let right${step}_${j} = ${fragment('Right', b, 'column', j * n, step * k)};`,
      ...times(
        rowFragments,
        (i) =>
          `    sum${i}_${j} = subgroupMatrixMultiplyAccumulate(left${step}_${i}, right${step}_${j}, sum${i}_${j});`,
      ),
    ]).flat(),
  ]).flat();
}
