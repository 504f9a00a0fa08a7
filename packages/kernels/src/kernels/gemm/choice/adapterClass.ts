import type { DeviceInfo } from '../../../device/profile.ts';

/** Classes of adapters that choose tiles of products alike. */
export type AdapterClass = 'software' | 'hopper' | 'nvidia' | 'amd' | 'intel' | 'apple' | 'unknown';

/** Patterns that adapters of each class match, tried in this order. */
const words: readonly (readonly [name: AdapterClass, pattern: RegExp])[] = [
  ['hopper', /\b(hopper|gh200|h100|h200|h800|h20)\b/],
  ['nvidia', /\bnvidia\b/],
  ['amd', /\b(amd|radeon|rdna-?\d*|gcn-?\d*|cdna-?\d*)\b/],
  ['intel', /\bintel\b/],
  ['apple', /\bapple\b/],
];

type AdapterWords = Pick<DeviceInfo, 'vendor' | 'architecture' | 'device' | 'description' | 'software'>;

/** The class of an adapter, by its own description. */
export function adapterClassOf(info: AdapterWords): AdapterClass {
  if (info.software) return 'software';
  let found = known.get(info);
  if (!found) {
    const said = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
    found = words.find(([, pattern]) => pattern.test(said))?.[0] ?? 'unknown';
    known.set(info, found);
  }
  return found;
}

/** Cached, as every product asks. */
const known = new WeakMap<AdapterWords, AdapterClass>();
