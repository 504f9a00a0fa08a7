// What loading by name needs of the hub, in a file of its own, so that bundlers make a chunk of
// just that.
export { HubError, listFiles, readHubFile } from '@attune/hub';
