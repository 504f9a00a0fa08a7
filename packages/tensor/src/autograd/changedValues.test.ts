import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../index.ts';
import type { Tensor } from '../index.ts';

const { AdamW, customOp, defaultDevice, mul, Parameter, SGD, sum, tensor, zeros } = attune;

beforeAll(async () => {
  await defaultDevice();
});

describe('a backward pass after weights were changed', () => {
  const { attention, checkpoint, crossEntropy, init, layerNorm, Linear, linear, matmul, nllLoss, noGrad, norm } =
    attune;
  const { packSequences, reshape, square } = attune;
  const weight = () => new Parameter(Float32Array.of(1, 2, 3, 4), { shape: [2, 2] });
  const x = () => tensor([[1, 2]], { requiresGrad: true });
  const x2 = () => tensor([[1, 2], [3, 4]], { requiresGrad: true }); // oxfmt-ignore
  const row = () => tensor([[1, 2, 3, 4]], { requiresGrad: true });
  const packed = () => ({ sequences: packSequences(zeros([1]).device, Uint32Array.of(0, 2)), numHeads: 1 });
  const changes: readonly (readonly [string, (w: InstanceType<typeof Parameter>) => unknown])[] = [
    ['setData', (w) => w.setData(new Float32Array(4))],
    ['init', (w) => init.ones(w)],
    ['an optimizer', (w) => stepped(w)],
  ];
  const stepped = (w: InstanceType<typeof Parameter>) => {
    const optimizer = new SGD([w], { lr: 1 });
    sum(w).backward();
    return optimizer.step();
  };

  it.each(
    changes.flatMap(([by, change]) =>
      Object.entries<(w: Tensor) => Tensor>({
        square: (w) => square(w),
        mul: (w) => mul(w, w),
        matmul: (w) => matmul(x(), w),
        linear: (w) => linear(x(), w),
        norm: (w) => norm(w),
        layerNorm: (w) => layerNorm(zeros([4]), reshape(w, [4]), zeros([4])),
        'layerNorm of it': (w) => layerNorm(w, zeros([2]), zeros([2])),
        attention: (w) => attention(w, w, w, packed()),
        'attention as its value': (w) => attention(x2(), x2(), w, packed()),
        'attention as its key': (w) => attention(x2(), w, x2(), packed()),
        'crossEntropy of it': (w) => crossEntropy(w, tensor(Int32Array.of(0, 1)), { reduction: 'sum' }),
        'crossEntropy with its target': (w) => crossEntropy(x2(), w),
        'nllLoss with its weights': (w) =>
          nllLoss(row(), tensor(Int32Array.of(1)), { weight: reshape(w, [4]).detach() }),
        cube: (w) => customOp('cube', { forward: square, backward: (g, _, y) => mul(g, mul(y, 2)) })(w),
        'cube of two': (w) =>
          customOp('cube', { forward: (a, b) => mul(a!, b!), backward: (g, _, a, b) => [mul(g, b!), mul(g, a!)] })(
            x2(),
            w,
          ),
        checkpoint: (w) => checkpoint((y) => mul(y, w), x2()),
        'mul with what was detached': (w) => mul(x2(), w.detach()),
        'mul with a view': (w) =>
          mul(
            reshape(x2(), [4]),
            noGrad(() => reshape(w, [4])),
          ),
      }).map(([what, operation]) => [what, by, operation, change] as const),
    ),
  )('that %s would read is told: %s', (what, _, operation, change) => {
    const w = weight();
    const loss = sum(operation(w));
    change(w);
    expect(() => loss.backward()).toThrow(
      `backward(): ${what.split(' ')[0]} reads values that have changed since: a parameter by step() of an optimizer or by setData(), or a gradient by another backward(). Compute the loss again`,
    );
  });

  // PyTorch: "modified by an inplace operation".
  it.each<[string, (w: InstanceType<typeof Parameter>) => unknown]>([
    ['another backward()', (w) => sum(w).backward()],
    ['clipGradValue', (w) => attune.clipGradValue([w], 0.5)],
    ['clearGrad() of an optimizer', (w) => w.clearGrad()],
  ])('is refused where it reads a gradient that was changed by %s', (by, change) => {
    const w = weight();
    using optimizer = by.endsWith('optimizer') ? new SGD([w], { lr: 1 }) : null;
    sum(mul(w, 3)).backward();
    const penalty = sum(mul(w, w.grad!));
    change(w);
    expect(() => penalty.backward(), String(optimizer)).toThrow('or a gradient by another backward(). Compute');
  });

  it('reads a gradient that nothing has changed since', async () => {
    const w = weight();
    sum(mul(w, 3)).backward();
    const other = new Parameter(Float32Array.of(1, 1, 1, 1), { shape: [2, 2] });
    sum(mul(other, w.grad!)).backward();
    expect([...(await other.grad!.data())]).toEqual([3, 3, 3, 3]);
  });

  it('continues where nothing reads them, as in PyTorch', async () => {
    const w = weight();
    const scaled = sum(mul(w, tensor([[1, 2]])));
    const product = sum(linear(tensor([[5, 6]]), w));
    w.setData(new Float32Array(4));
    scaled.backward();
    product.backward();
    expect(await w.grad!.toArray()).toEqual([
      [6, 8],
      [6, 8],
    ]);
  });

  it('continues where an optimizer was made, and not stepped', async () => {
    const layer = new Linear({ weight: weight() });
    const w = layer.weight;
    const input = x();
    const loss = sum(square(layer.forward(input)));
    const optimizer = new AdamW(layer.parameters(), { lr: 1 });
    loss.backward();
    expect(await w.grad!.toArray()).toEqual([
      [10, 20],
      [22, 44],
    ]);
    expect(await input.grad!.toArray()).toEqual([[76, 108]]);
    optimizer.dispose();
  });
});

describe('an error for a released tensor that backward reads names the operation', () => {
  const index = () => tensor(Int32Array.of(1, 0));
  it.each<[string, (x: Tensor) => readonly [Tensor, Tensor]]>([
    ['softmax', (x) => both(attune.softmax(x))],
    ['gather', (x) => of(index(), (at) => attune.gather(x, 0, at))],
    ['scatterAdd', (x) => of(index(), (at) => attune.scatterAdd(zeros([2]), 0, at, x))],
    ['norm', (x) => both(attune.norm(x))],
  ])('%s', (name, compute) => {
    const x = tensor([1, 2], { requiresGrad: true });
    const [result, gone] = compute(x);
    const loss = sum(result);
    gone.dispose();
    expect(() => loss.backward()).toThrow(
      `backward(): ${name} reads a tensor whose memory was released. Call backward() before dispose() or the end of a device.scope`,
    );
  });

  const both = (result: Tensor) => [result, result] as const;
  const of = (given: Tensor, call: (given: Tensor<'i32'>) => Tensor) => [call(given as Tensor<'i32'>), given] as const;
});
