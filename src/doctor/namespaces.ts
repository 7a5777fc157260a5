/** Each namespace that a container gets, made once. */

import { readText } from '../host/text-file.ts';
import { type Check, type Machine, reason, type Topic, tryInside } from './check.ts';

interface Kind {
  readonly option: string;
  readonly name: string;
  readonly sysctl: string;
  readonly means: string;
}

const KINDS: readonly Kind[] = [
  { option: '--mount', name: 'mount', sysctl: 'mnt', means: 'a mount table of its own' },
  { option: '--uts', name: 'UTS', sysctl: 'uts', means: 'a hostname of its own' },
  { option: '--ipc', name: 'IPC', sysctl: 'ipc', means: 'shared memory and message queues of its own' },
  { option: '--net', name: 'network', sysctl: 'net', means: 'a loopback interface and no other network' },
  { option: '--pid', name: 'PID', sysctl: 'pid', means: 'process ids that begin at 1' },
  { option: '--cgroup', name: 'cgroup', sysctl: 'cgroup', means: 'no sight of the cgroups of the machine' },
];

export const namespaces: Topic = async machine => {
  const checks: Check[] = [];
  for (const kind of KINDS) checks.push(await tryKind(machine, kind));
  const failed = checks.filter(({ status }) => status !== 'ok');
  if (failed.length > 0) return failed;
  return [
    {
      id: 'namespaces',
      status: 'ok',
      fact: `Each of these namespaces can be made: ${KINDS.map(({ name }) => name).join(', ')}.`,
      means: `A container gets ${KINDS.map(({ means }) => means).join('; ')}.`,
    },
  ];
};

async function tryKind(machine: Machine, { option, name, sysctl, means }: Kind): Promise<Check> {
  const id = `namespace-${sysctl}`;
  // A PID namespace is made for the children.
  const tried = await tryInside(machine, option === '--pid' ? [option, '--fork'] : [option], ['true']);
  if (tried.exitStatus === 0) return { id, status: 'ok', fact: `A ${name} namespace can be made.`, means };
  const limit = readText(`/proc/sys/user/max_${sysctl}_namespaces`).trim();
  return {
    id,
    status: 'fail',
    fact: `A ${name} namespace can not be made: ${reason(tried)}${limit === '' ? '' : ` (user.max_${sysctl}_namespaces is ${limit})`}.`,
    means: `A container could not have ${means}.`,
    fix:
      limit === '0'
        ? `sudo sysctl -w user.max_${sysctl}_namespaces=15000`
        : 'Run tinydocker outside of the container or sandbox around it, or as root.',
  };
}
