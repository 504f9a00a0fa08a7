/** Base class of the errors of this package. */
export class TensorError extends Error {
  override name = 'TensorError';
}

/** Shapes do not fit an operation. The message names the operation and the shapes. */
export class ShapeError extends TensorError {
  override name = 'ShapeError';
}

/** `backward()` cannot compute a gradient. */
export class AutogradError extends TensorError {
  override name = 'AutogradError';
}

/** A state dict does not fit the module. */
export class StateDictError extends TensorError {
  override name = 'StateDictError';
}
