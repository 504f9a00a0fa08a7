/** How the names of a checkpoint map to those of a model. */
export interface NameMatch {
  /** Model name to checkpoint name. */
  readonly found: ReadonlyMap<string, string>;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Tensors in old checkpoints that no model needs: position ids, and the tied output matrix of the
 * language model head.
 */
const meaningless = /(^|\.)embeddings\.position_ids$|^cls\.predictions\.decoder\.(weight|bias)$/;

/** Names from the first TensorFlow conversions: only inside LayerNorm, as in `transformers`. */
function modernName(name: string): string {
  return name
    .replace(/(^|\.)LayerNorm\.gamma$/, '$1LayerNorm.weight')
    .replace(/(^|\.)LayerNorm\.beta$/, '$1LayerNorm.bias');
}

/**
 * Matches names. A bare BERT (no `bert.` in front) fits a model with a head, and the other way
 * round.
 *
 * @param basePrefix prefix of the base model inside the model, with its dot; '' when the model is
 *   the base model itself
 */
export function matchNames(
  modelNames: readonly string[],
  checkpointNames: readonly string[],
  basePrefix: string,
): NameMatch {
  const expected = new Set(modelNames);
  const prefixed = checkpointNames.some((name) => name.startsWith('bert.'));
  const place = (name: string): string => {
    if (basePrefix === '') return name.startsWith('bert.') ? name.slice('bert.'.length) : name;
    return !prefixed && expected.has(basePrefix + name) ? basePrefix + name : name;
  };
  const found = new Map<string, string>();
  const unexpected: string[] = [];
  const renamed: { from: string; to: string }[] = [];
  for (const name of checkpointNames) {
    const modern = modernName(name);
    const target = place(modern);
    if (expected.has(target)) {
      found.set(target, name);
      if (modern !== name) renamed.push({ from: name, to: target });
    } else if (!meaningless.test(name)) {
      unexpected.push(name);
    }
  }
  return { found, missing: modelNames.filter((name) => !found.has(name)), unexpected: unexpected.sort(), renamed };
}
