import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '@attune/kernels';
import type { Device } from '../device.ts';
import { Mt19937 } from '../random/mt19937.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { add, mul } from './elementwise/binary.ts';
import { cast } from './elementwise/cast.ts';
import { tensor } from './creation/create.ts';
import { layerNorm } from './normalisation/layerNorm.ts';
import { releaseActivated, linear } from './products/linear.ts';
import { sum } from './reductions/reductions.ts';

// What GPUs compute in one kernel and processors in several, forced on whatever adapter runs this.
let device: Device;
beforeAll(async () => {
  device = await openDevice();
  await loadVariants();
});
afterAll(() => device.destroy());

const [rows, width, wide] = [37, 12, 20];
const shapes = {
  input: [rows, width],
  inner: [wide, width],
  innerBias: [wide],
  outer: [width, wide],
  outerBias: [width],
  scale: [width],
  shift: [width],
} as const;
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[];

interface Run {
  readonly gradients: Readonly<Partial<Record<Name, Float32Array>>>;
  /** Of the backward pass. */
  readonly dispatches: number;
}

interface Options {
  readonly frozen?: readonly Name[];
  readonly passes?: number;
  /** What else is computed of the hidden values, and summed up. */
  readonly more?: (hidden: Tensor) => readonly Tensor[];
}

/** Gradients of a linear layer with GELU, a second one, and a layer norm with the residual. */
async function run(software: boolean, { frozen = [], passes = 1, more = () => [] }: Options = {}): Promise<Run> {
  Object.assign(device, { profile: { ...device.profile, software } });
  const random = new Mt19937(3);
  const inputs = {} as Record<Name, Tensor>;
  for (const name of names) {
    const shape = shapes[name];
    inputs[name] = tensor(random.normal(sizeOf(shape)), { shape, device, requiresGrad: !frozen.includes(name) });
  }
  const weights = tensor(random.normal(rows * width), { shape: [rows, width], device });
  let before = 0;
  for (let pass = 0; pass < passes; pass++) {
    const { input, inner, innerBias, outer, outerBias, scale, shift } = inputs;
    const hidden = linear(input, inner, innerBias, { activation: 'gelu' });
    const output = layerNorm(linear(hidden, outer, outerBias), scale, shift, { residual: input });
    const loss = [mul(output, weights), ...more(hidden)].map((term) => sum(term)).reduce(add);
    before = device.statistics.dispatches;
    loss.backward();
  }
  const { dispatches } = device.statistics;
  const gradients: Partial<Record<Name, Float32Array>> = {};
  for (const name of names) {
    const gradient = await inputs[name].grad?.data();
    if (gradient) gradients[name] = Float32Array.from(gradient);
  }
  return { gradients, dispatches: dispatches - before };
}

function expectSame(onGpu: Run, onProcessor: Run): void {
  expect(Object.keys(onGpu.gradients)).toEqual(Object.keys(onProcessor.gradients));
  for (const [name, gradient] of Object.entries(onProcessor.gradients)) {
    const scale = Math.max(...gradient.map(Math.abs));
    for (const [index, value] of gradient.entries()) {
      const other = onGpu.gradients[name as Name]?.[index] as number;
      expect(Math.abs(other - value), `${name} at ${index}`).toBeLessThan(4e-6 * scale);
    }
  }
}

/** Gradients of two linear layers in f16, GELU between them, of which the result may go early. */
async function runInHalves(options: { readonly letGo?: boolean; readonly frozen?: Name }) {
  Object.assign(device, { profile: { ...device.profile, software: false } });
  const random = new Mt19937(3);
  const made = (['input', 'inner', 'innerBias', 'outer', 'outerBias'] as const).map((name) => {
    const given = { shape: shapes[name], device, requiresGrad: name !== options.frozen } as const;
    return [name, tensor(random.normal(sizeOf(shapes[name])), given)] as const;
  });
  type Five = [Tensor, Tensor, Tensor, Tensor, Tensor];
  const [input, inner, innerBias, outer, outerBias] = made.map(([, value]) => cast(value, 'f16')) as Five;
  const hidden = linear(input, inner, innerBias, { activation: 'gelu' });
  const output = linear(hidden, outer, outerBias);
  if (options.letGo) releaseActivated(hidden);
  const isGone = hidden.disposed;
  const loss = sum(mul(cast(output, 'f32'), 0.125));
  const before = device.statistics.dispatches;
  loss.backward();
  const { dispatches } = device.statistics;
  const gradients: Partial<Record<Name, Float32Array>> = {};
  for (const [name, { grad }] of made) if (grad) gradients[name] = Float32Array.from(await grad.data());
  return { isGone, gradients, dispatches: dispatches - before };
}

