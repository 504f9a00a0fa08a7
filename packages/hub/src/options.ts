import { callable, flag, nonEmptyText, oneOf, optional, requireArgument, requireOptions, text } from '@attune/validate';
import { HubError } from './errors.ts';
import type { DownloadProgress } from './platform/platform.ts';
import type { RepoType } from './repository.ts';

/** Where a repository is looked for, and how. */
export interface ResolveOptions {
  /** Default 'model'. */
  repoType?: RepoType | undefined;
  /** Branch, tag or commit. Default 'main'. */
  revision?: string | undefined;
  /**
   * Where downloads are kept. Default: the cache of Python's `huggingface_hub`; in a browser, the
   * page's cache 'attune-hub'.
   */
  cacheDir?: string | undefined;
  /** Use only what is on this machine. Default: false, or what HF_HUB_OFFLINE says. */
  localFilesOnly?: boolean | undefined;
  /** Download again what is in the cache already. Default false. */
  forceDownload?: boolean | undefined;
  /**
   * Called while a file is downloaded. Default: a progress line for what lasts longer than a
   * second.
   */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** Options of {@link resolveFolder}. */
export interface ResolveFolderOptions extends ResolveOptions {
  /** Which files are wanted. Default: all. */
  include?: ((path: string) => boolean) | undefined;
}

const kinds = {
  repoType: optional(oneOf('model', 'dataset')),
  revision: optional(nonEmptyText),
  cacheDir: optional(nonEmptyText),
  localFilesOnly: optional(flag),
  forceDownload: optional(flag),
  onProgress: optional(callable),
};
const folderKinds = { ...kinds, include: optional(callable) };

const advice = {
  error: HubError,
  otherNames: {
    token: 'set HF_TOKEN, or log in with `hf auth login`',
    endpoint: 'set HF_ENDPOINT',
    resumeDownload: 'downloads are always resumed',
    allowPatterns: 'resolveFolder takes include, a function of the path',
    proxies: 'set HTTPS_PROXY',
  },
};

/** @throws HubError where the name or an option is not what it must be */
export function requireHubArguments(where: string, nameOrFolder: unknown, options: ResolveFolderOptions): void {
  requireArgument(where, 'nameOrFolder', nameOrFolder, text, HubError);
  requireOptions(where, options, where === 'resolveFolder' ? folderKinds : kinds, advice);
  if (options.forceDownload && options.localFilesOnly)
    throw new HubError(`${where}: forceDownload asks the hub, and localFilesOnly forbids it. Choose one.`);
}
