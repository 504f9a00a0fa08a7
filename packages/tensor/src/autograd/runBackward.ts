import { accumulate } from '@attune/kernels';
import { AutogradError } from '../errors.ts';
import { Gradients } from './gradients.ts';
import { requireUnchanged } from './gradTensor.ts';
import type { TapeTensor } from './tape.ts';

/** How a backward pass treats memory. */
export interface BackwardOptions {
  /**
   * Release the memory of every intermediate result as soon as the pass no longer needs it, so that
   * gradients can reuse it. Those tensors cannot be read afterwards. Default false.
   */
  readonly releaseResults?: boolean | undefined;
}

/**
 * Walks the tape back from a tensor to everything that requires a gradient, in reverse order of
 * recording.
 */
export function runBackward(
  root: TapeTensor,
  scale: number | TapeTensor,
  { releaseResults = false }: BackwardOptions,
): void {
  const { device } = root;
  device.scope(() => {
    const gradients = new Gradients(root, scale);
    if (root.node) walkBack(computedTensors([root]), gradients, (tensor) => releaseResults && tensor !== root);
    else endAt(root, gradients);
    gradients.finish();
  });
}

/** A root that is a leaf gets the gradient itself. */
function endAt(root: TapeTensor, gradients: Gradients): void {
  gradients.enter(root);
  if (root.hasHooks) gradients.runHooks();
  accumulate(root.device, { value: gradients.output, target: root.ensureGradArray(), length: root.size });
  gradients.leave();
}

/**
 * Walks back from results that a backward pass has recomputed, with the gradients of that pass.
 *
 * @param options `first`: number of the first recomputed operation; `number`: that of the operation
 *   that stands for them on the tape
 * @throws AutogradError if a parameter that they read was changed since
 */
export function runSegment(
  results: readonly TapeTensor[],
  gradients: Gradients,
  { first, number }: { readonly first: number; readonly number: number },
): void {
  const computed = computedTensors(results, first);
  for (const { node } of computed)
    for (const input of node?.inputs ?? []) requireUnchanged('checkpoint', input, number);
  walkBack(computed, gradients, () => false);
}

function walkBack(
  tensors: readonly TapeTensor[],
  gradients: Gradients,
  isReleased: (tensor: TapeTensor) => boolean,
): void {
  for (const tensor of tensors) {
    const { node, memory, device } = tensor;
    if (!node) continue;
    if (node.spent) {
      throw new AutogradError(
        `backward(): the values that ${node.operation} kept were released by another backward(). Compute the loss again.`,
      );
    }
    const gradientCame = gradients.enter(tensor);
    if (gradientCame && tensor.hasHooks) gradients.runHooks();
    if (gradientCame && tensor.retainsGrad)
      accumulate(device, { value: gradients.output, target: tensor.ensureGradArray(), length: tensor.size });
    if (node.readsResult) {
      node.runBackward(gradients, device, gradientCame);
      gradients.leave();
    }
    // Other operations whose backward reads this result come later on the tape, and so have run.
    if (isReleased(tensor) && !node.isView) device.release(memory);
    node.group?.release(tensor, memory);
    if (!node.readsResult) {
      node.runBackward(gradients, device, gradientCame);
      gradients.leave();
    }
    node.group?.operationRan();
  }
}

/** Results of operations from number `first` on, in reverse order. */
function computedTensors(results: readonly TapeTensor[], first = 0): TapeTensor[] {
  const seen = new Set<TapeTensor>(results);
  const open = [...results];
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    for (const input of tensor.node?.inputs ?? []) {
      if (input.node && input.node.number >= first && input.requiresGrad && !seen.has(input)) {
        seen.add(input);
        open.push(input);
      }
    }
  }
  return [...seen].sort((a, b) => (b.node?.number ?? 0) - (a.node?.number ?? 0));
}
