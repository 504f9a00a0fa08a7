import type { DownloadProgress } from './platform.ts';

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;

/** `Downloading bert-base-uncased/model.safetensors: 45% of 440 MB, 12.0 MB/s` */
export function downloadLine({ repository, file, loadedBytes, totalBytes }: DownloadProgress, seconds: number): string {
  const percent = totalBytes > 0 ? Math.floor((100 * loadedBytes) / totalBytes) : 100;
  return `Downloading ${repository}/${file}: ${percent}% of ${megabytes(totalBytes)}, ${megabytes(loadedBytes / Math.max(seconds, 1e-3))}/s`;
}
