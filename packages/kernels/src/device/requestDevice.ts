import { KernelArgumentError } from './given.ts';
import type { DeviceInfo, DeviceProfile, HalfStorage, LimitName } from './profile.ts';
import type { GPUAdapter, GPUDevice } from './webGpuTypes.ts';

/** What was passed to `openDevice`. */
interface DeviceRequest {
  readonly withoutFeatures?: readonly string[] | undefined;
  readonly f16Storage?: HalfStorage | undefined;
  readonly limits?: Partial<Record<LimitName, number>> | undefined;
}

const wantedFeatures = [
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
  'timestamp-query',
  'chromium-experimental-subgroup-matrix',
];

/** Features that are nothing without subgroups, whether or not those were requested. */
const ofSubgroups = ['subgroup-size-control', 'chromium-experimental-subgroup-matrix'];

/**
 * With every feature that kernels can use and the adapter offers, and its real limits.
 *
 * @throws KernelArgumentError for what neither the adapter nor kernels have
 */
export async function requestDevice(
  adapter: GPUAdapter,
  options: DeviceRequest,
  names: readonly LimitName[],
  label: string,
): Promise<GPUDevice> {
  const { withoutFeatures = [], limits = {} } = options;
  const impliedBy = (name: string) => (ofSubgroups.includes(name) ? [name, 'subgroups'] : [name]);
  const features = wantedFeatures.filter(
    (name) =>
      adapter.features.has(name as GPUFeatureName) &&
      !impliedBy(name).some((needed) => withoutFeatures.includes(needed)),
  );
  const unknown = withoutFeatures.find((name) => !wantedFeatures.includes(name));
  if (unknown !== undefined)
    throw new KernelArgumentError(
      `openDevice: withoutFeatures names '${unknown}', which is never requested; what is: ${wantedFeatures.join(', ')}`,
    );
  if (options.f16Storage === 'native' && !features.includes('shader-f16'))
    throw new KernelArgumentError(
      "openDevice: f16Storage 'native' needs the feature shader-f16, which this device has not; leave it out, or write 'packed'",
    );
  for (const name of names)
    if ((limits[name] ?? 0) > adapter.limits[name])
      throw new KernelArgumentError(
        `openDevice: limits: ${name} must be at most ${adapter.limits[name]}, as this adapter has; got ${limits[name]}`,
      );
  return adapter.requestDevice({
    label,
    requiredFeatures: features as GPUFeatureName[],
    requiredLimits: Object.fromEntries(names.map((name) => [name, limits[name] ?? adapter.limits[name]])),
  });
}

interface AdapterWords extends GPUAdapterInfo {
  readonly isFallbackAdapter: boolean;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  readonly subgroupMatrixConfigs?: Iterable<{
    componentType: string;
    resultComponentType: string;
    M: number;
    N: number;
    K: number;
  }>;
}

/** @param names of limits to tell */
export function describeDevice(
  device: GPUDevice,
  adapter: GPUAdapter,
  names: readonly LimitName[],
): { info: DeviceInfo; profile: DeviceProfile } {
  const words = adapter.info as AdapterWords;
  const software =
    words.isFallbackAdapter ||
    /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(
      `${words.architecture} ${words.description} ${words.device}`,
    );
  const subgroupMinSize = words.subgroupMinSize ?? 0;
  const subgroupMaxSize = words.subgroupMaxSize ?? 0;
  const features = [...device.features].map(String).sort();
  const subgroups = features.includes('subgroups');
  const oneSize = subgroupMinSize === subgroupMaxSize;
  return {
    info: {
      vendor: words.vendor,
      architecture: words.architecture,
      device: words.device,
      description: words.description,
      software,
      features,
      limits: Object.fromEntries(names.map((name) => [name, device.limits[name]])) as Record<LimitName, number>,
      subgroupMinSize,
      subgroupMaxSize,
    },
    profile: {
      software,
      mesaVersion: software ? Number(/Mesa (\d+)/.exec(words.description)?.[1] ?? 0) : 0,
      f16: device.features.has('shader-f16'),
      // Processors convert and load halves one by one; packed words took two thirds of the time of
      // a training step on lavapipe.
      f16Storage: device.features.has('shader-f16') && !software ? 'native' : 'packed',
      subgroups,
      subgroupSize: subgroups && oneSize ? subgroupMinSize : 0,
      askedSubgroupSize: !oneSize && features.includes('subgroup-size-control') ? subgroupMinSize : 0,
      subgroupMatrix: features.includes('chromium-experimental-subgroup-matrix')
        ? [...(words.subgroupMatrixConfigs ?? [])].map(({ componentType, resultComponentType, M, N, K }) => ({
            componentType,
            resultComponentType,
            m: M,
            n: N,
            k: K,
          }))
        : [],
      subgroupMatrixSpelling: 'majorness',
      subgroupMatrixTiles: 'halves',
    },
  };
}
