import type { ElementType } from '@attune/kernels';

/** Element types of tensors. `bool` lies in memory as 0 and 1 in u32. */
export type DType = ElementType | 'bool';

/** Types that gradients flow in. */
export type FloatType = 'f32' | 'f16';

/** What a function of real numbers gives: floats stay of their type, all else becomes f32. */
export type FloatOf<D extends DType> = D extends FloatType ? D : 'f32';

/** What `data()` gives: f16 comes as f32, bool as 0 and 1. */
export type DataOf<D extends DType> = D extends 'i32'
  ? Int32Array
  : D extends 'u32' | 'bool'
    ? Uint32Array
    : Float32Array;
