/** The content of a file: text or bytes. */
export type FileContent = string | Uint8Array;

/** What differs between Node and a browser. */
export interface Platform {
  /**
   * Writes files into a folder, making it if needed. All are written beside their final names first
   * and renamed when every one is complete, so that a failure leaves the old files. Then removes
   * the files of `stale` that were not written.
   */
  writeFiles(folder: string, files: ReadonlyMap<string, FileContent>, stale?: (name: string) => boolean): Promise<void>;
}
