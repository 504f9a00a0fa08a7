import { gradientsOfKeys, ownFours, slopes } from './gradients.ts';
import { incoming, matrixMainBegins, prefetch, repeat, resident, storeRows, sumsOverKeys } from './products.ts';
import { matrixRows, placesOf, rowLanes } from './tiles.ts';
import type { FlashMatrixProgram } from './tiles.ts';
import { times } from '../flash/products.ts';

/** `main` of all gradients: a workgroup has a sequence, of one block of keys, and a head. */
export function flashMatrixBackward(program: FlashMatrixProgram): string {
  return gradientsOfKeys(program, {
    pass: 'backward',
    firstKey: 'firstOfSequence',
    delta: deltaOverKeys(program),
    ofBlock: gradientOfQueries(program),
  });
}

/** `main` of the gradients of keys and values: a workgroup has a block of a sequence's keys. */
export function flashMatrixGradKeyValue(program: FlashMatrixProgram): string {
  const firstKey = `firstOfSequence + workgroup.x * ${program.keys}u`;
  return gradientsOfKeys(program, { pass: 'gradKeyValue', firstKey, delta: savedDelta });
}

/**
 * `main` of the gradient of queries: a workgroup has a block of a sequence's queries, whose
 * gradient stays in fragments, and goes over its keys in blocks. With savesRows it
 * computes what the backward needs for each row, and saves it for the gradients of keys and values.
 */
export function flashMatrixGradQuery(program: FlashMatrixProgram): string {
  const { n, channels, keys, savesRows } = program;
  const places = placesOf('gradQuery', program);
  const [ofKeys, ofValues] = [incoming(program, 'gradQuery', 'key'), incoming(program, 'gradQuery', 'value')];
  return [
    ...matrixMainBegins(program, 'gradQuery'),
    ...(savesRows ? ['saveState(workgroup, thread);'] : []),
    `let firstRow = firstOfSequence + workgroup.x * ${matrixRows(program)}u;`,
    'if (firstRow >= endRow) { return; }',
    ...resident(program, 'gradQuery', 'query', 'firstRow'),
    ...resident(program, 'gradQuery', 'gradOutput', 'firstRow'),
    ...(savesRows ? deltaOfRow(program) : []),
    ...times(channels / 2 / n, (part) => `var sum${part} = Sums();`),
    ...ofKeys.declare,
    ...ofValues.declare,
    ...ofKeys.fetch('firstOfSequence'),
    ...ofValues.fetch('firstOfSequence'),
    `for (var firstKey = firstOfSequence; firstKey < endRow; firstKey += ${keys}u) {`,
    'workgroupBarrier();',
    ...ofKeys.put('firstKey'),
    ...ofValues.put('firstKey'),
    'workgroupBarrier();',
    ...prefetch(`firstKey + ${keys}u < endRow`, [
      ...ofKeys.fetch(`firstKey + ${keys}u`),
      ...ofValues.fetch(`firstKey + ${keys}u`),
    ]),
    ...slopes(program, 'gradQuery', savesRows ? [] : savedDelta),
    ...sumsOverKeys(program, 'sum', places.slopes, places.key),
    '}',
    ...storeRows(
      program,
      (part) => `sum${part}`,
      'setGradQuery',
      (row) => `firstRow + ${row}`,
    ),
    '}',
    '',
  ].join('\n');
}

const savedDelta: readonly string[] = ['let delta = deltaOf(bounded, head);'];

/**
 * delta = gradOutput . output of a thread's row: a row's threads take different chunks of it, add
 * up their parts where scores will be, and one of them saves the result.
 */
function deltaOfRow(program: FlashMatrixProgram): string[] {
  const lanes = rowLanes(program);
  return [
    'var ownDelta = 0.0;',
    ...repeat(program, program.channels / 4 / lanes, (part) => [
      `ownDelta += deltaOfChunk(firstRow + ownRow, endRow, head, ${part} * ${lanes}u + rowLane);`,
    ]),
    'tile[thread] = vec4u(bitcast<u32>(ownDelta), 0u, 0u, 0u);',
    'workgroupBarrier();',
    'var delta = 0.0;',
    `for (var other = 0u; other < ${lanes}u; other++) { delta += bitcast<f32>(tile[ownRow * ${lanes}u + other].x); }`,
    'if (rowLane == 0u && firstRow + ownRow < endRow) { saveRow(firstRow + ownRow, head, delta); }',
  ];
}

/**
 * delta is the sum over the keys of dropped probability * gradOutput . value; a
 * row's threads add it up.
 */
function deltaOverKeys(program: FlashMatrixProgram): string[] {
  const lanes = rowLanes(program);
  return [
    'var ownDelta = 0.0;',
    ...ownFours(program, (four) => `ownDelta += dot(probabilities${four} * factors${four}, gradients${four});`),
    'partial[thread] = ownDelta;',
    'workgroupBarrier();',
    'var delta = 0.0;',
    `for (var other = 0u; other < ${lanes}u; other++) { delta += partial[ownRow * ${lanes}u + other]; }`,
  ];
}

function gradientOfQueries(program: FlashMatrixProgram): string[] {
  const { n, channels } = program;
  const places = placesOf('backward', program);
  return [
    ...times(channels / 2 / n, (part) => `var gradQuery${part} = Sums();`),
    ...sumsOverKeys(program, 'gradQuery', places.slopes, places.key),
    ...storeRows(
      program,
      (part) => `gradQuery${part}`,
      'setGradQuery',
      (row) => `firstRow + ${row}`,
    ),
  ];
}
