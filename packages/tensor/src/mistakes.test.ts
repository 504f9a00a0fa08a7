import { beforeAll, describe, expect, it } from 'vitest';
// oxlint-disable-next-line import/no-unassigned-import
import './methods.ts';
import * as attune from './index.ts';
import type { Tensor } from './index.ts';

const { AdamW, customOp, defaultDevice, getScheduler, mul, Parameter, SGD, sum, tensor, zeros } = attune;

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

describe('optimizers and schedulers', () => {
  const optimizer = () => new SGD([parameter(1)], { lr: 1 });
  it.each<[string, () => unknown, string]>([
    [
      'tensors',
      () => new AdamW([zeros([2])] as never),
      'new AdamW: parameter 0 must be a Parameter, or a name and a Parameter; got a Tensor',
    ],
    [
      'a model of layers',
      () => new AdamW(new attune.Sequential(new attune.ReLU()) as never),
      'new AdamW: parameter 0 must be a Parameter, or a name and a Parameter; got a ReLU',
    ],
    [
      'a closure',
      () => new SGD([parameter(1)], { lr: 1 }).step((() => 1) as never),
      'step: got a function as an extra argument; it calls no closure: call backward() before it',
    ],
    [
      'a setting of a group that there is not',
      () => Object.assign(new SGD([parameter(1)], { lr: 1 }).paramGroups[0]!, { weight_decay: 1 }),
      'weight_decay',
    ],
    [
      'a scheduler of an optimizer alone',
      () => getScheduler('linear', new SGD([parameter(1)], { lr: 1 }) as never),
      "getScheduler takes its options as an object, { optimizer, numTrainingSteps, … }; got an optimizer: getScheduler('linear', { optimizer })",
    ],
    [
      'zeroGrad as in PyTorch',
      () => optimizer().zeroGrad({ setToNone: false } as never),
      'zeroGrad: got an object with setToNone as an extra argument',
    ],
    [
      'an epoch of a scheduler',
      () => getScheduler('constant', { optimizer: optimizer(), numTrainingSteps: 9 }).step(3 as never),
      'step: got 3 as an extra argument; it takes nothing, and counts its calls',
    ],
    [
      'an epoch beside a metric',
      () => new attune.ReduceLROnPlateau(optimizer()).step(1, 3 as never),
      'step: got 3 as an extra argument; it takes the metric alone, and counts its calls',
    ],
    [
      'an option of a plateau beside kwargs',
      () => getScheduler('reduce_lr_on_plateau', { optimizer: optimizer(), patience: 3 } as never),
      'getScheduler has no option patience; it has kwargs, numWarmupSteps, numTrainingSteps',
    ],
    [
      'no number in kwargs',
      () => getScheduler('polynomial', { baseLearningRate: 1, numTrainingSteps: 9, kwargs: { power: 'two' } }),
      'the schedule polynomial: power must be a finite number; got "two"',
    ],
    [
      'a generator that was gone through',
      () => {
        const parameters = new attune.Linear({ inFeatures: 1, outFeatures: 1 }).parameters();
        return [new SGD([...parameters]), new SGD(parameters)];
      },
      'new SGD: no parameter was given. A generator such as model.parameters() can be iterated only once; call it again',
    ],
    [
      'a group of the first form with an option that there is not',
      () => new AdamW({ groups: [{ parameters: [parameter(1)], momentum: 1 }] } as never),
      'new AdamW, group 0 has no option momentum',
    ],
    [
      'another option beside the first form',
      () => new AdamW({ groups: [{ parameters: [parameter(1)] }] } as never, { amsgrad: true } as never),
      'new AdamW has no option amsgrad: it is not implemented',
    ],
  ])('%s', (_, use, message) => {
    expect(use).toThrow(message);
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
