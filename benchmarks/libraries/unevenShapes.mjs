import * as attune from '../../packages/tensor/dist/index.js';
import { numbers } from './serve.mjs';

/** Elements of every input. */
const elements = 2 ** 20;
const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);

/**
 * Shapes of as many elements, and the axis that is reduced: the first is even, in the others one
 * thread could walk far, or many find little to do.
 */
const axisShapes = {
  even: { shape: [1024, 1024], axis: 1 },
  'one row': { shape: [1, elements], axis: 1 },
  '16 rows': { shape: [16, elements / 16], axis: 1 },
  'one column': { shape: [elements, 1], axis: 0 },
  '4 columns': { shape: [elements / 4, 4], axis: 0 },
};
const rowShapes = Object.fromEntries(Object.entries(axisShapes).filter(([, { axis }]) => axis === 1));

const alongAxis = (compute, differentiable = true) => ({
  shapes: axisShapes,
  differentiable,
  inputs: ({ shape }) => [shape],
  compute: ([x], { axis }) => compute(x, axis),
});

/** Rows by an index: random ones, or one for all. */
const indexShapes = Object.fromEntries(
  [
    ['even', elements / 1024, 1024, false],
    ['2^17 rows of 8', 2 ** 17, 8, false],
    ['2^20 of 1', elements, 1, false],
    ['2^17 equal of 8', 2 ** 17, 8, true],
    ['2^20 equal of 1', elements, 1, true],
  ].map(([name, rows, columns, equal]) => [name, { rows, columns, equal }]),
);
const tableRows = 1024;
const indicesOf = ({ rows, equal }) =>
  Int32Array.from({ length: rows }, (_, row) => (equal ? 3 : (Math.imul(row + 1, 0x9e3779b1) >>> 0) % tableRows));

const byIndex = (compute) => ({
  shapes: indexShapes,
  differentiable: true,
  inputs: ({ columns }) => [[tableRows, columns]],
  compute: ([table], shape, indices) => compute(table, indices, shape),
});

const labelsOf = ([rows, classes]) => Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes);

/** Operations by name: shapes, the inputs of each, and what is computed. */
export const unevenOperations = {
  sum: alongAxis((x, axis) => attune.sum(x, axis)),
  prod: alongAxis((x, axis) => attune.prod(x, axis)),
  max: alongAxis((x, axis) => attune.max(x, axis)),
  norm: alongAxis((x, axis) => attune.norm(x, axis)),
  std: alongAxis((x, axis) => attune.std(x, axis)),
  logSumExp: alongAxis((x, axis) => attune.logSumExp(x, axis)),
  argMax: alongAxis((x, axis) => attune.argMax(x, axis), false),
  cumsum: alongAxis((x, axis) => attune.cumsum(x, axis)),
  softmax: alongAxis((x, axis) => attune.softmax(x, axis)),
  logSoftmax: alongAxis((x, axis) => attune.logSoftmax(x, axis)),
  sort: alongAxis((x, axis) => attune.sort(x, axis).values),
  'topk of 10': alongAxis((x, axis) => attune.topk(x, 10, axis).values),
  mseLoss: {
    shapes: rowShapes,
    differentiable: true,
    inputs: ({ shape }) => [shape, shape],
    compute: ([x, y]) => attune.mseLoss(x, y),
  },
  layerNorm: {
    shapes: rowShapes,
    differentiable: true,
    inputs: ({ shape }) => [shape, [shape[1]], [shape[1]]],
    compute: ([x, weight, bias]) => attune.layerNorm(x, weight, bias),
  },
  crossEntropy: {
    shapes: rowShapes,
    differentiable: true,
    inputs: ({ shape }) => [shape],
    compute: ([x], { shape }) => attune.crossEntropy(x, labelsOf(shape)),
  },
  'crossEntropy by a tensor of labels': {
    shapes: rowShapes,
    differentiable: true,
    inputs: ({ shape }) => [shape],
    compute: ([x], { shape }) =>
      attune.crossEntropy(x, attune.tensor(labelsOf(shape), { shape: [shape[0]], device: x.device })),
  },
  'add of a row': {
    shapes: {
      even: [1024, 1024],
      '4 columns': [elements / 4, 4],
      'one column': [elements, 1],
      'one row': [1, elements],
    },
    differentiable: true,
    inputs: (shape) => [shape, [shape[1]]],
    compute: ([x, row]) => attune.add(x, row),
  },
  indexSelect: byIndex((table, indices, { rows }) =>
    attune.indexSelect(table, 0, attune.tensor(indices, { shape: [rows], device: table.device })),
  ),
  gatherRows: byIndex((table, indices) => attune.gatherRows(table, Uint32Array.from(indices))),
};

/**
 * One operation of one shape with its gradients, if it has any. Milliseconds are those of a GPU by
 * timestamps, and on software adapters those of this process on all processors, which other
 * programs change little.
 */
export const unevenOperation = (device) =>
  async function prepare({ name, shape: shapeName }) {
    const { shapes, inputs: shapesOf, compute, differentiable } = unevenOperations[name];
    const shape = shapes[shapeName];
    const inputs = shapesOf(shape).map((extents) =>
      attune.tensor(numbers(sizeOf(extents)), { shape: extents, device, requiresGrad: differentiable }),
    );
    const indices = shape.rows ? indicesOf(shape) : undefined;
    const gradient = differentiable ? gradientOf(device, () => compute(inputs, shape, indices)) : null;
    const record = () => {
      const result = compute(inputs, shape, indices);
      if (gradient) result.backward(gradient);
      for (const input of inputs) input.clearGrad();
    };
    return async (repeats) => {
      if (!device.info.software) device.startProfiling();
      const before = process.cpuUsage();
      for (let index = 0; index < repeats; index++) device.scope(record);
      await device.idle();
      const used = process.cpuUsage(before);
      const kernels = device.info.software ? [] : await device.stopProfiling();
      const timestamps = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      return { milliseconds: (device.info.software ? (used.user + used.system) / 1000 : timestamps) / repeats };
    };
  };

function gradientOf(device, compute) {
  const { shape } = device.scope(compute);
  return shape.length === 0 ? 1 : attune.tensor(numbers(sizeOf(shape)), { shape, device });
}
