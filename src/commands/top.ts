/** `tinydocker top`: the processes of a container. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { runCommand } from '../exec/process.ts';
import { type ContainerProcess, processesOf, TICKS_PER_SECOND } from '../host/container-processes.ts';
import { containerUsers } from '../host/container-users.ts';
import { probeStoreRoot } from '../host/facts.ts';
import { programHint } from '../host/packages.ts';
import { type RunningContainer, runningContainer } from '../host/running-container.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { readText } from '../host/text-file.ts';
import { containerLines, processTable } from '../ui/process-table.ts';
import { parseOptions } from './options.ts';

export const help = `Show the processes of a container.

Examples
  tinydocker top c1
  tinydocker top c1 -o pid,rss,args    with options of the host's ps

Usage
  tinydocker top NAME [OPTION-OF-PS...]

What the kernel tells of the processes in the container's PID namespace, with
the container's numbers and users: its image needs no ps. With options, the
host's ps(1) is asked; it has to print a column PID.

Options
  -h, --help  print this text

Exit status
  0  done
  1  the container does not exist, or does not run; or ps failed
  2  the command line is wrong
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'top' });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [name, ...words] = positionals;
  if (name === undefined) throw usageError('top needs a container.', 'tinydocker ps lists those that run.');
  const paths = storePaths(probeStoreRoot());
  const look = await runningContainer(paths, name);
  const processes = processesOf([look.status.init]).get(look.status.init) ?? [];
  process.stdout.write(words.length === 0 ? ownTable(paths, look, processes) : await byPs(words, processes));
  return EXIT.ok;
}

function ownTable(
  paths: StorePaths,
  { container, status }: RunningContainer,
  processes: readonly ContainerProcess[],
): string {
  return processTable(processes, {
    ticksPerSecond: TICKS_PER_SECOND,
    now: Number.parseFloat(readText('/proc/uptime')) * TICKS_PER_SECOND,
    time: Date.now(),
    user: containerUsers(paths, container, status.init),
  });
}

async function byPs(words: readonly string[], processes: readonly ContainerProcess[]): Promise<string> {
  if (processes.length === 0) return '';
  const pids = processes.map(({ pid }) => String(pid)).join(',');
  const { exitStatus, stdout, stderr } = await runCommand(['ps', ...words, '-p', pids]);
  if (exitStatus === undefined)
    throw new UserError(`ps can not be started: ${stderr.trim()}.`, { hint: programHint('ps') });
  const said = stderr.trim().split('\n')[0] ?? '';
  if (exitStatus !== 0 && stdout.trim() === '')
    throw new UserError(`ps did not take these options: ${said}`, {
      hint: 'Without options, top needs no ps.',
    });
  const lines = containerLines(stdout, processes);
  if (lines === undefined)
    throw new UserError('ps has printed no column PID, by which the processes of the container are told.', {
      hint: 'Add it: -o pid,comm.',
    });
  return lines;
}
