/**
 * Base of every error that this package throws, so that callers can tell GPU trouble from their
 * own.
 */
export class GpuError extends Error {
  override name = 'GpuError';
}

/** No WebGPU adapter answered, or WebGPU itself is missing. */
export class NoAdapterError extends GpuError {
  override name = 'NoAdapterError';
}

/**
 * The device was lost: driver reset, unplugged, or destroyed while still in use. Nothing on it can
 * be read any more.
 */
export class DeviceLostError extends GpuError {
  override name = 'DeviceLostError';
}

/** The device, or the budget given to `openDevice`, has no room for an array. */
export class OutOfMemoryError extends GpuError {
  override name = 'OutOfMemoryError';
}

/**
 * WebGPU refused a command; the message names the kernel and its parameters. The commands submitted
 * with it did not run.
 */
export class GpuValidationError extends GpuError {
  override name = 'GpuValidationError';
}

/**
 * A kernel was called with shapes, types or options that do not fit together. Thrown before
 * anything is recorded.
 */
export class KernelArgumentError extends GpuError {
  override name = 'KernelArgumentError';
}

/** An array was used after it went back to the pool. */
export class ReleasedArrayError extends GpuError {
  override name = 'ReleasedArrayError';
}
