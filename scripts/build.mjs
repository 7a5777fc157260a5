#!/usr/bin/env node
// Builds dist/: main.js (everything but Ink) with V8's code cache beside it, cli.js which starts it, and what draws on a terminal as a module of its
// own. Built beside and renamed, so that a process that starts meanwhile finds the old one or the new one, whole.
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Script } from 'node:vm';
import { build } from 'esbuild';

const ROOT = new URL('..', import.meta.url).pathname;
const OUT = join(ROOT, 'dist');
const NEW = await mkdtemp(join(ROOT, '.dist-'));

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
};

/** In main.js, what draws on a terminal is loaded through cli.js: see bundleTerminal. */
const terminalApart = {
  name: 'terminal-apart',
  setup(bundler) {
    bundler.onLoad({ filter: /src\/ui\/load-terminal\.ts$/ }, () => ({
      contents: "export const loadTerminal = () => __load(__dirname + '/terminal.mjs')",
    }));
  },
};

try {
  await Promise.all([bundleMain(), bundleCli(), bundleTerminal()]);
  await writeFile(join(NEW, 'package.json'), '{ "type": "commonjs" }\n');
  await warmUp(join(NEW, 'main.js'));
  await writeFile(join(NEW, '.built'), '');
  await chmod(NEW, 0o755);
  await replace();
} finally {
  await rm(NEW, { recursive: true, force: true });
}

/** A function expression, because a script of node:vm has no require of its own. */
async function bundleMain() {
  const outfile = join(NEW, 'main.js');
  await build({
    ...COMMON,
    entryPoints: [join(ROOT, 'src/main.ts')],
    outfile,
    format: 'cjs',
    plugins: [terminalApart],
  });
  await writeFile(
    outfile,
    `(function(require,__exports,__load,__dirname){const module={exports:{}};let exports=module.exports;${await readFile(outfile, 'utf8')}\nObject.assign(__exports,module.exports)})`,
  );
}

async function bundleCli() {
  await build({
    ...COMMON,
    entryPoints: [join(ROOT, 'src/cli.ts')],
    outfile: join(NEW, 'cli.js'),
    format: 'cjs',
  });
}

/** Ink needs a module: it waits for its layout engine at the top level. */
async function bundleTerminal() {
  await build({
    ...COMMON,
    entryPoints: [join(ROOT, 'src/ui/terminal.tsx')],
    outfile: join(NEW, 'terminal.mjs'),
    format: 'esm',
    // Ink asks for it only when DEV is set.
    alias: { 'react-devtools-core': join(ROOT, 'scripts/react-devtools-stub.mjs') },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
}

/** Runs some of the bundle, so that the functions that every run needs are compiled, and keeps what V8 made of them. */
async function warmUp(file) {
  const script = new Script(await readFile(file, 'utf8'), { filename: join(OUT, 'main.js') });
  const bundle = {};
  script.runInThisContext()(createRequire(file), bundle, name => import(name), NEW);
  const store = await mkdtemp(join(tmpdir(), 'tinydocker-build-'));
  const write = process.stdout.write;
  const root = process.env.TINYDOCKER_ROOT;
  try {
    process.env.TINYDOCKER_ROOT = join(store, 'store');
    process.stdout.write = () => true;
    await bundle.main(['run', '--dry-run', 'warm-up', 'true']);
  } finally {
    process.stdout.write = write;
    if (root === undefined) delete process.env.TINYDOCKER_ROOT;
    else process.env.TINYDOCKER_ROOT = root;
    await rm(store, { recursive: true, force: true });
  }
  await writeFile(`${file}.cache`, script.createCachedData());
}

async function replace() {
  const old = await mkdtemp(join(ROOT, '.dist-old-'));
  try {
    await rename(OUT, join(old, 'dist')).catch(() => undefined);
    await rename(NEW, OUT);
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}
