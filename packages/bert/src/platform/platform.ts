/** A file to write: text, or bytes in parts (so that no second copy of a large file is made). */
export type FileContent = string | readonly Uint8Array[];

/** What differs between Node and a browser. */
export interface Platform {
  /** Reads a whole file. */
  readBytes(path: string): Promise<Uint8Array>;
  /**
   * Writes files into a folder, making it if needed: each beside its final name and renamed when complete, in the order given.
   * Then removes the files of `stale` that were not written.
   */
  writeFiles(folder: string, files: ReadonlyMap<string, FileContent>, stale?: (name: string) => boolean): Promise<void>;
}
