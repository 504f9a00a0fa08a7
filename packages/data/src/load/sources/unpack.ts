import { messageOf } from '@attune/validate';
import { gunzip } from '#platform';
import { DataFileError } from '../../errors.ts';

// The decoders are loaded on demand: a page that reads plain text needs none.

/** A file by itself, or one from an archive. */
export interface UnpackedFile {
  /** Name for messages: `train.csv.gz`, `pairs.zip/train.csv`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** The kind of a file by its first bytes, as its name may not say it. */
function startsWith(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/**
 * The content of a file: itself, decompressed (gzip, Zstandard), or the files of a zip archive in
 * the order of their names.
 *
 * @throws DataFileError for a damaged file, and for an unsupported compression
 */
export async function unpack({ label, bytes }: UnpackedFile): Promise<UnpackedFile[]> {
  try {
    if (startsWith(bytes, 0x1f, 0x8b)) return await unpack({ label, bytes: await gunzip(bytes) });
    if (startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd)) {
      const { decompress } = await import('fzstd');
      return await unpack({ label, bytes: decompress(bytes) });
    }
    if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) return await filesOfZip(label, bytes);
  } catch (error) {
    if (error instanceof DataFileError) throw error;
    const reason = messageOf(error);
    throw new DataFileError(`'${label}' cannot be unpacked: ${reason}. It is damaged or cut off.`, { cause: error });
  }
  const other = otherKind(bytes);
  if (other) throw new DataFileError(`'${label}' is ${other}.`);
  return [{ label, bytes }];
}

function otherKind(bytes: Uint8Array): string | undefined {
  if (startsWith(bytes, 0xfd, 0x37, 0x7a, 0x58, 0x5a))
    return 'compressed with xz, which is not supported. Unpack it first';
  if (startsWith(bytes, 0x42, 0x5a, 0x68, 0x39))
    return 'compressed with bzip2, which is not supported. Unpack it first';
  if (startsWith(bytes, 0x04, 0x22, 0x4d, 0x18)) return 'compressed with lz4, which is not supported. Unpack it first';
  if (startsWith(bytes, 0x37, 0x7a, 0xbc, 0xaf)) return 'a 7z archive, which is not supported. Unpack it first';
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) return 'an Excel workbook. Save it as "CSV UTF-8" and load that';
  return undefined;
}

async function filesOfZip(label: string, bytes: Uint8Array): Promise<UnpackedFile[]> {
  const { unzipSync } = await import('fflate');
  const files = Object.entries(unzipSync(bytes));
  if (files.some(([name]) => name === '[Content_Types].xml'))
    throw new DataFileError(`'${label}' is an Excel workbook. Save it as "CSV UTF-8" and load that.`);
  const own = files.filter(
    ([name]) => !name.endsWith('/') && !name.split('/').some((part) => /^(\.|__MACOSX$)/.test(part)),
  );
  if (own.length === 0) throw new DataFileError(`'${label}' is a zip archive without files`);
  const names = own.sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    await Promise.all(names.map(([name, content]) => unpack({ label: `${label}/${name}`, bytes: content })))
  ).flat();
}
