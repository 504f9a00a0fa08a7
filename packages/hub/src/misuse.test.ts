import { describe, expect, it } from 'vitest';
import { HubError, listFiles, readHubFile, resolveFile, resolveFolder } from './index.ts';
import { startLoopbackHub } from './testing/loopbackHub.ts';

// Nothing of this may reach the real hub or its cache.
startLoopbackHub();

describe('misuse', () => {
  it.each([
    [() => resolveFile(undefined as never, 'x'), 'resolveFile: nameOrFolder must be a string; got undefined'],
    [() => resolveFile('owner/tiny', 42 as never), 'resolveFile: filename must be a string; got 42'],
    [() => readHubFile('owner/tiny', null as never), 'readHubFile: filename must be a string; got null'],
    [() => listFiles({} as never), 'listFiles: nameOrFolder must be a string; got an empty object'],
    [() => listFiles('a', null as never), 'listFiles takes its options as an object'],
    [() => listFiles('a', { repotype: 'model' } as never), 'listFiles has no option repotype; did you mean repoType?'],
    [() => listFiles('a', { repo_type: 'model' } as never), 'did you mean repoType?'],
    [() => listFiles('a', { repoType: 'space' as never }), "repoType must be one of 'model', 'dataset'; got \"space\""],
    [() => listFiles('a', { token: 'hf_SECRET' } as never), 'listFiles has no option token: set HF_TOKEN'],
    [() => listFiles('a', { include: () => true } as never), 'has no option include'],
    [() => resolveFile('a', 'b', { onProgress: 1 as never }), 'onProgress must be a function; got 1'],
    [() => resolveFile('a', 'b', { cacheDir: '' }), 'cacheDir must be a non-empty string'],
    [() => resolveFile('a', 'b', { revision: 7 as never }), 'revision must be a non-empty string; got 7'],
    [() => resolveFolder('a', { include: '*.json' as never }), 'resolveFolder: include must be a function'],
    [() => resolveFile('a', 'b', { revision: 'x/../y' }), "'x/../y' is not a branch, tag or commit"],
    [() => resolveFile('~/bert', 'b'), "Only a shell expands '~'"],
    [() => resolveFile('https://huggingface.co/owner/name/tree/main', 'b'), "give only the name: 'owner/name'"],
    [() => resolveFile('https://huggingface.co/datasets/owner/name', 'b'), "give only the name: 'owner/name'"],
    [
      () => resolveFile('owner/tiny', 'Config.json'),
      "has no file 'Config.json' at 'main'; did you mean 'config.json'?",
    ],
    [() => resolveFile('a', 'b', { revision: '.' }), "'.' is not a branch, tag or commit"],
    [() => resolveFile('a', 'b', { revision: 'a//b' }), "'a//b' is not a branch, tag or commit"],
  ])('gives a clear error: %s', async (call, message) => {
    const error = (await call().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(HubError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('SECRET');
  });
});
