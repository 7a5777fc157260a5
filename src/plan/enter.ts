/** From a step to the argv that is executed: nsenter(1) in front of what runs inside the container's namespaces. */

import { type Arg, arg, INIT } from './arg.ts';
import type { NamespaceName, Step, Where } from './step.ts';

/** The words that a command gets in front of it to run where it should. */
export function enterPrefix(where: Where, init: Arg = arg`${INIT}`): readonly Arg[] {
  if (where.type === 'host') return [];
  return [
    'nsenter',
    '--target',
    init,
    ...where.namespaces.flatMap(namespaceOption),
    ...(where.hostRoot ? ['--root=/', ...(where.directory === undefined ? ['--wd=/'] : [])] : []),
    ...(where.directory === undefined ? [] : [arg`--wdns=${where.directory}`]),
    '--',
  ];
}

/** The whole argv of a step that runs a command. */
export function fullArgv(step: Pick<Step, 'where'>, argv: readonly Arg[]): readonly Arg[] {
  return [...enterPrefix(step.where), ...argv];
}

/** --preserve-credentials: without it nsenter would ask for setgroups(2), which a user namespace may deny. */
function namespaceOption(name: NamespaceName): readonly string[] {
  return name === 'user' ? ['--user', '--preserve-credentials'] : [`--${name}`];
}
