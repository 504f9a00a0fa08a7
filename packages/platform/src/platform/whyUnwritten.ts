const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  ERR_ACCESS_DENIED: 'Node runs with --permission, without --allow-fs-write for it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the disk quota is used up; make room',
  ENOTDIR: 'part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  ENOENT: 'a folder of that path does not exist and cannot be created',
};

interface Failure {
  readonly message: string;
  readonly code?: string;
  readonly cause?: Failure;
}

/**
 * Why something could not be written, in a person's words without a full stop; else the error's own
 * message.
 */
export function whyUnwritten(error: unknown): string {
  const { code, cause, message } = error as Failure;
  return reasons[code ?? cause?.code ?? ''] ?? message.replace(/\.$/, '');
}