describe('gradients as GPUs compute them', () => {
  it('equal those of processors, in fewer dispatches', async () => {
    const onGpu = await run(false);
    const onProcessor = await run(true);
    expectSame(onGpu, onProcessor);
    // Two products of each layer; the layer norm and its sums; what is left of residual and loss.
    expect(onGpu.dispatches).toBeLessThanOrEqual(10);
    expect(onProcessor.dispatches).toBeGreaterThan(onGpu.dispatches + 2);
  });

  it('add up, and leave out what is frozen', async () => {
    expectSame(await run(false, { passes: 2 }), await run(true, { passes: 2 }));
    for (const frozen of [['inner', 'outer'], ['innerBias', 'outerBias'], ['input'], ['scale', 'shift']] as const)
      expectSame(await run(false, { frozen }), await run(true, { frozen }));
  });

  it('are whole where the values after GELU are used more than once, or looked at', async () => {
    const uses: Options['more'][] = [
      (hidden) => [mul(hidden, hidden)],
      (hidden) => [linear(hidden, tensor(new Float32Array(3 * wide).fill(0.1), { shape: [3, wide], device }))],
    ];
    for (const more of uses) expectSame(await run(false, { more }), await run(true, { more }));
    const seen: Float32Array[] = [];
    for (const software of [false, true]) {
      let kept: Tensor | null = null;
      const more = (hidden: Tensor) => {
        hidden.retainGrad();
        kept = hidden;
        return [];
      };
      await run(software, { more });
      seen.push(Float32Array.from((await (kept as Tensor | null)?.grad?.data()) ?? []));
    }
    const [onGpu, onProcessor] = seen as [Float32Array, Float32Array];
    expect(onGpu.length).toBe(rows * wide);
    for (const [index, value] of onGpu.entries()) expect(value).toBeCloseTo(onProcessor[index] as number, 5);
  });

  it.each([undefined, 'outer', 'inner', 'innerBias', 'input'] as const)(
    'need no result of GELU in f16, which is computed again; frozen: %s',
    async (frozen) => {
      const [kept, letGo] = [await runInHalves({ frozen }), await runInHalves({ frozen, letGo: true })];
      expect([kept.isGone, letGo.isGone]).toEqual([false, true]);
      expect(letGo.dispatches).toBe(kept.dispatches);
      expect(Object.keys(letGo.gradients)).toEqual(Object.keys(kept.gradients));
      for (const [name, gradient] of Object.entries(letGo.gradients)) {
        const other = kept.gradients[name as Name] as Float32Array;
        // GELU of what was rounded to f16, in place of what was not.
        const share = name === 'outer' ? 2 ** -10 : 0;
        const scale = Math.max(...other.map(Math.abs));
        for (const [index, value] of gradient.entries())
          expect(Math.abs(value - (other[index] as number)), `${name} at ${index}`).toBeLessThanOrEqual(share * scale);
      }
    },
  );

  it('keep the result of GELU where the device is opened without', async () => {
    device.disabledVariants.add('linear geluAgain');
    expect(await runInHalves({ letGo: true })).toMatchObject({ isGone: false });
    device.disabledVariants.delete('linear geluAgain');
  });

  it('are the same to the bit in every run', async () => {
    expect((await run(false)).gradients).toEqual((await run(false)).gradients);
  });
});
