import type { DeviceInfo, DeviceProfile } from './profile.ts';
import type { GPU, GPUDevice } from './webGpuTypes.ts';

/** What `openDevice` found and makes a `Gpu` of. */
export interface GpuOptions {
  readonly device: GPUDevice;
  /**
   * The object that the device came from, kept alive with it: Dawn crashes when it is collected
   * first.
   */
  readonly webgpu: GPU;
  readonly info: DeviceInfo;
  readonly profile: DeviceProfile;
  /** Bytes that may be in use at once. */
  readonly memoryBudget: number;
  /** Opens another device like this one, for compiling beside it; null when there is none. */
  readonly openHelper: () => Promise<GPUDevice | null>;
}
