import type { DeviceParts } from './deviceParts.ts';
import type { DeviceInfo, DeviceProfile } from './profile.ts';
import type { GPUDevice } from './webGpuTypes.ts';

/** What `openDevice` makes a `Gpu` from. */
export interface GpuOptions {
  readonly device: GPUDevice;
  /** What it is made of, which comes late. */
  readonly parts: DeviceParts;
  readonly info: DeviceInfo;
  readonly profile: DeviceProfile;
  /** Bytes that may be in use at once. */
  readonly memoryBudget: number;
  /** Opens another device like this one, for compiling beside it; null when there is none. */
  readonly openHelper: () => Promise<GPUDevice | null>;
}
