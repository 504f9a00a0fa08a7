import { accumulate } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { callable, requireArgument, shown } from '@attune/validate';
import type { Device } from '../device.ts';
import { AutogradError, TensorError } from '../errors.ts';
import { replayDraws } from '../random/seed.ts';
import { formatShape, shapesEqual } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { currentPostponed, isGradEnabled, withGrad, withoutTape } from './gradMode.ts';
import type { Postponed } from './gradMode.ts';
import { precision } from './precision.ts';
import { requireSynchronous } from './requireSynchronous.ts';
import { currentGroup, inGroup, ResultGroup } from './resultGroup.ts';
import { runSegment } from './runBackward.ts';
import { GraphNode } from './tape.ts';
import type { Gradients } from './gradients.ts';
import { keepResults } from './tidy.ts';

/**
 * Computes `fn(...inputs)` without keeping the intermediate results that its backward pass reads:
 * the backward pass calls `fn` again. This trades time for memory and gives the same gradients bit
 * for bit, including those of parameters and other tensors that `fn` captures. As
 * `torch.utils.checkpoint.checkpoint` (`use_reentrant=False`).
 *
 * Random numbers from the default generator (`rand`, …), dropout and the precision of `autocast`
 * are the same in the second call. Otherwise `fn` must compute the same both times: do not switch a
 * module's mode before `backward()`.
 *
 * @param fn returns a tensor or an array of tensors; it must not be `async`
 * @param inputs arguments of `fn`, at least one of them a tensor
 * @returns the result of `fn`
 * @throws TensorError, and AutogradError in `backward()` when the second call of `fn` returns other
 *   shapes
 */
export function checkpoint<Inputs extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
  fn: (...inputs: Inputs) => Result,
  ...inputs: Inputs
): Result {
  if (typeof fn !== 'function') requireArgument('checkpoint', 'fn', fn, callable, TensorError);
  requireSynchronous('checkpoint', fn);
  const device = inputs.find((input) => input instanceof Tensor)?.device;
  if (!device) throw new TensorError('checkpoint: pass at least one tensor after the function: checkpoint(fn, x)');
  if (!isGradEnabled() || currentPostponed()) return fn(...inputs);
  const segment = new Segment(device, () => fn(...inputs));
  return segment.compute() as Result;
}

/** A part of the graph that the backward pass computes again. */
class Segment {
  readonly #device: Device;
  readonly #compute: () => Tensor | readonly Tensor[];
  readonly #replayDraws = replayDraws();
  readonly #precision = precision.current;
  readonly #outputs: Tensor[] = [];
  /** Nodes of the outputs that require a gradient. */
  readonly #nodes = new Map<Tensor, GraphNode>();
  /** Release what the first call keeps for the second. */
  readonly #held: (() => void)[] = [];
  readonly #letGo = () => {
    for (const letGo of this.#held.splice(0)) letGo();
  };

  constructor(device: Device, compute: () => Tensor | readonly Tensor[]) {
    this.#device = device;
    this.#compute = compute;
  }

  /** The first call: it is recorded on the tape as one operation. */
  compute(): Tensor | readonly Tensor[] {
    const postponed: Postponed = { inputs: new Set(), results: new Set(), held: this.#held };
    const { value, kept } = keepResults(this.#device, () => withoutTape(postponed, this.#compute));
    for (const result of tensorsOf(value)) this.#outputs.push(this.#onTape(result, postponed, kept));
    if (this.#nodes.size === 0) this.#letGo();
    return value instanceof Tensor ? (this.#outputs[0] as Tensor) : this.#outputs;
  }

  #onTape(result: Tensor, { inputs: read, results }: Postponed, kept: ReadonlySet<GpuArray>): Tensor {
    const { device, shape, requiresGrad, memory: array } = result;
    // A result that requires no gradient, or an input that is returned as it is.
    if (!results.has(result)) return result;
    const inputs = [...read];
    const isView = !kept.has(array);
    const group = currentGroup();
    const backward = (gradients: Gradients) => this.#backward(gradients);
    const letGo = this.#letGo;
    const node = new GraphNode({ operation: 'checkpoint', inputs, saved: [], letGo, isView, backward, group });
    const output = new Tensor({ array, shape, device, requiresGrad, node, ...(isView && { sharing: result }) });
    if (isView) group?.addView(output);
    this.#nodes.set(output, node);
    return output;
  }

  /**
   * Called for the first output that the backward pass reaches. Everything that reads any of the
   * outputs has run by then, so all their gradients are complete.
   */
  #backward(gradients: Gradients): void {
    const device = this.#device;
    const first = GraphNode.next;
    const group = new ResultGroup(device);
    const { value, arrays } = device.allocatedIn(() =>
      inGroup(group, () => precision.as(this.#precision, () => withGrad(() => this.#replayDraws(this.#compute)))),
    );
    group.close(arrays, new Set());
    // The second call keeps what it reads by itself.
    this.#letGo();
    const again = tensorsOf(value);
    this.#requireSame(again);
    const reached = again.filter((result, index) => this.#handOver(this.#outputs[index] as Tensor, result, gradients));
    const [{ number }] = [...this.#nodes.values()] as [GraphNode];
    runSegment(reached, gradients, { first, number });
    group.end();
  }

  /** @returns whether there was a gradient */
  #handOver(output: Tensor, result: Tensor, gradients: Gradients): boolean {
    const node = this.#nodes.get(output);
    const array = node ? gradients.take(output) : null;
    if (!node || !array) return false;
    gradients.put(result, node.spent ? array : this.#shown(output, array));
    return true;
  }

  /**
   * Shows the gradient to hooks and keeps it where `retainGrad` asks, as the pass would do: it
   * finds no gradient at this output any more.
   */
  #shown(output: Tensor, array: GpuArray): GpuArray {
    const device = this.#device;
    const replaced = output.hasHooks ? output.runHooks(array) : null;
    if (replaced) device.release(array);
    const value = replaced ?? array;
    if (output.retainsGrad) accumulate(device, { value, target: output.ensureGradArray(), length: output.size });
    return value;
  }

  #requireSame(again: readonly Tensor[]): void {
    const shapes = (tensors: readonly Tensor[]) => tensors.map(({ shape }) => formatShape(shape)).join(', ');
    const same = (output: Tensor, index: number) => shapesEqual(output.shape, again[index]?.shape ?? [-1]);
    if (again.length === this.#outputs.length && this.#outputs.every(same)) return;
    throw new AutogradError(
      `checkpoint: the function gave ${shapes(this.#outputs)}, and ${shapes(again)} when it was called again for its gradients. ` +
        'It must compute the same each time.',
    );
  }
}

function tensorsOf(value: unknown): readonly Tensor[] {
  const all = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const other = all.findIndex((tensor) => !(tensor instanceof Tensor));
  if (other < 0) return all as readonly Tensor[];
  throw new TensorError(`checkpoint: the function must give a tensor or an array of tensors; got ${shown(all[other])}`);
}
