/** Base of every error that this package throws itself. */
export class TensorError extends Error {
  override name = 'TensorError';
}

/** Shapes that do not fit an operation. The message names the operation and the shapes. */
export class ShapeError extends TensorError {
  override name = 'ShapeError';
}

/** `backward()` was called where no gradient can come from. */
export class AutogradError extends TensorError {
  override name = 'AutogradError';
}

/** A state dict that does not fit the module. */
export class StateDictError extends TensorError {
  override name = 'StateDictError';
}
