import type { ElementType } from '@attune/kernels';

/** Element types of tensors. `bool` is stored as 0 and 1 in u32. */
export type DType = ElementType | 'bool';

/** Types that gradients flow in. */
export type FloatType = 'f32' | 'f16';

/** Element type of the result of a real function: floats keep their type, others become f32. */
export type FloatOf<D extends DType> = D extends FloatType ? D : 'f32';

/**
 * Element type of sums and products: f32 for floats, i32 for bool; whole numbers keep their type.
 */
export type SumOf<D extends DType> = D extends FloatType ? 'f32' : D extends 'bool' ? 'i32' : D;

/** Element type of sums and products. Whole numbers wrap at 32 bits. */
export function sumType<D extends DType>(dtype: D): SumOf<D> {
  return (isFloat(dtype) ? 'f32' : dtype === 'bool' ? 'i32' : dtype) as SumOf<D>;
}

/** Whether gradients flow in this type. */
export const isFloat = (dtype: DType): dtype is FloatType => dtype === 'f32' || dtype === 'f16';

/** The type of `data()`: f16 is returned as f32, bool as 0 and 1. */
export type DataOf<D extends DType> = D extends 'i32'
  ? Int32Array
  : D extends 'u32' | 'bool'
    ? Uint32Array
    : Float32Array;
