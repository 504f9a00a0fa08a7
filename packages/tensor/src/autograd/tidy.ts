import { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { requireDevice } from '../requireDevice.ts';
import { Tensor } from '../tensor.ts';
import { requireSynchronous } from './requireSynchronous.ts';
import { inGroup, ResultGroup } from './resultGroup.ts';

/**
 * Runs `body` and keeps only the tensors in what it returns: a tensor, or an object or array with
 * tensors in it, at any depth. What was computed on the way goes back at once under `noGrad`, and
 * otherwise as soon as `backward()` has gone through it. For the `forward` of models, whose
 * intermediate results nobody outside can reach; as `tf.tidy`.
 *
 * Inside a `device.scope` it does nothing: all goes back with the scope.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function tidy<T>(device: Device, body: () => T): T {
  requireDevice('tidy', device);
  requireSynchronous('tidy', body);
  return device.inScope ? body() : keepResults(device, body).value;
}

/**
 * The same inside a scope too, to which then belongs what is left.
 *
 * @returns what `body` returned, and the memory that was allocated for it
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

/** Takes out of `arrays` what can be reached from a returned value. */
function keepReturned(value: unknown, arrays: Set<GpuArray>, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) return keepMemory(value.memory, arrays);
  if (value instanceof GpuArray) return keepMemory(value, arrays);
  const parts = value instanceof Map ? value.values() : Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) keepReturned(part, arrays, seen);
}

/** A returned tensor may be a view of an array. */
function keepMemory(memory: GpuArray, arrays: Set<GpuArray>): void {
  for (const array of arrays) if (array.storage === memory.storage) arrays.delete(array);
}
