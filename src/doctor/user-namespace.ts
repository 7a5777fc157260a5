/** What an ordinary user needs to be root in a container: a user namespace, and ids for it. */

import { runCommand } from '../exec/process.ts';
import { userNamespacesDenied } from '../host/causes/namespaces.ts';
import { idRanges } from '../host/facts.ts';
import { installCommand } from '../host/packages.ts';
import { findProgram } from '../host/programs.ts';
import { readText } from '../host/text-file.ts';
import { userName } from '../host/user-name.ts';
import { type Check, type Machine, reason, type Topic } from './check.ts';

export const userNamespace: Topic = async machine =>
  machine.facts.mapping === 'host' ? [await forOthers()] : [await ownIds(machine), await rangeOfIds(machine)];

/** For root: whether ordinary users can run containers too. It is tried as root, so only sysctls are judged. */
async function forOthers(): Promise<Check> {
  const id = 'user-namespace';
  const denied = userNamespacesDenied();
  const limit = readText('/proc/sys/user/max_user_namespaces').trim();
  if (denied === undefined)
    return {
      id,
      status: 'ok',
      fact: `No sysctl denies user namespaces (user.max_user_namespaces is ${limit || 'unknown'}).`,
      means: 'Ordinary users can run containers too; you are root and need none.',
    };
  return {
    id,
    status: 'limit',
    fact: denied.cause,
    means: 'Root can run containers, ordinary users can not.',
    ...(denied.hint === undefined ? {} : { fix: denied.hint }),
  };
}

async function ownIds(machine: Machine): Promise<Check> {
  const id = 'user-namespace';
  const tried = await runCommand(['unshare', '--user', '--map-root-user', '--', 'cat', '/proc/self/uid_map']);
  if (tried.exitStatus === 0)
    return {
      id,
      status: 'ok',
      fact: `A user namespace can be made, and uid ${machine.facts.uid} is root in it.`,
      means: 'You can run containers without being root.',
    };
  const denied = userNamespacesDenied();
  return {
    id,
    status: 'fail',
    fact: denied?.cause ?? `A user namespace can not be made: ${reason(tried)}.`,
    means: 'An ordinary user can not run containers here.',
    fix: denied?.hint ?? 'Run tinydocker as root, or outside of the sandbox around it.',
  };
}

async function rangeOfIds({ facts }: Machine): Promise<Check> {
  const id = 'id-ranges';
  const limited =
    'Containers have one user, root (you): chown to others, su and apt-get install do not work.';
  if (facts.mapping === 'single')
    return {
      id,
      status: 'limit',
      fact: `Only one id can be mapped: ${facts.mappingReason ?? 'the reason is not known'}.`,
      means: limited,
      fix: fixFor(facts.mappingReason ?? '', facts.uid),
    };
  const tried = await runCommand(['unshare', '--user', '--map-root-user', '--map-auto', '--', 'true']);
  const [range] = idRanges('/etc/subuid', nameOf(facts.uid), facts.uid);
  if (tried.exitStatus === 0)
    return {
      id,
      status: 'ok',
      fact: `newuidmap maps the ${range?.[1]} ids from ${range?.[0]} that /etc/subuid gives you.`,
      means: 'Containers have all users: su, chown and apt-get install work.',
    };
  return {
    id,
    status: 'fail',
    fact: `newuidmap can not map the range that /etc/subuid gives you: ${reason(tried)}.`,
    means: 'A run fails at start-init.',
    fix: `sudo chmod u+s ${findProgram('newuidmap')} ${findProgram('newgidmap')}, or remove your line from /etc/subuid`,
  };
}

function fixFor(problem: string, uid: number): string {
  if (problem.includes('package uidmap')) return `sudo ${installCommand('newuidmap')}`;
  if (problem.includes('util-linux')) return `sudo ${installCommand('unshare')} (2.38 or newer)`;
  return `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${nameOf(uid)}`;
}

function nameOf(uid: number): string {
  return userName(uid) ?? String(uid);
}
