/** What comes with a container's init: namespaces, a mount table, a process. Pure. */

import { resolve, type Values } from '../plan/arg.ts';
import type { Action, NamespaceName, Plan } from '../plan/step.ts';
import { type Change, change, fileText, namespaceText, processText, tableText } from './compare.ts';
import { commandText, type FileEntry, type Snapshot, UNKNOWN } from './snapshot.ts';

/** As unshare(1) is asked for them, in the order in which they are listed. */
const OPTIONS: readonly (readonly [option: string, NamespaceName])[] = [
  ['--user', 'user'],
  ['--mount', 'mount'],
  ['--uts', 'uts'],
  ['--ipc', 'ipc'],
  ['--net', 'net'],
  ['--pid', 'pid'],
  ['--cgroup', 'cgroup'],
];

/** Init waits at the gate as the last program that was put in front of it: env(1) starts it. */
export function startOf(
  action: Extract<Action, { type: 'start' }>,
  plan: Plan,
  snapshot: Snapshot,
  values: Values,
): readonly Change[] {
  const argv = action.terminal ? undefined : action.argv.map(word => resolve(word, values));
  const words = argv ?? scriptWords(plan);
  const options = words.slice(words.indexOf('unshare') + 1);
  const asked = options.slice(0, options.indexOf('--'));
  const own = OPTIONS.filter(([option]) => asked.includes(option));
  const command = argv === undefined ? '?' : commandText(commandOf(argv), '');
  return [
    ...(asked.includes('--mount') ? [change('mounts', '+', tableText(snapshot.host.mounts))] : []),
    ...own.map(([, name]) => change('namespaces', '+', namespaceText({ name, id: UNKNOWN, own: true }))),
    change('processes', '+', processText({ pid: UNKNOWN, number: 1, command })),
    ...(action.log === undefined ? [] : logChanges(snapshot)),
  ];
}

/** With a log comes the socket at which others attach. */
function logChanges({ directory }: Snapshot): readonly Change[] {
  const files: readonly FileEntry[] = [
    { path: 'attach', type: 'socket' },
    { path: 'log', type: 'file' },
  ];
  return files
    .filter(({ path }) => !directory.some(entry => entry.path === path))
    .map(entry => change('files', '+', fileText('$C', entry)));
}

function commandOf(argv: readonly string[]): readonly string[] {
  const env = argv.indexOf('env');
  return argv.slice(argv.indexOf('--', env) + 1);
}

/** On a terminal of its own it is started by a file, whose words are quoted where they have to be; the options of unshare never are. */
function scriptWords(plan: Plan): readonly string[] {
  const texts = plan.steps.flatMap(({ action }) => (action.type === 'write' ? [action.text] : []));
  const text = texts.find(one => typeof one === 'string' && one.startsWith('exec unshare '));
  return typeof text === 'string' ? text.split(' ') : [];
}
