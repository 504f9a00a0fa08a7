import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { Arrays } from '../../wgsl/elementAccess.ts';
import { presentArrays, requireKernelOptions, requireSeparate } from '../validate.ts';
import { gradientsOf, inputsOf, matricesOf, recordOnCopies, requireAttention } from './arrays.ts';
import { addedVariants } from './loading/addedVariants.ts';
import { flashKernels } from './loading/loadedVariants.ts';
import { attentionBackwardKinds } from './options.ts';
import type { AttentionBackwardOptions, AttentionVariant } from './options.ts';
import type { PairKernel } from './pairs/pairKernel.ts';
import { recordFlash, recordPairs } from './pairs/recordPairs.ts';
import { allocateRowData, recordRowData } from './pairs/rowData.ts';
import { chosenVariant } from './variants.ts';

const kernel = 'attentionBackward';

/**
 * Records the gradients of `attention`. Probabilities are recomputed from logSumExp. Either one
 * kernel goes over query rows for gradQuery and another over key rows for gradKey and gradValue, or
 * one workgroup takes a whole sequence; every sum has one fixed order.
 *
 * @throws KernelArgumentError
 */
export function attentionBackward(gpu: Gpu, options: AttentionBackwardOptions): void {
  requireAttentionBackward(options);
  const { output, gradOutput } = options;
  const arrays = { ...inputsOf(options), output, gradOutput };
  const onCopies = (copies: object) => attentionBackward(gpu, { ...options, ...copies });
  if (recordOnCopies(gpu, options, arrays, gradientsOf(options), onCopies)) return;

  const variant = chosenVariant(gpu, kernel, options);
  recordGradients(gpu, options, variant);
  if (!gpu.preparing || !isFlash(variant)) return;
  // Later batches may have shorter sequences, which use other programs.
  for (const maxSeqlen of flashKernels().flashTokens)
    if (maxSeqlen < options.maxSeqlen) recordGradients(gpu, { ...options, maxSeqlen }, variant);
}

function recordGradients(gpu: Gpu, options: AttentionBackwardOptions, variant: AttentionVariant): void {
  if (!isFlash(variant)) return recordByRows(gpu, options, variant);
  const added = addedVariants.get(variant);
  const inBlocks = added?.takes(gpu, 'gradQuery', options) && added.takes(gpu, 'gradKeyValue', options);
  // Where an added variant cannot run, the usual choice applies.
  const taken = !added || inBlocks || added.takes(gpu, 'backward', options) ? variant : 'flash';
  if (!recordAtOnce(gpu, options, taken)) recordByRows(gpu, options, inBlocks ? variant : 'flash');
}

function isFlash(variant: AttentionVariant): variant is 'flash' | 'flashMatrix' {
  return variant === 'flash' || variant === 'flashMatrix';
}

/**
 * Records one kernel for all gradients.
 *
 * @returns false, with nothing recorded, where the sequences do not fit it or the adapter has too
 *   few bindings
 */
function recordAtOnce(gpu: Gpu, options: AttentionBackwardOptions, variant: 'flash' | 'flashMatrix'): boolean {
  const { headSize, maxSeqlen } = options;
  const { matrices, reads } = withoutRowData(options);
  const results = options.gradQkv
    ? { gradQuery: options.gradQkv }
    : { gradQuery: options.gradQuery, gradKey: options.gradKey, gradValue: options.gradValue };
  if (!fitsBindings(gpu, { ...matrices, ...reads, ...results })) return false;
  const pairKernel: PairKernel = {
    kernel,
    pass: 'backward',
    matrices,
    reads,
    results,
    qkv: options.qkv !== undefined,
    products: 5,
  };
  const added = addedVariants.get(variant);
  if (added) {
    const takes = added.takes(gpu, 'backward', options);
    if (takes) added.record(gpu, options, pairKernel);
    return takes;
  }
  const { backwardTile, flashBackward } = flashKernels();
  const tile = backwardTile(headSize, maxSeqlen, gpu.info.limits.maxComputeWorkgroupStorageSize);
  if (tile) recordFlash(gpu, options, pairKernel, tile, flashBackward);
  return tile !== undefined;
}

