/** The content of a file: text or bytes. */
export type FileContent = string | Uint8Array;

/** How far something is, in pieces: a screen joins as many as it has room for. */
export interface ProgressText {
  readonly label: string;
  /** Between 0 and 1. */
  readonly part: number;
  /** `1032/3000 steps`. */
  readonly count: string;
  /** What may be left out where room lacks, the most important first: `1:54 left`. */
  readonly details: readonly Detail[];
}

/** Something to say of progress; of a pair the second is for where room lacks: `lr 5e-05`. */
export type Detail = string | readonly [text: string, short: string];

/** Where progress is shown. */
export interface Screen {
  /** Whether a line can be shown that the next one replaces. */
  readonly isTerminal: boolean;
  /** Shows a line in place of the last one; null takes it away. Only on a terminal. */
  show(text: ProgressText | null): void;
  /** Writes a line that stays. */
  writeLine(line: string): void;
}

/** What differs between Node and a browser. */
export interface Platform {
  readonly screen: Screen;
  /** Calls back every so many milliseconds, but keeps no process alive. Returns what ends it. */
  every(milliseconds: number, callback: () => void): () => void;
  /**
   * Whether a name of a folder or file is the address of it on a server: `https://…`, and in a page
   * `/…`, `./…` and `../…` too.
   */
  isAddress(name: string): boolean;
  /** Makes a folder with all above it. */
  makeFolder(folder: string): Promise<void>;
  /**
   * Writes one file so that no half of it is ever seen: beside its final name first, on the disk
   * when it is renamed. Makes the folder.
   */
  writeFileAtomic(path: string, content: FileContent): Promise<void>;
  /**
   * The same for several files of one folder, by name: all are complete before the first is
   * renamed, so that a failure leaves the old ones. They are renamed in the map's order.
   *
   * @param isStale which files of an earlier write go when they are not written again. Default:
   *   none
   */
  writeFilesAtomic(
    folder: string,
    files: ReadonlyMap<string, FileContent>,
    isStale?: (name: string) => boolean,
  ): Promise<void>;
}
