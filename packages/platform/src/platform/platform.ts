/** The content of a file: text or bytes. */
export type FileContent = string | Uint8Array;

/** The parts of a progress line; a screen shows as many as fit. */
export interface ProgressText {
  readonly label: string;
  /** Progress, between 0 and 1. */
  readonly part: number;
  /** `1032/3000 steps`. */
  readonly count: string;
  /** Parts that may be dropped, the most important first: `1:54 left`. */
  readonly details: readonly Detail[];
}

/** A detail of progress, or a pair of it and a short form: `lr 5e-05`. */
export type Detail = string | readonly [text: string, short: string];

/** Where progress is shown. */
export interface Screen {
  /** Whether a line can be shown that the next one replaces. */
  readonly isTerminal: boolean;
  /** Replaces the progress line; null removes it. Only on a terminal. */
  show(text: ProgressText | null): void;
  /** Writes a permanent line. */
  writeLine(line: string): void;
}

/** What differs between Node and a browser. */
export interface Platform {
  readonly screen: Screen;
  /**
   * Calls back at an interval, without keeping the process alive.
   *
   * @returns a function that stops it
   */
  every(milliseconds: number, callback: () => void): () => void;
  /**
   * Whether a name of a folder or file is the address of it on a server: `https://…`, and in a page
   * `/…`, `./…` and `../…` too.
   */
  isAddress(name: string): boolean;
  /** Why a write failed, in words: by the code of the file system's error, or of its cause. */
  whyUnwritten(error: unknown): string;
  /** Makes a folder and its parents. */
  makeFolder(folder: string): Promise<void>;
  /**
   * Writes one file so that no partial content is ever visible: under another name first, flushed
   * to disk and then renamed. Makes the folder.
   */
  writeFileAtomic(path: string, content: FileContent): Promise<void>;
  /**
   * The same for several files of one folder, by name: all are complete before the first is
   * renamed, so that a failure leaves the old ones. Files are renamed in the order of the map.
   *
   * @param isStale which files of an earlier write to remove when they are not written again.
   *   Default: none
   */
  writeFilesAtomic(
    folder: string,
    files: ReadonlyMap<string, FileContent>,
    isStale?: (name: string) => boolean,
  ): Promise<void>;
}
