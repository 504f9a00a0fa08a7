import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A value under a name, as TensorBoard shows it: a curve, or a text. */
export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly text: string };

/** One entry of an event file; steps count optimizer steps. */
export interface FileEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Default 0. */
  readonly step?: number | undefined;
  readonly values?: readonly SummaryValue[] | undefined;
  /** Whether it is the first of a file. */
  readonly begins?: boolean | undefined;
  /**
   * Whether a run resumes at `step`: TensorBoard then drops later steps in other files of the
   * folder.
   */
  readonly goesOn?: boolean | undefined;
}

/**
 * An event as a record of a file that TensorBoard reads: `Event` of
 * tensorflow/core/util/event.proto in the framing of TFRecord. Length (u64), its checksum, the
 * message, its checksum, all little-endian.
 */
export function eventRecord(event: FileEvent): Uint8Array {
  const message = encodeEvent(event);
  const record = new Uint8Array(16 + message.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, message.length, true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedChecksum(message), true);
  return record;
}

/** CRC32C in TFRecord's masked form, which allows checksums of data that contains checksums. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's CRC32 (RFC 3720, appendix B.4), bit by bit, as records are short. */
function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  return ~remainder >>> 0;
}

// Field numbers are those of event.proto, summary.proto and tensor.proto. Code generated from the
// whole schema would be a hundred times larger.
function encodeEvent({ wallTime, step = 0, values, begins, goesOn }: FileEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(wallTime);
  if (step !== 0) writer.tag(2, WireType.Varint).int64(step);
  if (begins) writer.tag(3, WireType.LengthDelimited).string('brain.Event:2');
  if (values) {
    writer.tag(5, WireType.LengthDelimited).fork();
    for (const value of values) encodeValue(writer, value);
    writer.join();
  }
  if (goesOn) {
    const start = 1;
    writer.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(start).join();
  }
  return writer.finish();
}

function encodeValue(writer: BinaryWriter, value: SummaryValue): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  if ('scalar' in value) {
    writer.tag(1, WireType.LengthDelimited).string(value.tag);
    writer.tag(2, WireType.Bit32).float(Math.fround(value.scalar));
  } else {
    writer.tag(1, WireType.LengthDelimited).string(`${value.tag}/text_summary`);
    encodeText(writer, value.text);
  }
  writer.join();
}

/** A tensor of one string, and the plugin that shows it. */
function encodeText(writer: BinaryWriter, text: string): void {
  const dtString = 7;
  writer.tag(8, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(dtString);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int64(1).join();
  writer.join();
  writer.tag(8, WireType.LengthDelimited).string(text);
  writer.join();
  writer.tag(9, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string('text').join();
  writer.join();
}