/** What is read by a kernel that computes itself what the backward needs for each row. */
function withoutRowData(options: AttentionBackwardOptions): Pick<PairKernel, 'matrices' | 'reads'> {
  const { gradOutput, logSumExp, cuSeqlens, dropout } = options;
  const { tokenKeys, state } = dropout?.random ?? {};
  return {
    matrices: { ...(options.qkv ? { query: options.qkv } : matricesOf(options)), gradOutput },
    reads: { logSumExp, cuSeqlens, tokenKeys, state },
  };
}

function fitsBindings(gpu: Gpu, arrays: Arrays): boolean {
  return presentArrays(arrays).length <= gpu.info.limits.maxStorageBuffersPerShaderStage;
}

/**
 * Records a kernel over query rows and one over key rows. What both need for each row is computed
 * by a third kernel before them or, with tiles of `flash` and enough bindings, by the first.
 */
function recordByRows(gpu: Gpu, options: AttentionBackwardOptions, variant: AttentionVariant): void {
  const { output, gradOutput, cuSeqlens, totalTokens, numHeads } = options;
  const results = { gradQuery: options.gradQkv ?? options.gradQuery };
  const { matrices, reads } = withoutRowData(options);
  const read = { ...matrices, output };
  const savesRows = isFlash(variant) && fitsBindings(gpu, { ...read, ...reads, ...results, rowData: output });
  const rowData = savesRows ? allocateRowData(gpu, totalTokens * numHeads) : recordRowData(gpu, options);
  const shared = {
    matrices: { ...matricesOf(options), gradOutput },
    reads: { rowData, cuSeqlens },
    qkv: options.qkv !== undefined,
  };
  const ofQuery: PairKernel = {
    ...shared,
    ...(savesRows && { savesRows, matrices: read, reads, writes: { rowData } }),
    kernel: `${kernel} query`,
    pass: 'gradQuery',
    results,
    products: 3,
  };
  const ofKeyAndValue: PairKernel = {
    ...shared,
    kernel: `${kernel} key value`,
    pass: 'gradKeyValue',
    results: options.gradQkv
      ? { gradKey: options.gradQkv }
      : { gradKey: options.gradKey, gradValue: options.gradValue },
    products: 4,
  };
  if (variant === 'flashMatrix') {
    for (const pairKernel of [ofQuery, ofKeyAndValue]) addedVariants.get(variant)?.record(gpu, options, pairKernel);
  } else if (variant === 'flash') {
    const { headSize } = options;
    const bytes = gpu.info.limits.maxComputeWorkgroupStorageSize;
    const { forwardTile, gradKeyValueTile, flashGradQuery, flashGradKeyValue } = flashKernels();
    recordFlash(gpu, options, ofQuery, forwardTile(headSize, bytes), flashGradQuery);
    recordFlash(gpu, options, ofKeyAndValue, gradKeyValueTile(headSize, bytes), flashGradKeyValue);
  } else {
    recordPairs(gpu, options, ofQuery, variant);
    recordPairs(gpu, options, ofKeyAndValue, variant);
  }
  gpu.release(rowData);
}

function requireAttentionBackward(options: AttentionBackwardOptions): void {
  requireKernelOptions(kernel, options, attentionBackwardKinds);
  const { output, gradOutput, logSumExp, cuSeqlens } = options;
  const inputs = inputsOf(options);
  const gradients = gradientsOf(options);
  if ('qkv' in inputs !== 'gradQkv' in gradients)
    throw new KernelArgumentError(
      `${kernel}: gradients are laid out as what they belong to: qkv with gradQkv, query, key and value with theirs`,
    );
  requireAttention(kernel, options, { ...inputs, output, gradOutput, ...gradients }, logSumExp);
  requireSeparate(
    kernel,
    [...Object.values(inputs), output, gradOutput, logSumExp, cuSeqlens],
    Object.values(gradients),
  );
}
