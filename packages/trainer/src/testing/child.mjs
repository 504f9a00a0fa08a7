// Starts childRun.ts in a process of its own, from the sources: a test kills it or sends it
// signals.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const conditions = ['attune-source', 'node'];
const server = await createServer({
  root: fileURLToPath(new URL('.', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  // Node 20 knows no `using`.
  oxc: { target: 'es2022' },
  optimizeDeps: { noDiscovery: true, include: [] },
  ssr: { noExternal: [/^@attune\//], resolve: { conditions } },
});
const { runChild } = await server.ssrLoadModule('/childRun.ts');
const [output, options, stepMilliseconds] = process.argv.slice(2);
await runChild(output, JSON.parse(options), Number(stepMilliseconds));
await server.close();
process.exit();
