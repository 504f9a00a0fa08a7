import type { ElementType } from '@attune/kernels';

/** Element types of tensors. `bool` lies in memory as 0 and 1 in u32. */
export type DType = ElementType | 'bool';

/** Types that gradients flow in. */
export type FloatType = 'f32' | 'f16';

/** What a function of real numbers gives: floats stay of their type, all else becomes f32. */
export type FloatOf<D extends DType> = D extends FloatType ? D : 'f32';

/** What sums and products give: f32 of floats, i32 of bool, whole numbers of their type. */
export type SumOf<D extends DType> = D extends FloatType ? 'f32' : D extends 'bool' ? 'i32' : D;

/** Element type of sums and products. Whole numbers wrap beyond 32 bits. */
export function sumType<D extends DType>(dtype: D): SumOf<D> {
  return (isFloat(dtype) ? 'f32' : dtype === 'bool' ? 'i32' : dtype) as SumOf<D>;
}

/** Whether gradients flow in this type. */
export const isFloat = (dtype: DType): dtype is FloatType => dtype === 'f32' || dtype === 'f16';

/** What `data()` gives: f16 comes as f32, bool as 0 and 1. */
export type DataOf<D extends DType> = D extends 'i32'
  ? Int32Array
  : D extends 'u32' | 'bool'
    ? Uint32Array
    : Float32Array;
