// A package registry on loopback with the packed tarballs. Everything else comes from the
// registry that npm is set to: a project's .npmrc sends only our scope here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * @param {{ manifest: object, tarball: string }[]} packages the manifests as published
 * @returns {Promise<{ address: string, stop: () => void }>}
 */
export async function startRegistry(packages) {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    const file = packages.find(({ tarball }) => name === `-/${basename(tarball)}`);
    if (file) {
      response.end(readFileSync(file.tarball));
      return;
    }
    const found = packages.find(({ manifest }) => manifest.name === name);
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? packument(found, address()) : { error: 'not found' }));
  });
  const address = () => `http://127.0.0.1:${server.address().port}`;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: address(), stop: () => server.close() };
}

function packument({ manifest, tarball }, address) {
  const { name, version } = manifest;
  const hash = (algorithm, encoding) => createHash(algorithm).update(readFileSync(tarball)).digest(encoding);
  const dist = {
    tarball: `${address}/-/${basename(tarball)}`,
    integrity: `sha512-${hash('sha512', 'base64')}`,
    shasum: hash('sha1', 'hex'),
  };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

const basename = (path) => path.split(/[\\/]/).at(-1);
