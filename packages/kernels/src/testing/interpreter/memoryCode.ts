import { sizeOf } from './types.ts';
import type { Type } from './types.ts';

/** Longer arrays are read and written by a loop. */
const mostUnrolled = 16;

function scalarPlace(type: Type, memory: string, offset: string): string {
  if (type.kind === 'fragment') return `${memory}.fragments[(${offset}) >> 2]`;
  if (type.kind === 'float' && type.bits === 16) return `${memory}.u16[(${offset}) >> 1]`;
  const view = type.kind === 'float' ? 'f32' : type.kind === 'int' && type.signed ? 'i32' : 'u32';
  return `${memory}.${view}[(${offset}) >> 2]`;
}

/** Types and offsets of what a value is made of; null for a scalar. */
function partsOf(type: Type): { readonly of: Type; readonly offset: number }[] | null {
  if (type.kind === 'struct') return type.members.map((of, index) => ({ of, offset: type.offsets[index] ?? 0 }));
  if (type.kind !== 'vector' && type.kind !== 'matrix' && type.kind !== 'array') return null;
  const stride = type.kind === 'array' ? type.stride : sizeOf(type.of);
  return Array.from({ length: type.count }, (_, index) => ({ of: type.of, offset: index * stride }));
}

const isLong = (type: Type) => type.kind === 'array' && type.count > mostUnrolled;

/** JavaScript of what a memory holds at an offset. */
function loadCode(type: Type, memory: string, offset: string): string {
  if (type.kind === 'array' && isLong(type)) {
    const element = loadCode(type.of, memory, `${offset} + index * ${type.stride}`);
    return `Array.from({ length: ${type.count} }, (_, index) => ${element})`;
  }
  const parts = partsOf(type);
  if (parts) return `[${parts.map((part) => loadCode(part.of, memory, `${offset} + ${part.offset}`)).join(', ')}]`;
  const place = scalarPlace(type, memory, offset);
  if (type.kind === 'bool') return `(${place} !== 0)`;
  return type.kind === 'float' && type.bits === 16 ? `half(${place})` : place;
}

/** The same, of each component of a vector. */
export function loadParts(type: Type, memory: string, offset: string): string[] {
  if (type.kind !== 'vector') return [loadCode(type, memory, offset)];
  return (partsOf(type) ?? []).map((part) => loadCode(part.of, memory, `${offset} + ${part.offset}`));
}

/** JavaScript that puts the parts of a value at an offset of a memory. */
export function storeParts(type: Type, memory: string, offset: string, values: readonly string[]): string {
  if (type.kind !== 'vector') return storeCode(type, memory, offset, values[0] ?? '');
  const stores = (partsOf(type) ?? []).map((part, index) =>
    storeCode(part.of, memory, `${offset} + ${part.offset}`, values[index] ?? ''),
  );
  return stores.join(' ');
}

/** JavaScript that puts a value at an offset of a memory. */
export function storeCode(type: Type, memory: string, offset: string, value: string): string {
  if (type.kind === 'array' && isLong(type)) {
    const element = storeCode(type.of, memory, `${offset} + index * ${type.stride}`, 'element');
    return `${value}.forEach((element, index) => { ${element} });`;
  }
  const parts = partsOf(type);
  if (parts) {
    const stores = parts.map((part, index) =>
      storeCode(part.of, memory, `${offset} + ${part.offset}`, `${value}[${index}]`),
    );
    return stores.join(' ');
  }
  const isHalf = type.kind === 'float' && type.bits === 16;
  return `${scalarPlace(type, memory, offset)} = ${isHalf ? `halfBits(${value})` : value};`;
}
