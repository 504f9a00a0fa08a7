import { beforeAll, describe, expect, it } from 'vitest';
// oxlint-disable-next-line import/no-unassigned-import
import './methods.ts';
import * as attune from './index.ts';
import type { Tensor } from './index.ts';

const { customOp, defaultDevice, mul, Parameter, sum, tensor, zeros } = attune;

beforeAll(async () => {
  await defaultDevice();
});

const parameter = (...values: number[]) => new Parameter(Float32Array.from(values), { shape: [values.length] });

describe('a shape', () => {
  it.each<[string, (shape: number[]) => Tensor]>([
    ['zeros', (shape) => zeros(shape)],
    ['full', (shape) => attune.full(shape, 1)],
    ['randn', (shape) => attune.randn(shape)],
    ['tensor', (shape) => tensor(new Float32Array(6), { shape })],
    ['new Parameter', (shape) => new Parameter(new Float32Array(6), { shape })],
    ['reshape', (shape) => zeros([6]).reshape(shape)],
    ['expand', (shape) => zeros([1, 3]).expand(shape)],
  ])('of %s stays when the array changes that it was made from', (_, make) => {
    const shape = [2, 3];
    const made = make(shape);
    shape[0] = 9;
    expect(made.shape).toEqual([2, 3]);
  });

  it('cannot be set, nor an extent of it', () => {
    const x = zeros([2, 3]);
    expect(() => Object.assign(x, { shape: [6] })).toThrow(TypeError);
    expect(() => Object.assign(x.shape, { 0: 6 })).toThrow(TypeError);
    expect([x.shape, x.size]).toEqual([[2, 3], 6]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'of no whole numbers',
      () => zeros([1.5, 4]),
      'zeros: shape must be an array of whole numbers of at least 0, such as [2, 3]; got [1.5, 4]',
    ],
    [
      'of texts',
      () => zeros([2]).reshape(['2'] as never),
      'reshape: shape must be an array of whole numbers of at least 0, or -1, such as [2, -1]; got ["2"]',
    ],
    ['of a dimension twice', () => zeros([2, 3]).permute([0, 0]), 'permute: dims names a dimension twice: [0, 0]'],
  ])('%s is shown', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('a tensor in an expression of JavaScript', () => {
  const use = (operation: (x: never) => unknown) => () => operation(zeros([2]) as never);
  it.each<[string, () => unknown]>([
    ['x + 1', use((x) => x + 1)],
    ['total += x', use((x) => 0 + x)],
    ['x * 2', use((x) => x * 2)],
    ['-x', use((x) => -x)],
    ['x > 0', use((x) => x > 0)],
    ['x == 0', use((x) => x == 0)], // oxlint-disable-line eqeqeq
    ['Math.exp(x)', use((x) => Math.exp(x))],
    ['Number(x)', use((x) => Number(x))],
  ])('%s is an error that says what to write', (_, expression) => {
    expect(expression).toThrow('a Tensor is not a number: use add(x, y)');
  });

  it('has a text in templates, and can be compared with null', () => {
    const x = zeros([2]);
    expect(`${x}`).toMatch(/^Tensor \[2\] f32 on /);
    expect(String(x)).toBe(x.toString());
    expect((x as Tensor | null) == null).toBe(false); // oxlint-disable-line eqeqeq
  });
});

describe('what PyTorch calls otherwise', () => {
  it.each<[string, (p: Record<string, unknown>) => unknown]>([
    ['is set', (p) => (p.requires_grad = false)],
    ['is read', (p) => p.requires_grad],
  ])('requires_grad that %s is refused', (_, use) => {
    expect(() => use(parameter(1) as never)).toThrow('requires_grad is called requiresGrad');
  });

  it('data cannot be set', async () => {
    const p = parameter(1);
    expect(() => Object.assign(p, { data: zeros([1]) })).toThrow(TypeError);
    expect([...(await p.data())]).toEqual([1]);
  });

  it('JSON has the text of a tensor', () => {
    expect(JSON.parse(JSON.stringify({ loss: zeros([]) }))).toEqual({ loss: zeros([]).toString() });
  });
});

describe('gradients', () => {
  it('are let go of by null, and are set to nothing else', () => {
    const p = parameter(1, 2);
    sum(p).backward();
    p.grad = null;
    expect(p.grad).toBeNull();
    expect(() => ((p as { grad: unknown }).grad = zeros([2]))).toThrow(
      'grad must be null where it is set; got a Tensor',
    );
  });

  it('have no gradients, and say so', () => {
    const p = parameter(1, 2);
    sum(mul(p, p)).backward();
    expect(() => sum(mul(p.grad!, p.grad!)).backward()).toThrow('there is no gradient of a gradient');
  });

  it.each([
    ['retain_graph', 'a graph can be used only once; compute the loss again'],
    ['retainGraph', 'a graph can be used only once; compute the loss again'],
    ['create_graph', 'there is no gradient of a gradient'],
    ['createGraph', 'there is no gradient of a gradient'],
  ])('%s says why it is not there', (name, message) => {
    const loss = () => sum(parameter(1)) as { backward(...given: unknown[]): void };
    expect(() => loss().backward({ [name]: true })).toThrow(`backward has no option ${name}: ${message}`);
    expect(() => loss().backward(1, { [name]: true })).toThrow(`backward has no option ${name}: ${message}`);
  });
});

describe('backward of customOp', () => {
  const gradientOf = (backward: (gradient: Tensor, result: Tensor, x: Tensor) => unknown) => {
    const double = customOp('double', { forward: (x) => mul(x, 2), backward: backward as never });
    const p = parameter(1, 2);
    sum(double(p)).backward();
    return p.grad?.toArray();
  };

  it('may return a single gradient without an array', async () => {
    expect(await gradientOf((gradient) => mul(gradient, 2))).toEqual([2, 2]);
  });

  it.each<[string, (gradient: Tensor) => unknown, string]>([
    [
      'nothing',
      () => undefined,
      'double: backward must return a gradient for each input, an array of 1 (a Tensor, or null for none); got undefined',
    ],
    ['too many', (gradient) => [gradient, gradient], 'an array of 1 (a Tensor, or null for none); got an array of 2'],
    ['numbers', () => [[2, 2]], 'got an array of 1'],
    [
      'another type',
      () => [tensor(Int32Array.of(1, 2))],
      'double: backward: the gradient of input 0 must be a tensor of f32 or f16; it is one of i32',
    ],
    ['another shape', (gradient) => [sum(gradient)], 'gave input 0 a gradient of the shape []; its own is [2]'],
  ])('that gives %s is an error', (_, backward, message) => {
    expect(() => gradientOf(backward)).toThrow(message);
  });
});

describe('losses', () => {
  const { mseLoss, l1Loss, smoothL1Loss, huberLoss, klDivLoss } = attune;
  const losses = Object.entries({ mseLoss, l1Loss, smoothL1Loss, huberLoss, klDivLoss });
  it.each(losses)('%s refuses to compare each number with each', (name, loss) => {
    expect(() => loss(zeros([4, 1]), zeros([4]))).toThrow(
      `${name}: input has the shape [4, 1] and target [4]: each number of one would be compared with each of the other, [4, 4]`,
    );
  });

  it.each(losses)('%s takes further dimensions of 1', async (_, loss) => {
    expect(loss(zeros([3, 1]), zeros([1, 1, 1]), { reduction: 'none' }).shape).toEqual([1, 3, 1]);
  });

  it.each(losses)('%s repeats one of them', async (_, loss) => {
    const [once, twice] = await Promise.all(
      [zeros([3]), zeros([2, 3])].map((input) => loss(input, tensor([[1, 2, 3]])).item()),
    );
    expect(once).toBe(twice);
  });
});

describe('modules', () => {
  const layer = () => new attune.Linear({ inFeatures: 1, outFeatures: 1 });
  it.each<[string, () => unknown, string]>([
    [
      'zeroGrad as in PyTorch',
      () => layer().zeroGrad(true as never),
      'zeroGrad: got true as an extra argument; it takes nothing, as by set_to_none=True',
    ],
    [
      'where a hook stands',
      () => layer().registerForwardHook(() => {}, { prepend: true } as never),
      'registerForwardHook: got an object with prepend as an extra argument; it takes a hook alone',
    ],
    [
      'what a hook is called with',
      () => layer().registerForwardPreHook(() => {}, { withKwargs: true } as never),
      'as an extra argument; it takes a hook alone',
    ],
  ])('%s', (_, use, message) => {
    expect(use).toThrow(message);
  });
});
