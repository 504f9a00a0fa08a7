import type { DeviceInfo } from '../../../device/profile.ts';

/** Adapters that take the same tiles of products. */
export type AdapterClass = 'software' | 'hopper' | 'nvidia' | 'amd' | 'intel' | 'apple' | 'unknown';

/** What an adapter calls itself in each class, tried in this order. */
const words: readonly (readonly [name: AdapterClass, pattern: RegExp])[] = [
  ['hopper', /\b(hopper|gh200|h100|h200|h800|h20)\b/],
  ['nvidia', /\bnvidia\b/],
  ['amd', /\b(amd|radeon|rdna-?\d*|gcn-?\d*|cdna-?\d*)\b/],
  ['intel', /\bintel\b/],
  ['apple', /\bapple\b/],
];

type AdapterWords = Pick<DeviceInfo, 'vendor' | 'architecture' | 'device' | 'description' | 'software'>;

/** The class of an adapter, from its own words. */
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

/** Asked for at every product. */
const known = new WeakMap<AdapterWords, AdapterClass>();
