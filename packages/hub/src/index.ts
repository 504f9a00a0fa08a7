export { listFiles, readHubFile, resolveFile, resolveFolder } from './resolve.ts';
export type { ResolvedFolder } from './resolve.ts';
export type { ResolveFolderOptions, ResolveOptions } from './options.ts';
export type { DownloadProgress, ResolvedFile } from './platform/platform.ts';
export type { RepoType } from './repository.ts';
export { HubAccessError, HubDownloadError, HubError, HubNotFoundError, HubOfflineError } from './errors.ts';
export type { MissingThing } from './errors.ts';
