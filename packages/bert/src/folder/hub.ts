// What a checkpoint's name takes of the hub, apart so that bundlers make a chunk of just that.
export { HubError, HubNotFoundError, listFiles, readHubFile } from '@attune/hub';
