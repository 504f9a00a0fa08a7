/** Base class of every error that this package throws. */
export class GpuError extends Error {
  override name = 'GpuError';
}

/** No WebGPU adapter answered, or WebGPU itself is missing. */
export class NoAdapterError extends GpuError {
  override name = 'NoAdapterError';
}

/**
 * The device was lost: driver reset, unplugged, or destroyed while still in use. Nothing on it can
 * be read or recorded any more; to continue, open a new device.
 */
export class DeviceLostError extends GpuError {
  override name = 'DeviceLostError';
}

/** What an array that could not be allocated asked for, and which limit it hit. */
export interface MissingMemory {
  /** Bytes of the array. */
  readonly requestedBytes: number;
  /** The most that `limit` allows, in bytes; undefined where the driver does not say. */
  readonly limitBytes: number | undefined;
  /**
   * The limit that was hit: one of the adapter's by its WebGPU name, the `memoryBudget` of
   * `openDevice`, or the memory of the device.
   */
  readonly limit: 'maxStorageBufferBindingSize' | 'maxBufferSize' | 'memoryBudget' | 'device memory';
  /** The array's label. */
  readonly label: string;
}

/** The device, or the budget given to `openDevice`, has no room for an array. */
export class OutOfMemoryError extends GpuError implements MissingMemory {
  override name = 'OutOfMemoryError';
  readonly requestedBytes: number;
  readonly limitBytes: number | undefined;
  readonly limit: MissingMemory['limit'];
  readonly label: string;

  constructor(message: string, missing: MissingMemory) {
    super(message);
    this.requestedBytes = missing.requestedBytes;
    this.limitBytes = missing.limitBytes;
    this.limit = missing.limit;
    this.label = missing.label;
  }
}

/**
 * WebGPU refused a command; the message names the kernel and its arrays. None of the commands
 * submitted with it ran, and the arrays that they were to write cannot be read. The device itself
 * stays usable.
 */
export class GpuValidationError extends GpuError {
  override name = 'GpuValidationError';
}

/**
 * A kernel was called with shapes, types or options that do not fit together. It is thrown before
 * anything is recorded.
 */
export class KernelArgumentError extends GpuError {
  override name = 'KernelArgumentError';
}

/** An array was used after it went back to the pool. */
export class ReleasedArrayError extends GpuError {
  override name = 'ReleasedArrayError';
}

/** A `.wgsl` file refers to something that does not exist. `file` and `line` say where. */
export class WgslError extends GpuError {
  override name = 'WgslError';
  /** Path below `src/`. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;

  constructor(message: string, { file, line }: { readonly file: string; readonly line: number }) {
    super(`${file}:${line}: ${message}`);
    this.file = file;
    this.line = line;
  }
}
