/** Where lines for a person go. */
export interface Terminal {
  writeLine(line: string): void;
}

/** Progress of a run. */
export interface RunPlace {
  /** Steps done. */
  readonly step: number;
  readonly maxSteps: number;
  /** Path of the last checkpoint; null when there is none. */
  readonly lastCheckpoint: string | null;
}

/** A run that a signal can interrupt. */
export interface InterruptibleRun {
  /** Asks it to save and stop after its current step; false when it has nothing to save. */
  finish(): boolean;
  /** How far the run has come. */
  place(): RunPlace;
}

export interface Interruption extends Disposable {
  /** The signal that asked the run to finish, or null. */
  readonly signal: string | null;
  /**
   * Called by a run that has finished: ends the process with a message, unless the program has its
   * own listeners for the signal.
   *
   * @param howToResume null when no run can resume from what is saved
   * @returns the message
   */
  leave(place: RunPlace, howToResume: string | null): string;
}

/** What this process runs on. */
export interface Machine {
  readonly hostName: string;
  readonly processId: number;
}

/** The little that saving needs of a file system. Paths are joined with '/'. */
export interface Files {
  makeFolder(path: string): Promise<void>;
  /** Written under another name and renamed, so that no partial file is ever visible. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Appends to a file; creates it if needed. */
  appendFile(path: string, content: string | Uint8Array): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  /** Names in a folder; empty when there is none. */
  list(path: string): Promise<string[]>;
  /** Replaces a folder by a finished one; the old one is renamed first and then removed. */
  replaceFolder(finished: string, target: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  /** Time when a file or folder was last written: milliseconds since 1970. */
  writtenAt(path: string): Promise<number>;
  /** SHA-256 of a file in hexadecimal digits. */
  checksum(path: string): Promise<string>;
}
