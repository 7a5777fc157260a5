#!/usr/bin/env node
// Builds dist/: one bundle of everything but Ink, with V8's code cache beside it; what draws on a terminal, a module of its own; and cli.js, which starts
// the bundle.
//
// dist/ is replaced file by file under a tinydocker that may be running from it: files are named by their content, so the new ones
// go in first, then cli.js, which names them; old ones go an hour later, because a running process may load the terminal's part late.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist');
const ENTRY = 'cli.js';
const STAMP = '.built';
const KEPT_MS = process.argv.includes('--clean') ? 0 : 3_600_000;
const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  // What a page has in it.
  loader: { '.page.css': 'text', '.page.js': 'text' },
};
const PRODUCTION = { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' };

const begin = new Date();
await mkdir(join(ROOT, 'build'), { recursive: true });
const fresh = await mkdtemp(join(ROOT, 'build', 'dist-'));
try {
  const terminal = await named('terminal', 'mjs', await bundleTerminal());
  const main = await named('main', 'js', await bundleMain(terminal));
  await warmUp(main);
  await writeFile(join(fresh, ENTRY), await bundleCli(main), { mode: 0o755 });
  await writeFile(join(fresh, 'package.json'), '{ "type": "commonjs" }\n');
  await writeFile(join(fresh, STAMP), '');
  // What is edited while we build is newer than the stamp, and so built next time.
  await utimes(join(fresh, STAMP), begin, begin);
  await replace(await readdir(fresh));
} finally {
  await rm(fresh, { recursive: true, force: true });
}

/** A module, not a script: Ink waits for its layout engine at the top level. */
async function bundleTerminal() {
  return bundle({
    entryPoints: [join(ROOT, 'src/ui/live-view.tsx')],
    format: 'esm',
    define: PRODUCTION,
    // Ink asks for it only when DEV is set.
    alias: { 'react-devtools-core': join(ROOT, 'scripts/react-devtools-stub.mjs') },
    // Some dependencies are CommonJS and ask for Node's own modules by require().
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
}

/** The bundle as a function expression, because a script of node:vm has neither require nor import; see src/cli.ts. */
async function bundleMain(terminal) {
  const text = await bundle({
    entryPoints: [join(ROOT, 'src/main.ts')],
    format: 'cjs',
    define: PRODUCTION,
    plugins: [terminalApart(terminal)],
  });
  return `(function(require,__exports,__load){const module={exports:{}};let exports=module.exports;${text}\nObject.assign(__exports,module.exports)})`;
}

function terminalApart(file) {
  return {
    name: 'terminal-apart',
    setup(bundler) {
      bundler.onLoad({ filter: /src\/ui\/load-live-view\.ts$/ }, () => ({
        contents: `export const loadLiveView = () => __load(${JSON.stringify(`./${file}`)})`,
      }));
    },
  };
}

async function bundleCli(main) {
  return bundle({
    entryPoints: [join(ROOT, 'src/cli.ts')],
    format: 'cjs',
    define: { MAIN_FILE: JSON.stringify(main) },
  });
}

async function bundle(options) {
  const { outputFiles } = await build({ ...COMMON, ...options });
  return outputFiles[0].text;
}

/** Writes a file whose name tells its content, and returns the name. */
async function named(name, extension, text) {
  const file = `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${extension}`;
  await writeFile(join(fresh, file), text);
  return file;
}

/** Runs some of the bundle, so that the functions that every run needs are compiled, and keeps what V8 made of them. */
async function warmUp(file) {
  const script = new Script(await readFile(join(fresh, file), 'utf8'), { filename: join(OUT, file) });
  const exports = {};
  script.runInThisContext()(createRequire(join(fresh, file)), exports, undefined);
  const write = process.stdout.write.bind(process.stdout);
  process.env.TINYDOCKER_ROOT = join(fresh, 'no-store');
  process.stdout.write = () => true;
  const [upper, lower] = ['upper', 'lower'].map(name => join(fresh, name));
  for (const path of [join(upper, 'd/a'), join(lower, 'd/b')]) await mkdir(path, { recursive: true });
  try {
    await exports.warmUp(upper, lower);
  } finally {
    process.stdout.write = write;
    for (const directory of [upper, lower]) await rm(directory, { recursive: true });
  }
  await writeFile(join(fresh, `${file}.cache`), script.createCachedData());
}

async function replace(files) {
  await mkdir(OUT, { recursive: true });
  const parts = files.filter(file => file !== ENTRY && file !== STAMP);
  for (const file of [...parts, ENTRY, STAMP]) await rename(join(fresh, file), join(OUT, file));
  for (const file of await readdir(OUT)) {
    if (files.includes(file)) continue;
    const { mtimeMs } = await stat(join(OUT, file));
    if (Date.now() - mtimeMs >= KEPT_MS) await rm(join(OUT, file), { recursive: true });
  }
}
