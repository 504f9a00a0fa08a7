import type { DeviceInfo } from '@attune/tensor';

/** The model that is trained if none is named. */
export interface LessonModel {
  readonly name: string;
  /** Of model and download, in words. */
  readonly size: string;
  /** How long three epochs on MRPC take, in words. */
  readonly time: string;
}

type Adapter = Pick<DeviceInfo, 'software' | 'vendor' | 'architecture' | 'device'>;

/**
 * Whether a GPU has its own memory. WebGPU does not say, so vendor and name decide, and an unknown
 * one counts as weak: a model that is too large costs hours, one that is too small some accuracy.
 */
export function isDiscrete({ software, vendor, architecture, device }: Adapter): boolean {
  if (software) return false;
  const name = device.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  if (/nvidia/i.test(vendor)) return !/tegra|orin|xavier|jetson|gb10|thor/.test(name);
  if (/amd|ati/i.test(vendor)) return /(^|-)(rx-\d{3,4}|pro-[vw]|instinct|firepro|radeon-vii|w\d{4}|mi\d+)/.test(name);
  if (/intel/i.test(vendor))
    return /hpg/.test(architecture) || /(^|-)(arc-(tm-)?(pro-)?[ab]\d+|data-center|flex|max)/.test(name);
  return false;
}

/**
 * bert-base-uncased for a GPU with memory of its own, MiniLM for the others. Times: measured on an
 * H100 and on lavapipe (two cores, 800 to 1,200 s), the others computed from the multiplications.
 *
 * @param cores processor cores, which a software adapter computes with
 */
export function lessonModel(adapter: Adapter, cores: number): LessonModel {
  if (isDiscrete(adapter))
    return {
      name: 'bert-base-uncased',
      size: '110 million weights, 442 MB',
      time: 'one to ten minutes, as fast as the card is',
    };
  const minutes = Math.max(5, Math.ceil(40 / cores / 5) * 5);
  return {
    name: 'sentence-transformers/all-MiniLM-L6-v2',
    size: '23 million weights, 92 MB',
    time: adapter.software
      ? `about ${minutes} minutes on ${cores === 1 ? 'one core' : `${cores} cores`}`
      : 'two to ten minutes',
  };
}
