import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../openDevice.ts';
import type { Gpu } from '../gpu.ts';
import { fastVariants } from '../testing/fastVariants.ts';
import { checkAttention } from './checkAttention.ts';
import { selfTest } from './selfTest.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

describe('selfTest', () => {
  it('says what it must be given', async () => {
    await expect(selfTest(undefined as never)).rejects.toThrow('selfTest: gpu must be a device, as openDevice()');
    await expect(selfTest(gpu, 'loud' as never)).rejects.toThrow('selfTest: warn must be a function; got "loud"');
  });

  it('reports its progress, and can be stopped', async () => {
    using device = await openDevice();
    const told: string[] = [];
    const onProgress = (done: number, total: number) => void told.push(`${done}/${total}`);
    const leaving = new AbortController();
    const left = selfTest(device, () => {}, { onProgress, signal: leaving.signal });
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(selfTest(device, () => {}, { signal: leaving.signal })).rejects.toThrow('enough');
    // Whoever comes later waits for what has begun.
    expect(await selfTest(device)).toEqual([]);
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(`${told.length}/${told.length}`);
  });

  it('trusts the fast kernels of this device, and gives all memory back', async () => {
    const { liveArrays } = gpu.memory;
    expect(await selfTest(gpu, (message) => expect.unreachable(message))).toEqual([]);
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });

  it('checks on GPUs the gradients of long sequences too', async () => {
    using device = await openDevice({ backend: 'null' });
    Object.assign(device, { profile: { ...device.profile, software: false } });
    const names = new Set<string | undefined>();
    device.dispatch = ({ program }) => void names.add(program.key.split(' vec4', 1)[0]);
    checkAttention(device);
    expect([...names]).toEqual([
      'attention flash',
      'attentionBackward flash',
      'attentionBackward rows',
      'attentionBackward query flash',
      'attentionBackward key value flash',
    ]);
  });

  it('finds a kernel that is wrong, says so once, and has another one chosen', async () => {
    const broken = await openDevice();
    const dispatch = broken.dispatch.bind(broken);
    const best = fastVariants(broken)[0] as string;
    // A driver that loses the results of one variant.
    broken.dispatch = (what) => {
      if (!what.program.key.startsWith(`${best} `)) dispatch(what);
    };
    const warnings: string[] = [];
    expect(await selfTest(broken, (message) => warnings.push(message))).toEqual([best]);
    await selfTest(broken, (message) => warnings.push(message));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(new RegExp(`"${best}" computes wrong results on .+ off by`));
    expect(fastVariants(broken)).not.toContain(best);
    broken.destroy();
  });
});
