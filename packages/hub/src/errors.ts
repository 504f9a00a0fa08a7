/** Any failure to get a file by name or folder. */
export class HubError extends Error {
  override name = 'HubError';
}

/**
 * The hub cannot be reached, is out of order or must not be asked, and there is no copy on this
 * machine.
 */
export class HubOfflineError extends HubError {
  override name = 'HubOfflineError';
}

/** What was not found. `file`: the repository or folder is there, this file in it is not. */
export type MissingThing = 'file' | 'folder' | 'repository' | 'revision';

/** There is no such file, folder, repository or revision. */
export class HubNotFoundError extends HubError {
  override name = 'HubNotFoundError';
  /** What was not found. */
  readonly missing: MissingThing;
  /**
   * The hub was not reached: the file is missing in the copy on this machine, and might exist on
   * the hub.
   */
  readonly offline: boolean;

  constructor(message: string, details: { missing: MissingThing; offline?: boolean; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.missing = details.missing;
    this.offline = details.offline ?? false;
  }
}

/** The hub refuses: the repository is private or gated, or the token is wrong. */
export class HubAccessError extends HubError {
  override name = 'HubAccessError';
}

/** A download broke off too often, or what arrived is not what the hub announced. */
export class HubDownloadError extends HubError {
  override name = 'HubDownloadError';
}

/**
 * Inside this package: the hub gave no answer that is of use (no network, a dead address, a proxy's
 * own page, too slow, out of order). Users get HubOfflineError.
 */
export class UnreachableError extends HubError {
  override name = 'UnreachableError';
  /** It was reached, and is busy or out of order: asking again at once does not help. */
  readonly answered: boolean;

  constructor(message: string, { answered = false, cause }: { answered?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.answered = answered;
  }
}
