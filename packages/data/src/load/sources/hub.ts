// What a dataset's name takes of the hub, apart so that bundlers make a chunk of just that.
export { HubError, listFiles, readHubFile } from '@attune/hub';
