/** From argv to a verb and its exit status. */

import process from 'node:process';
import packageJson from '../package.json' with { type: 'json' };
import { tellError } from './commands/tell-error.ts';
import { loadVerb } from './commands/verbs.ts';
import { EXIT, GivenUp, UserError } from './errors.ts';
import { messageText } from './ui/messages.ts';

/** What verbs exit with that fail themselves and otherwise have a command's status; all others: 1. */
const FAILURE_STATUS: Readonly<Record<string, number>> = { run: EXIT.tinydocker, exec: EXIT.tinydocker };

/** Only for what we did not think of. */
const DEFECT = 'This is a defect of tinydocker; what follows helps to find it.';

/** How a command line ended. */
export interface Ending {
  readonly status: number;
  /** What to exit with when it turns out later that something of it failed. */
  readonly failure: number;
  /** The process has to end now, whatever is still at work. */
  readonly atOnce: boolean;
}

/** Runs one command line, and tells on stderr what went wrong. Never rejects. */
export async function main(argv: readonly string[]): Promise<Ending> {
  const failure = FAILURE_STATUS[argv[0] ?? ''] ?? EXIT.failure;
  try {
    return { status: await runVerb(argv), failure, atOnce: false };
  } catch (error) {
    if (!(error instanceof UserError)) {
      process.stderr.write(messageText({ kind: 'error', text: DEFECT, hint: stackOf(error) }));
      return { status: failure, failure, atOnce: false };
    }
    tellError(error);
    return { status: error.status ?? failure, failure, atOnce: error instanceof GivenUp };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function runVerb(argv: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = argv;
  if (name === '--version' || name === '-v') {
    process.stdout.write(`tinydocker ${packageJson.version}\n`);
    return EXIT.ok;
  }
  const isHelp = name === '--help' || name === '-h';
  const verb = await loadVerb(isHelp ? 'help' : name);
  return verb.run(rest, `tinydocker ${argv.join(' ')}`);
}

/** What the build runs before it keeps V8's code cache: a plan, printed, a process, started, and a look at directories as if they were a container's. Makes nothing. */
export async function warmUp(upper: string, lower: string): Promise<void> {
  await main(['run', '--dry-run', 'warm-up', 'true']);
  const { runCommand } = await import('./exec/process.ts');
  await runCommand(['true']);
  const [{ countChanges }, { runForLook }] = await Promise.all([
    import('./host/changes/count.ts'),
    import('./commands/as-owner.ts'),
  ]);
  const stack = { own: [upper], lower: [lower], mounts: [], root: undefined };
  // It can not be done on every machine that can build.
  await countChanges(stack, { prefix: 'user', run: runForLook, limit: 1000 }).catch(() => undefined);
}
