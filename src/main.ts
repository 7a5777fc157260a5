/** From argv to a verb and its exit status. */

import process from 'node:process';
import { EXIT, GivenUp, UserError, usageError } from './errors.ts';
import { nearNames, shown } from './plan/names.ts';
import { messageText } from './ui/messages.ts';

/** What the module of a verb offers. */
export interface Verb {
  /** The text of `tinydocker VERB --help`: examples first. */
  readonly help: string;
  /** Does it and returns the exit status. `commandLine` is what was typed, for headings. Throws UserError for what the user can mend. */
  run(argv: readonly string[], commandLine: string): Promise<number>;
}

const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  run: () => import('./commands/run.ts'),
  image: () => import('./commands/image.ts'),
  images: () => import('./commands/images.ts'),
  rmi: () => import('./commands/rmi.ts'),
};

/** What `tinydocker run` exits with when it fails itself; other verbs: 1. */
const FAILURE_STATUS: Readonly<Record<string, number>> = { run: EXIT.tinydocker };

/** How a command line ended. */
export interface Ending {
  readonly status: number;
  /** The process has to end now, whatever is still at work. */
  readonly atOnce: boolean;
}

/** Runs one command line. What the user can mend is told on stderr; anything else is a defect and is thrown. */
export async function main(argv: readonly string[]): Promise<Ending> {
  try {
    return { status: await runVerb(argv), atOnce: false };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(messageText({ kind: 'error', text: error.message, hint: error.hint }));
    const status = error.status ?? FAILURE_STATUS[argv[0] ?? ''] ?? EXIT.failure;
    return { status, atOnce: error instanceof GivenUp };
  }
}

async function runVerb(argv: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = argv;
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    const near = nearNames(name, Object.keys(VERBS));
    throw usageError(
      `There is no verb ${shown(name)}.`,
      near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'tinydocker help lists them.',
    );
  }
  const verb = await load();
  return verb.run(rest, `tinydocker ${argv.join(' ')}`);
}

/** What the build runs before it keeps V8's code cache: a plan, printed, and a process, started. Makes nothing. */
export async function warmUp(): Promise<void> {
  await main(['run', '--dry-run', 'warm-up', 'true']);
  const { runCommand } = await import('./exec/process.ts');
  await runCommand(['true']);
}
