#!/usr/bin/env node
// Bundles src/cli.ts into dist/: split, so that each verb loads only what it needs, and Ink only when something is drawn.
//
// dist/ is replaced file by file under a tinydocker that may be running from it: chunks are named by their content, so the new ones
// go in first, then cli.js, which names them; old ones go an hour later, because a running process may load a verb's chunk late.
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist');
const ENTRY = 'cli.js';
const STAMP = '.built';
const KEPT_MS = process.argv.includes('--clean') ? 0 : 3_600_000;

const begin = new Date();
await mkdir(join(ROOT, 'build'), { recursive: true });
const fresh = await mkdtemp(join(ROOT, 'build', 'dist-'));
try {
  await build({
    entryPoints: [join(ROOT, 'src/cli.ts')],
    outdir: fresh,
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
    alias: { 'react-devtools-core': join(ROOT, 'scripts/react-devtools-stub.mjs') },
    // Some dependencies are CommonJS and ask for Node's own modules by require().
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  await writeFile(join(fresh, STAMP), '');
  // What is edited while we build is newer than the stamp, and so built next time.
  await utimes(join(fresh, STAMP), begin, begin);
  await replace(await readdir(fresh));
} finally {
  await rm(fresh, { recursive: true, force: true });
}

async function replace(files) {
  await mkdir(OUT, { recursive: true });
  const chunks = files.filter(file => file !== ENTRY && file !== STAMP);
  for (const file of [...chunks, ENTRY, STAMP]) await rename(join(fresh, file), join(OUT, file));
  for (const file of await readdir(OUT)) {
    if (files.includes(file)) continue;
    const { mtimeMs } = await stat(join(OUT, file));
    if (Date.now() - mtimeMs >= KEPT_MS) await rm(join(OUT, file), { recursive: true });
  }
}
