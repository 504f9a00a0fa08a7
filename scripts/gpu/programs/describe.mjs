// Prints what WebGPU finds, what it would choose, and settings that choose each other variant by
// its name, as one line of JSON.
import { openDevice } from '../../../packages/kernels/src/index.ts';
import { chosenVariant } from '../../../packages/kernels/src/kernels/attention/variants.ts';
import { fittingVariants } from '../../../packages/kernels/src/kernels/gemm/variants.ts';
import { fastVariants } from '../../../packages/kernels/src/testing/fastVariants.ts';

const gpu = await openDevice();
const { info, profile } = gpu;
const variants = fastVariants(gpu);
const all = [...productSettings(), ...attentionSettings(), ...activationSettings()];
console.log(JSON.stringify({ ...info, profile, variants, settings: all }));
gpu.destroy();
process.exit(0);

/** All others disabled, each is taken for what it can compute. */
function productSettings() {
  const names = [...new Set([false, true].flatMap((half) => fittingVariants(gpu, half)))];
  return names.map((name) => ({
    setting: `products by ${name}`,
    disabled: names.filter((other) => other !== name).map((other) => `gemm ${other}`),
  }));
}

/** Results of GELU in f16 are computed again on GPUs. */
function activationSettings() {
  return profile.software ? [] : [{ setting: 'GELU kept', disabled: ['linear geluAgain'] }];
}

/** Those that come after the first, once it is disabled. */
function attentionSettings() {
  const settings = [];
  for (;;) {
    const name = chosenVariant(gpu, 'attention', { headSize: 64 });
    const disabled = [...gpu.disabledVariants];
    if (disabled.length > 0 && (name !== 'byRow' || profile.software))
      settings.push({ setting: `attention by ${name}`, disabled });
    if (name === 'byRow') return settings;
    gpu.disabledVariants.add(`attention ${name}`);
  }
}
