#!/usr/bin/env node
// Bundles src/cli.ts into dist/: split, so that each verb loads only what it needs, and Ink only when something is drawn.
import { rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const OUT = new URL('../dist/', import.meta.url);

await rm(OUT, { recursive: true, force: true });
await build({
  entryPoints: [new URL('../src/cli.ts', import.meta.url).pathname],
  outdir: OUT.pathname,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // Ink asks for it only when DEV is set.
  alias: { 'react-devtools-core': new URL('react-devtools-stub.mjs', import.meta.url).pathname },
  // Some dependencies are CommonJS and ask for Node's own modules by require().
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});
await writeFile(new URL('.built', OUT), '');
