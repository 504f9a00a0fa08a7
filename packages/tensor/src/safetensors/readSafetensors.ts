import { instanceOf, requireArgument, shown, text } from '@attune/validate';
import { safetensorsDtypes, SafetensorsError } from './dtypes.ts';
import type { SafetensorsDtype, SafetensorsEntry } from './dtypes.ts';
import { parseHeader } from './parseHeader.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** The format's own limit on the header, in bytes. */
const maxHeaderBytes = 100_000_000;

/** Content of a safetensors file. */
export interface SafetensorsFile {
  /** Metadata by name; empty where the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Tensors by name, in the order of the data. The bytes are views into the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

interface Range {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
}

/**
 * Reads a safetensors file without trusting it: sizes, offsets, overlaps, gaps, types and duplicate
 * names are all checked before any data is used.
 *
 * Format: https://github.com/huggingface/safetensors#format
 *
 * @param source name of the file in messages
 * @throws SafetensorsError
 */
export function readSafetensors(file: Uint8Array, source = 'safetensors file'): SafetensorsFile {
  requireAtMost('readSafetensors', 2, arguments);
  requireArgument('readSafetensors', 'file', file, instanceOf(Uint8Array, 'a Uint8Array'), SafetensorsError);
  requireArgument('readSafetensors', 'source', source, text, SafetensorsError);
  // Node's Buffer is a Uint8Array whose `slice` does not copy; results must be plain Uint8Arrays.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const fail = (reason: string): never => {
    throw new SafetensorsError(`${source}: ${reason}. The file is damaged or incomplete: download or save it again.`);
  };
  if (bytes.byteLength < 8) fail(`has ${bytes.byteLength} bytes; the length of its header alone takes 8`);
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes)
    fail(`claims a header of ${headerBytes} bytes; at most ${maxHeaderBytes} are allowed`);
  if (8 + headerBytes > bytes.byteLength)
    fail(`claims a header of ${headerBytes} bytes but has only ${bytes.byteLength - 8} bytes after the length`);
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes), fail);
  const data = bytes.subarray(8 + headerBytes);

  const ranges: Range[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(entry, fail);
    else ranges.push(readRange(name, entry, fail));
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const range of ranges) {
    if (range.start !== end)
      fail(
        `tensor ${range.name} starts at byte ${range.start} of the data; ${range.start < end ? 'it overlaps the one before' : `bytes ${end} to ${range.start} belong to no tensor`}`,
      );
    end = range.end;
    if (end > data.byteLength)
      fail(`tensor ${range.name} ends at byte ${end} of the data, of which there are ${data.byteLength}`);
  }
  if (end !== data.byteLength) fail(`${data.byteLength - end} bytes after the last tensor belong to none`);
  return {
    metadata,
    tensors: new Map(
      ranges.map(({ name, start, end: stop, dtype, shape }) => [
        name,
        { dtype, shape, data: data.subarray(start, stop) },
      ]),
    ),
  };
}

function readMetadata(entry: unknown, fail: (reason: string) => never): Record<string, string> {
  if (typeof entry !== 'object' || entry === null || Object.values(entry).some((value) => typeof value !== 'string'))
    fail('its __metadata__ is not a table of strings');
  return entry as Record<string, string>;
}

function readRange(name: string, entry: unknown, fail: (reason: string) => never): Range {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const isSize = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (typeof dtype !== 'string' || !Object.hasOwn(safetensorsDtypes, dtype))
    fail(`tensor ${name} has the unknown type ${written(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isSize)) fail(`tensor ${name} has the impossible shape ${written(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0] > offsets[1])
    fail(`tensor ${name} has the impossible offsets ${written(offsets)}`);
  const [start, end] = offsets as [number, number];
  const checked = { dtype: dtype as SafetensorsDtype, shape: shape as number[] };
  const needed = checked.shape.reduce((product, size) => product * size, safetensorsDtypes[checked.dtype]);
  if (needed !== end - start)
    fail(
      `tensor ${name}, ${checked.dtype} [${checked.shape.join(', ')}], needs ${needed} bytes and has ${end - start}`,
    );
  return { name, start, end, ...checked };
}

/**
 * A value from the file, shortened for a message: it may be large, and nested deeper than the
 * stack.
 */
function written(value: unknown): string {
  if (!Array.isArray(value) || value.length > 8 || value.some((element) => typeof element === 'object'))
    return shown(value);
  return JSON.stringify(value);
}
