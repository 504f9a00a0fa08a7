// WebGPU's types as public declarations name them: those of the reader's program, from lib.dom or
// @webgpu/types, and `object` where it has neither. Importing either of them here would clash with
// the other.

type Global<Name extends string> = typeof globalThis extends { [name in Name]: { prototype: infer Type } }
  ? Type
  : object;

export type GPU = Global<'GPU'>;
export type GPUAdapter = Global<'GPUAdapter'>;
export type GPUBindGroup = Global<'GPUBindGroup'>;
export type GPUBindGroupLayout = Global<'GPUBindGroupLayout'>;
export type GPUBuffer = Global<'GPUBuffer'>;
export type GPUCommandEncoder = Global<'GPUCommandEncoder'>;
export type GPUComputePipeline = Global<'GPUComputePipeline'>;
export type GPUDevice = Global<'GPUDevice'>;
export type GPUError = Global<'GPUError'>;
export type GPUQuerySet = Global<'GPUQuerySet'>;

export interface GPUComputePassTimestampWrites {
  querySet: GPUQuerySet;
  beginningOfPassWriteIndex: number;
  endOfPassWriteIndex: number;
}
