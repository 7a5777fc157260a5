#!/usr/bin/env -S node --
/**
 * Starts the bundle with V8's code cache, so that it is not compiled again at every start; and ends the process, which nothing else does. A cache
 * that was made by another Node is refused by V8, and the bundle is then compiled as usual.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { Script } from 'node:vm';
import type { main } from './main.ts';

/** The bundle's file name, which tells its content; put in by scripts/build.mjs. */
declare const MAIN_FILE: string;

/** What the bundle gets from us: a script that runs from a cache can not import modules by itself. */
type Bundle = (require: NodeJS.Require, exports: object, load: (file: string) => Promise<unknown>) => void;

/** Something that was meant for stdout is lost. */
let unwritten = false;
/** What the verb exits with then. */
let failure = 1;

// A terminal or pipe behind stderr that is gone must not keep us from undoing what was begun: then nobody is told, that is all.
process.stderr.on('error', () => undefined);
process.stdout.on('error', error => {
  // A reader that went away (`tinydocker images | head -1`) is no error of ours, and nothing to leave work half done for.
  if (('code' in error && error.code === 'EPIPE') || unwritten) return;
  unwritten = true;
  const [, reason = error.message] = /: ([^,]*)/.exec(error.message) ?? [];
  process.stderr.write(`tinydocker: What was to be printed could not be written: ${reason}.\n`);
});
process.on('exit', status => {
  if (unwritten && status === 0) process.exitCode = failure;
});

void loadBundle(join(__dirname, MAIN_FILE))
  .main(process.argv.slice(2))
  .then(ending => {
    process.exitCode = ending.status;
    failure = ending.failure;
    // Commands that are still at work would keep the process alive.
    if (ending.atOnce) process.exit();
  });

function loadBundle(file: string): { readonly main: typeof main } {
  const cachedData = readCache(`${file}.cache`);
  const script = new Script(readFileSync(file, 'utf8'), {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  const exports = {} as { readonly main: typeof main };
  (script.runInThisContext() as Bundle)(createRequire(file), exports, name => import(name));
  return exports;
}

function readCache(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
