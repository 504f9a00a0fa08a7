import { snappyUncompress } from 'hyparquet';
import type { Compressors, FileMetaData } from 'hyparquet';
import { snappyUncompressor } from 'hysnappy';

/**
 * The decompressors for a file. Nearly all files use Snappy, for which a web page loads 3 kB; ZSTD
 * is 3 kB more, and all others together are 70.
 */
export async function decodersOf({ row_groups: groups }: FileMetaData): Promise<Compressors> {
  const codecs = new Set(groups.flatMap(({ columns }) => columns.map(({ meta_data: chunk }) => chunk?.codec)));
  const decoders: Compressors = {};
  if (codecs.has('SNAPPY')) decoders.SNAPPY = snappyDecoder();
  if (codecs.has('ZSTD')) {
    const { decompress } = await import('fzstd');
    decoders.ZSTD = (input) => decompress(input);
  }
  if ([...codecs].some((codec) => codec !== undefined && !['UNCOMPRESSED', 'SNAPPY', 'ZSTD'].includes(codec))) {
    const { GZIP, BROTLI, LZ4, LZ4_RAW } = await otherDecoders();
    Object.assign(decoders, { GZIP, BROTLI, LZ4, LZ4_RAW });
  }
  return Object.fromEntries(Object.entries(decoders).map(([codec, decode]) => [codec, ofPages(decode)]));
}

type Decoder = NonNullable<Compressors[keyof Compressors]>;

/**
 * Compiled where that is allowed, else in JavaScript: a page whose Content-Security-Policy lacks
 * 'wasm-unsafe-eval' compiles no WebAssembly.
 */
function snappyDecoder(): Decoder {
  try {
    return snappyUncompressor();
  } catch {
    return (input, length) => {
      const page = new Uint8Array(length);
      snappyUncompress(input, page);
      return page;
    };
  }
}

async function otherDecoders(): Promise<Compressors> {
  try {
    return (await import('hyparquet-compressors')).compressors;
  } catch (cause) {
    if ((cause as Error).name !== 'CompileError') throw cause;
    throw new Error(
      "it is compressed neither by Snappy nor by ZSTD, and this page compiles no WebAssembly: add 'wasm-unsafe-eval' to script-src of its Content-Security-Policy, or write the file with Snappy",
      { cause },
    );
  }
}

/** The LZ4 decoder fails on empty pages. */
const ofPages =
  (decode: Decoder): Decoder =>
  (input, length) =>
    length === 0 ? new Uint8Array(0) : decode(input, length);
