#!/usr/bin/env node
/** From argv to a verb; the only place that ends the process. Each verb is loaded when it is asked for. */

import process from 'node:process';
import { EXIT, UserError, usageError } from './errors.ts';
import { nearNames, shown } from './plan/names.ts';

/** What the module of a verb offers. */
export interface Verb {
  /** The text of `tinydocker VERB --help`: examples first. */
  readonly help: string;
  /** Does it and returns the exit status. `commandLine` is what was typed, for headings. Throws UserError for what the user can mend. */
  run(argv: readonly string[], commandLine: string): Promise<number>;
}

const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  run: () => import('./commands/run.ts'),
  rm: () => import('./commands/rm.ts'),
  prune: () => import('./commands/prune.ts'),
};

/** What `tinydocker run` exits with when it fails itself; other verbs: 1. */
const FAILURE_STATUS: Readonly<Record<string, number>> = { run: EXIT.tinydocker };

async function main(argv: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = argv;
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    const near = nearNames(name, Object.keys(VERBS));
    throw usageError(
      `tinydocker has no verb ${shown(name)}.`,
      near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'tinydocker help lists them.',
    );
  }
  const verb = await load();
  return verb.run(rest, `tinydocker ${argv.join(' ')}`);
}

// A reader that went away (`tinydocker images | head -1`) is no error of ours.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`tinydocker: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
  process.exitCode = error.status ?? FAILURE_STATUS[process.argv[2] ?? ''] ?? EXIT.failure;
}
