import { requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { safetensorsDtypes, SafetensorsError } from './dtypes.ts';
import type { SafetensorsDtype } from './dtypes.ts';
import { shapeKind } from '../shape.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * Host data to write. Its element type is that of the array unless `dtype` says otherwise (f16 as
 * bits in a Uint16Array).
 */
export interface WritableTensor {
  /** Extents, outermost first. */
  readonly shape: readonly number[];
  /** Values in row-major order. */
  readonly data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;
  /** Element type in the file. Default: that of `data`; required for bits of f16 and bf16. */
  readonly dtype?: SafetensorsDtype | 'f32' | 'f16' | 'i32' | 'u32' | undefined;
}

const dtypeOfTensor: Readonly<Record<string, SafetensorsDtype>> = { f32: 'F32', f16: 'F16', i32: 'I32', u32: 'U32' };

/** What the elements of an array may be called; the first is the default. */
const dtypesOfArray: Readonly<Record<string, readonly SafetensorsDtype[]>> = {
  Float32Array: ['F32'],
  Float64Array: ['F64'],
  Int32Array: ['I32'],
  Uint32Array: ['U32'],
  Uint16Array: ['F16', 'BF16', 'U16'],
  // Bytes of anything.
  Uint8Array: ['U8', ...(Object.keys(safetensorsDtypes) as SafetensorsDtype[])],
};

/** Its name is the same in every realm. */
const arrayName = (data: ArrayBufferView) => Object.prototype.toString.call(data).slice('[object '.length, -1);

const dtypeOf = ({ data, dtype }: WritableTensor): SafetensorsDtype =>
  dtype ? (dtypeOfTensor[dtype] ?? (dtype as SafetensorsDtype)) : dtypesOfArray[arrayName(data)]![0]!;

/**
 * Makes a safetensors file. Tensors keep the given order, except that larger element types come
 * first, so that each is aligned; the header is padded to a multiple of 8 bytes, as the Rust
 * library does.
 *
 * @throws SafetensorsError when a shape and its data do not fit
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, WritableTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  requireAtMost('writeSafetensors', 2, arguments);
  requireEntries(tensors, metadata);
  const entries = [...tensors].map((entry) => {
    requireEntry(entry);
    const [name, tensor] = entry;
    return { name, tensor, dtype: dtypeOf(tensor) };
  });
  entries.sort((a, b) => safetensorsDtypes[b.dtype] - safetensorsDtypes[a.dtype]);
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const { name, tensor, dtype } of entries) {
    const { shape, data } = tensor;
    const needed = shape.reduce((product, size) => product * size, safetensorsDtypes[dtype]);
    if (needed !== data.byteLength)
      throw new SafetensorsError(
        `tensor ${name}, ${dtype} [${shape.join(', ')}], needs ${needed} bytes and has ${data.byteLength}`,
      );
    if (name === '__metadata__' || Object.hasOwn(header, name))
      throw new SafetensorsError(
        `the name ${name} cannot be written ${name === '__metadata__' ? 'as a tensor' : 'twice'}`,
      );
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let offset = 8 + headerBytes;
  for (const { tensor } of entries) {
    const { data } = tensor;
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

const named = 'names and tensors: an array or a Map of [name, { shape, data }]';

const metadataKind: Kind = {
  what: 'a table of strings',
  holds: (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((entry) => typeof entry === 'string'),
};

function requireEntries(tensors: unknown, metadata: unknown): void {
  const isIterable = (value: unknown) => typeof value === 'object' && value !== null && Symbol.iterator in value;
  requireArgument('writeSafetensors', 'tensors', tensors, { what: named, holds: isIterable }, SafetensorsError);
  requireArgument('writeSafetensors', 'metadata', metadata, metadataKind, SafetensorsError);
}

/** @throws SafetensorsError when an entry is not [name, { shape, data }] */
function requireEntry(entry: unknown): void {
  const [name, tensor] = (Array.isArray(entry) ? entry : []) as [unknown, Partial<WritableTensor> | undefined];
  const isTensor =
    typeof tensor === 'object' && tensor !== null && Array.isArray(tensor.shape) && ArrayBuffer.isView(tensor.data);
  if (typeof name !== 'string' || !isTensor) {
    const found = typeof name === 'string' ? `${shown(tensor)} for ${name}` : `${shown(entry)} among them`;
    const advice = typeof tensor?.data === 'function' ? '. The values of a tensor x are await x.data().' : '';
    throw new SafetensorsError(`writeSafetensors takes ${named}; got ${found}${advice}`);
  }
  const { dtype, data, shape } = tensor as WritableTensor;
  const known = dtype === undefined ? undefined : (dtypeOfTensor[dtype] ?? dtype);
  if (known !== undefined && !Object.hasOwn(safetensorsDtypes, known))
    throw new SafetensorsError(`writeSafetensors: tensor ${name} has the unknown type ${shown(dtype)}`);
  requireArgument('writeSafetensors', `the shape of ${name}`, shape, shapeKind, SafetensorsError);
  const dtypes = dtypesOfArray[arrayName(data)];
  if (dtypes && (known === undefined || (dtypes as readonly string[]).includes(known))) return;
  throw new SafetensorsError(
    `writeSafetensors: the data of ${name} must be an array of ${known ?? 'floats or unsigned or 32-bit integers'}; ` +
      `got ${shown(data)}. Bytes of any type are a Uint8Array with a dtype`,
  );
}
