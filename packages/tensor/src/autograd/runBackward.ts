import { accumulate } from '@attune/kernels';
import { AutogradError } from '../errors.ts';
import { Gradients } from './tape.ts';
import type { TapeTensor } from './tape.ts';

/** How a backward pass treats memory. */
export interface BackwardOptions {
  /**
   * Give the memory of every result between the leaves and the loss back as soon as the pass has
   * gone through it, so that gradients find room in it. Those tensors cannot be read afterwards.
   * Default false.
   */
  readonly releaseResults?: boolean;
}

/**
 * Walks the tape from a scalar back to everything that requires a gradient, in the reverse of the
 * order in which it was recorded.
 */
export function runBackward(
  root: TapeTensor,
  scale: number | TapeTensor,
  { releaseResults = false }: BackwardOptions,
): void {
  const { device } = root;
  device.scope(() => {
    const gradients = new Gradients(root, scale);
    for (const tensor of computedTensors(root)) {
      const { node, memory } = tensor;
      if (!node) continue;
      if (node.spent) {
        throw new AutogradError(
          `backward(): the operation ${node.operation} was gone through before; its intermediate values are gone. Compute the loss again.`,
        );
      }
      const gradientCame = gradients.enter(tensor);
      if (gradientCame && tensor.hasHooks) gradients.runHooks();
      if (gradientCame && tensor.retainsGrad)
        accumulate(device, { value: gradients.output, target: tensor.ensureGradArray(), length: tensor.size });
      node.runBackward(gradients, device, gradientCame);
      gradients.leave();
      // Whatever reads this result in its own backward came later on the tape, and so has run.
      if (releaseResults && tensor !== root && !node.isView) device.release(memory);
      node.group?.operationRan(tensor, memory);
    }
    gradients.finish();
  });
}

function computedTensors(root: TapeTensor): TapeTensor[] {
  const seen = new Set<TapeTensor>([root]);
  const open = [root];
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    for (const input of tensor.node?.inputs ?? []) {
      if (input.node && input.requiresGrad && !seen.has(input)) {
        seen.add(input);
        open.push(input);
      }
    }
  }
  return [...seen].sort((a, b) => (b.node?.number ?? 0) - (a.node?.number ?? 0));
}
