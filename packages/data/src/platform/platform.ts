/** A file as a page gets it from an input field or a drop. */
export interface FileObject {
  readonly name: string;
  /** All bytes of the file. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file: a path (in a page, an address), or a File. */
export type DataFile = string | FileObject;

export interface Platform {
  /** What a name stands for on this machine. */
  kindOf(path: string): Promise<'file' | 'folder' | undefined>;
  readBytes(file: DataFile): Promise<Uint8Array>;
  /** Decompresses a gzip file; rejects for a damaged one. */
  gunzip(bytes: Uint8Array): Promise<Uint8Array>;
  /** A cached result; undefined if there is none. */
  readCache(key: string): Promise<Uint8Array | undefined>;
  writeCache(key: string, bytes: Uint8Array): Promise<void>;
}
