import { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { requireDevice } from '../requireDevice.ts';
import { Tensor } from '../tensor.ts';
import { requireSynchronous } from './requireSynchronous.ts';
import { inGroup, ResultGroup } from './resultGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * Runs `body` and keeps only the tensors in its result: a tensor, or an object or array that
 * contains tensors at any depth. Intermediate results are released at once under `noGrad`, and
 * otherwise as soon as `backward()` no longer needs them. For the `forward` of models, whose
 * intermediate results are not reachable from outside; as `tf.tidy`.
 *
 * Inside a `device.scope` it does nothing: the scope releases everything.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function tidy<T>(device: Device, body: () => T): T {
  requireAtMost('tidy', 2, arguments);
  requireDevice('tidy', device);
  requireSynchronous('tidy', body);
  return device.inScope ? body() : keepResults(device, body).value;
}

/**
 * The same, also inside a scope, which then owns what is kept.
 *
 * @returns the result of `body`, and the memory that it uses
 */
export function keepResults<T>(device: Device, body: () => T): { value: T; kept: ReadonlySet<GpuArray> } {
  const group = new ResultGroup(device);
  const { value, arrays } = device.allocatedIn(() => inGroup(group, body));
  const returned = new Set<object>();
  const kept = new Set(arrays);
  keepReturned(value, arrays, returned);
  for (const array of arrays) kept.delete(array);
  group.close(arrays, returned);
  return { value, kept };
}

/** Removes from `arrays` those that are reachable from a returned value. */
function keepReturned(value: unknown, arrays: Set<GpuArray>, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) return keepMemory(value.memory, arrays);
  if (value instanceof GpuArray) return keepMemory(value, arrays);
  const parts = value instanceof Map ? value.values() : Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) keepReturned(part, arrays, seen);
}

/** Removes an array, or the array that a returned tensor is a view of. */
function keepMemory(memory: GpuArray, arrays: Set<GpuArray>): void {
  for (const array of arrays) if (array.storage === memory.storage) arrays.delete(array);
}
