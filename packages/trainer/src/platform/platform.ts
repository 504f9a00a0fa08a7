/** Where lines for a person go. */
export interface Terminal {
  writeLine(line: string): void;
}

/** A run as a signal finds it. */
export interface InterruptibleRun {
  /** Asks it to save and leave after its step; false when it has nothing to save. */
  finish(): boolean;
  /** What is lost when it ends at once. */
  farewell(): string;
}

export interface Interruption extends Disposable {
  /** The signal that has asked the run to finish; null without one. */
  readonly signal: string | null;
  /**
   * Called by a run that has finished: ends the process, with a message, unless
   * others listen to the signal.
   */
  leave(message: string): void;
}

/** What this process runs on. */
export interface Machine {
  readonly hostName: string;
  readonly processId: number;
}

/** The little that saving needs of a file system. Paths are joined with '/'. */
export interface Files {
  makeFolder(path: string): Promise<void>;
  /** Written beside and renamed, so that no half of a file is ever seen. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Added to what the file has; made if it is not there. */
  appendFile(path: string, content: string | Uint8Array): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  /** Names in a folder; empty when there is none. */
  list(path: string): Promise<string[]>;
  /** Puts a finished folder in place of another, which is renamed aside first and then removed. */
  replaceFolder(finished: string, target: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  /** When a file or folder was last written: milliseconds since 1970. */
  writtenAt(path: string): Promise<number>;
  /** SHA-256 of a file in hexadecimal digits. */
  checksum(path: string): Promise<string>;
}
