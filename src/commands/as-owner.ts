/**
 * Looks at files that belong to a container's ids. An ordinary user's container has a user namespace: its files may belong to ids that this user is
 * not, and be closed to him. So the verb runs once more as root of such a namespace, where ids are those that the container sees.
 */

import process from 'node:process';
import { EXIT, UserError } from '../errors.ts';
import { runFilter, runInPlace } from '../exec/process.ts';
import { userNamespacesDenied } from '../host/causes/namespaces.ts';
import { installCommand } from '../host/packages.ts';
import type { Facts } from '../plan/facts.ts';
import { asOwner } from '../plan/user-namespace.ts';

/** Set for ourselves only, when we already are the owner. */
const MARK = 'TINYDOCKER_IS_OWNER';
/** Variables that say how text is shown. */
const PASSED = ['NO_COLOR', 'FORCE_COLOR', 'TZ', 'LANG', 'LC_ALL'];

/** Whether this process is the second one. */
export function isOwner(): boolean {
  return process.env[MARK] === '1' && process.getuid?.() === 0;
}

/** Runs the command line as the owner of the containers; undefined when that is this process already. Throws a UserError when no user namespace is to be had. */
export async function rerunAsOwner(
  facts: Facts,
  verb: string,
  argv: readonly string[],
): Promise<number | undefined> {
  if (facts.mapping === 'host' || isOwner()) return undefined;
  const { exitStatus, signal } = await runInPlace(ownWords(facts, verb, argv), ownVariables(facts));
  if (exitStatus === undefined)
    throw new UserError(`The look at the files was ended by ${signal ?? 'something'}.`);
  if (exitStatus !== 0) await needNamespace(facts);
  return exitStatus;
}

/**
 * What the command line says on stdout when it runs as the owner of the containers, or the status with which it failed; it has told why then. Throws a
 * UserError when no user namespace is to be had.
 */
export async function askOwner(
  facts: Facts,
  verb: string,
  argv: readonly string[],
): Promise<Buffer | number> {
  const variables = Object.entries(ownVariables(facts)).map(([name, value]) => `${name}=${value}`);
  const { exitStatus, stdout, stderr } = await runFilter(
    ['env', ...variables, ...ownWords(facts, verb, argv)],
    [],
  );
  if (exitStatus === 0) return stdout;
  await needNamespace(facts);
  process.stderr.write(stderr);
  return exitStatus ?? EXIT.failure;
}

/** This program, once more. */
function ownWords(facts: Facts, verb: string, argv: readonly string[]): readonly string[] {
  return asOwner(facts, [process.execPath, '--', process.argv[1] ?? '', verb, ...argv]).map(String);
}

function ownVariables({ storeRoot }: Facts): Readonly<Record<string, string>> {
  const passed = PASSED.flatMap(name => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), TINYDOCKER_ROOT: storeRoot, [MARK]: '1' };
}

/** Throws a UserError that says why there is no user namespace, if that is what is wrong. */
async function needNamespace(facts: Facts): Promise<void> {
  const { exitStatus: tried } = await runFilter(asOwner(facts, ['true']).map(String), []);
  if (tried === 0) return;
  const denied = userNamespacesDenied();
  throw new UserError(
    `The container's files belong to ids of a user namespace, and none can be made. ${denied?.cause ?? ''}`.trim(),
    { hint: denied?.hint ?? 'tinydocker doctor says what this machine lacks.' },
  );
}

/**
 * What the looks need of other programs. That a file vanished meanwhile, which these complain about, is no news; that they can not tell
 * anything is. Throws a UserError then.
 */
export async function runForLook(argv: readonly string[], input: Buffer): Promise<Buffer> {
  const { exitStatus, stdout, stderr } = await runFilter(argv, [input]);
  const [program = ''] = argv;
  // Even of nothing, tar makes an archive.
  if (exitStatus === undefined || exitStatus === 127 || (program === 'tar' && stdout.length === 0))
    throw new UserError(
      `Extended attributes can not be read: ${stderr.trim() || `${program} can not be started`}.`,
      {
        hint: `It takes GNU tar or getfattr: ${installCommand('tar')}, or ${installCommand('getfattr')}.`,
      },
    );
  return stdout;
}
