import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import * as api from '../../index.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { testTorchCases } from '../../testing/testTorchCases.ts';
import { goldenNumbers } from '../../testing/torchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const make = (shape: Shape, index = 0, dtype: 'f32' | 'i32' = 'f32') => {
  const values = goldenNumbers(shape, 37, 11 + 5 * index, 23);
  return dtype === 'f32'
    ? api.tensor(values, { shape, device, requiresGrad: true })
    : api.tensor(
        Int32Array.from(values, (value) => 8 * value),
        { shape, device },
      );
};

describe('what moves data equals PyTorch', () => {
  testTorchCases('torch_shapes.json', () => device, { roundings: 0, integers: true });

  it('moves up to eight dimensions, and refuses more', async () => {
    const shape = [2, 2, 2, 2, 2, 2, 2, 2];
    const reversed = api.permute(make(shape), [7, 6, 5, 4, 3, 2, 1, 0]);
    const back = api.permute(reversed, [7, 6, 5, 4, 3, 2, 1, 0]);
    expect(await back.data()).toEqual(await make(shape).data());
    const nine = api.reshape(make(shape), [2, 2, 2, 2, 2, 2, 2, 2, 1]);
    expect(api.permute(nine, [8, 7, 6, 5, 4, 3, 2, 1, 0]).shape).toEqual([1, ...shape]);
  });

  it('rolls a dimension that is named twice by both shifts', async () => {
    const x = make([2, 3]);
    expect(await api.roll(x, [1, 1], [1, -1]).data()).toEqual(await api.roll(x, 2, 1).data());
    expect(await api.roll(x, [1, -1], [0, 0]).data()).toEqual(await x.data());
  });

  it('shares memory where elements stay in order', () => {
    const x = make([2, 1, 3]);
    for (const view of [
      api.permute(x, [1, 0, 2]),
      api.expand(x, [2, -1, 3]),
      api.slice(x, [0, 2]),
      api.reshape(x, [-1]),
    ])
      expect(view.memory).toBe(x.memory);
  });
});

it('reshape has the gradient of finite differences, and names what does not fit', async () => {
  await checkGradient({
    device,
    shapes: [[2, 6]],
    operation: (x) => api.reshape(x!, [3, 4]),
    reference: (x) => x!,
  });
  const call = () => api.reshape(api.tensor(new Float32Array(6), { shape: [2, 3], device }), [4]);
  expect(call).toThrow(api.ShapeError);
  expect(call).toThrow(/reshape: \[2, 3\] has 6 elements; \[4\] has 4/);
});

describe('misuse gives an error that says what is wrong', () => {
  it.each<[string, (call: Readonly<Record<string, (...given: unknown[]) => unknown>>, x: Tensor) => unknown, RegExp]>([
    ['no tensor', ({ permute }) => permute!([1], [0]), /permute: input must be a Tensor; got an array of 1/],
    [
      'an axis out of range',
      ({ transpose }, x) => transpose!(x, 0, 2),
      /transpose: dim1 must be a whole number from -2 to 1 for the shape \[2, 3\]; got 2/,
    ],
    ['an axis twice', ({ permute }, x) => permute!(x, [0, 0]), /permute: dims names a dimension twice/],
    [
      'an axis too few',
      ({ permute }, x) => permute!(x, [0]),
      /permute: dims must name each of the 2 dimensions of \[2, 3\]/,
    ],
    [
      'a shape that does not fit',
      ({ expand }, x) => expand!(x, [4, 3]),
      /expand: \[2, 3\] cannot be expanded to \[4, 3\]/,
    ],
    [
      'another number of elements',
      ({ reshape }, x) => reshape!(x, [4, -1]),
      /reshape: \[2, 3\] has 6 elements; \[4, -1\] leaves no single size for -1/,
    ],
    [
      'an index out of range',
      ({ select }, x) => select!(x, 1, 3),
      /select: index must be a whole number from -3 to 2 for dimension 1 of \[2, 3\]; got 3/,
    ],
    [
      'a part too long',
      ({ narrow }, x) => narrow!(x, 1, 2, 2),
      /narrow: start 2 and length 2 do not lie within the 3 elements/,
    ],
    ['a range of texts', ({ slice }, x) => slice!(x, '1:2'), /slice: range 0 must be null, or \[start, end, step\]/],
    ['too many ranges', ({ slice }, x) => slice!(x, null, null, null), /slice: got 3 ranges for the 2 dimensions/],
    ['a step of 0', ({ slice }, x) => slice!(x, [0, 2, 0]), /slice: range 0 must be/],
    [
      'sizes that do not add up',
      ({ split }, x) => split!(x, [1, 2]),
      /split: the sizes \[1, 2\] do not add up to 2, dimension 0 of \[2, 3\]/,
    ],
    [
      'sizes that are none',
      ({ split }, x) => split!(x, [1, -1]),
      /split: size must be a whole number of at least 1, or an array of whole numbers; got an array whose element 1 is -1/,
    ],
    [
      'a number for a list',
      ({ repeat }, x) => repeat!(x, 2),
      /repeat: repeats must be an array of whole numbers of at least 0; got 2/,
    ],
    ['dims that are none', ({ roll }, x) => roll!(x, 1, '0'), /roll: dims must be a whole number, or an array of them/],
    ['no tensors', ({ concat }) => concat!([]), /concat: tensors must be an array of at least one tensor/],
    [
      'shapes that differ',
      ({ concat }, x) => concat!([x, make([2, 4])]),
      /concat: tensor 1 has the shape \[2, 4\] and tensor 0 \[2, 3\]; only dimension 0 may differ/,
    ],
    [
      'types that differ',
      ({ concat }, x) => concat!([x, make([2, 3], 0, 'i32')]),
      /concat: tensor 1 is of i32 and tensor 0 of f32/,
    ],
    [
      'a padding of one side',
      ({ pad }, x) => pad!(x, [1]),
      /pad: padding must be an array of whole numbers, two for each/,
    ],
    ['an unknown option', ({ pad }, x) => pad!(x, [1, 1], { valeu: 1 }), /pad has no option valeu; it has value/],
    ['more shifts than dims', ({ roll }, x) => roll!(x, [1, 2], [0]), /roll: got 2 shifts for 1 dims/],
    [
      'one dimension for two',
      ({ diagonal }, x) => diagonal!(x, 0, 1, -1),
      /diagonal: dim0 and dim1 are the same dimension/,
    ],
  ])('%s', (_, call, message) => {
    expect(() => call(api as never, make([2, 3]))).toThrow(message);
  });
});
