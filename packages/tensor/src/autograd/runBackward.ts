import { AutogradError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { Gradients } from './gradients.ts';

/** Walks the tape from a scalar back to everything that requires a gradient, in the reverse of the order in which it was recorded. */
export function runBackward(root: Tensor, scale: number | Tensor): void {
  const device = root.device;
  device.scope(() => {
    const gradients = new Gradients(root, scale);
    for (const tensor of computedTensors(root)) {
      if (tensor.node?.spent) {
        throw new AutogradError(`backward(): the operation ${tensor.node.operation} was gone through before; its intermediate values are gone. Compute the loss again.`);
      }
      if (gradients.enter(tensor)) tensor.node?.runBackward(gradients);
      gradients.leave();
    }
  });
}

function computedTensors(root: Tensor): Tensor[] {
  const seen = new Set<Tensor>([root]);
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
