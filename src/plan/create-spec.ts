/** From what the user asked for and what the image says to what the container is: an OCI runtime specification. */

import {
  DEFAULT_CAPABILITIES,
  DEFAULT_MOUNTS,
  DEFAULT_NAMESPACES,
  DEFAULT_PATH,
  MASKED_PATHS,
  OCI_VERSION,
  READONLY_PATHS,
} from './defaults.ts';
import type { Image } from './image/image.ts';
import { containerNameFailure, shown } from './names.ts';
import type { RunRequest, TmpfsMount, Volume } from './request.ts';
import { failed, ok, type PlanFailure, type Result } from './result.ts';
import { byDepth, type Spec, type SpecMount } from './spec.ts';
import { resolveUser } from './user.ts';

/** Targets that the plan mounts itself; a volume there would take the container's own away. */
const OWN_TARGETS = ['/', '/proc', '/sys', '/dev'];

/** What every hostname(1) accepts. */
const HOSTNAME = /^[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*$/i;

/**
 * The container's specification, with docker's defaults. The root path is `rootfs`, as in a bundle; the plan mounts the
 * overlay wherever its container's directory is.
 */
export function createSpec(request: RunRequest, image: Image): Result<Spec> {
  const failures: PlanFailure[] = [];
  const nameFailure = containerNameFailure(request.name);
  if (nameFailure !== undefined) failures.push(nameFailure);

  const user = resolveUser(request.user ?? image.config.User ?? '', image.passwd, image.group);
  if (!user.ok) failures.push(...user.failures);

  const args = commandOf(request, image);
  const hostname = request.hostname ?? hostnameOf(request.name);
  const cwd = normalise(request.workdir ?? image.config.WorkingDir ?? '/');
  failures.push(...textFailures(request, args, hostname, cwd), ...targetFailures(request));
  if (failures.length > 0 || !user.ok) return failed(...failures);

  const { home, ...ids } = user.value;
  return ok(
    completeSpec({
      process: {
        terminal: request.terminal,
        user: { ...ids, umask: 0o022 },
        args,
        env: environment(request, image, hostname, home),
        cwd,
      },
      hostname,
      readonly: request.readOnly,
      mounts: [...request.tmpfs.map(tmpfsMount), ...request.volumes.map(volumeMount)],
    }),
  );
}

/** What tells one container from another, as it is written down as well; see ContainerRecord in run/record.ts. */
export interface SpecParts {
  readonly process: Pick<Spec['process'], 'terminal' | 'user' | 'args' | 'env' | 'cwd'>;
  readonly hostname: string;
  readonly readonly: boolean;
  /** The user's volumes and tmpfs. */
  readonly mounts: readonly SpecMount[];
}

/** The whole specification: with what every container has. */
export function completeSpec({ process, hostname, readonly, mounts }: SpecParts): Spec {
  const { terminal, user, args, env, cwd } = process;
  return {
    ociVersion: OCI_VERSION,
    process: {
      ...{ terminal, user, args, env, cwd },
      capabilities: {
        bounding: DEFAULT_CAPABILITIES,
        effective: DEFAULT_CAPABILITIES,
        permitted: DEFAULT_CAPABILITIES,
      },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly },
    hostname,
    mounts: [...DEFAULT_MOUNTS, ...byDepth(mounts)],
    linux: {
      namespaces: DEFAULT_NAMESPACES.map(type => ({ type })),
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
}

/** Docker's rule: --entrypoint drops the image's command with its entrypoint; a command of the user's replaces only the image's command. */
function commandOf(request: RunRequest, image: Image): readonly string[] {
  const given = request.command ?? [];
  if (request.entrypoint !== undefined) {
    const words = [...(request.entrypoint === '' ? [] : [request.entrypoint]), ...given];
    return words.length > 0 ? words : ['/bin/sh'];
  }
  const entrypoint = image.config.Entrypoint ?? [];
  const command = given.length > 0 ? given : (image.config.Cmd ?? []);
  const words = [...entrypoint, ...command];
  return words.length > 0 ? words : ['/bin/sh'];
}

/** One NAME=value for each name, the last one given winning, in the order in which docker sets them. */
function environment(request: RunRequest, image: Image, hostname: string, home: string): readonly string[] {
  const variables = new Map<string, string>([
    ['PATH', DEFAULT_PATH],
    ['HOSTNAME', hostname],
    ['HOME', home],
  ]);
  if (request.terminal) variables.set('TERM', request.term);
  for (const entry of image.config.Env ?? []) {
    const equals = entry.indexOf('=');
    if (equals > 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  for (const [name, value] of request.env) variables.set(name, value);
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

/** The container's name without what a hostname may not have: "my_app" becomes "my-app". */
function hostnameOf(name: string): string {
  const labels = name.split('.').map(label => label.replaceAll('_', '-').replaceAll(/^-+|-+$/g, ''));
  return labels.filter(label => label !== '').join('.');
}

function tmpfsMount(mount: TmpfsMount): SpecMount {
  const defaults = ['nosuid', 'nodev', 'noexec'].filter(
    option => !mount.options.includes(option.replace('no', '')),
  );
  return {
    destination: normalise(mount.target),
    type: 'tmpfs',
    source: 'tmpfs',
    options: [...defaults, ...mount.options.filter(option => !defaults.includes(option))],
  };
}

function volumeMount(volume: Volume): SpecMount {
  return {
    destination: normalise(volume.target),
    type: 'bind',
    source: volume.source,
    options: ['rbind', 'rprivate', volume.readOnly ? 'ro' : 'rw'],
  };
}

/** What is wrong with words that the user chose for a process, wherever it is to run. */
export function processFailures({
  args,
  env,
  cwd,
}: Pick<Spec['process'], 'args' | 'env' | 'cwd'>): readonly PlanFailure[] {
  const failures: PlanFailure[] = [];
  if ([...args, ...env, cwd].some(text => text.includes('\0')))
    failures.push({
      code: 'nul-byte',
      status: 2,
      message: 'A NUL byte can not be part of an argument, a path or a variable.',
    });
  if (args[0] === '')
    failures.push({
      code: 'empty-command',
      status: 127,
      message: 'The command is an empty word.',
      hint: 'Name a program: /bin/sh.',
    });
  if (!cwd.startsWith('/'))
    failures.push({
      code: 'bad-workdir',
      status: 2,
      message: `The working directory ${shown(cwd)} is not an absolute path.`,
      hint: `Did you mean -w ${shown(`/${cwd}`)}?`,
    });
  return failures;
}

function textFailures(
  request: RunRequest,
  args: readonly string[],
  hostname: string,
  cwd: string,
): readonly PlanFailure[] {
  const failures = [
    ...processFailures({
      args,
      cwd,
      env: [...request.env.flat(), hostname, ...request.volumes.map(v => v.source)],
    }),
  ];
  if (request.hostname !== undefined && (hostname.length > 64 || !HOSTNAME.test(hostname)))
    failures.push({
      code: 'bad-hostname',
      status: 2,
      message: `${shown(hostname)} can not be a hostname: it needs letters, digits, "." and "-", with a letter or a digit at the ends and beside each ".", at most 64 characters.`,
    });
  for (const [name] of request.env) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      failures.push({
        code: 'bad-variable',
        status: 2,
        message: `${shown(name)} can not be the name of an environment variable here: the shell that becomes your command passes on only names made of letters, digits and "_".`,
      });
  }
  return failures;
}

function targetFailures(request: RunRequest): readonly PlanFailure[] {
  const targets = [...request.volumes, ...request.tmpfs].map(mount => normalise(mount.target));
  const failures: PlanFailure[] = [];
  for (const target of targets) {
    const own = OWN_TARGETS.find(path => target === path || (path !== '/' && target.startsWith(`${path}/`)));
    if (own !== undefined)
      failures.push({
        code: 'target-taken',
        status: 2,
        message: `Nothing can be mounted on ${shown(target)}: tinydocker makes ${own === '/' ? 'the root' : own} itself.`,
        hint: 'Choose another target: -v SOURCE:/data.',
      });
  }
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined)
    failures.push({
      code: 'target-twice',
      status: 2,
      message: `Two volumes have the same target, ${shown(twice)}.`,
    });
  return failures;
}

/** An absolute path without "//", "/./" and a slash at the end. ".." stays: only the kernel knows where it leads. */
function normalise(path: string): string {
  if (!path.startsWith('/')) return path;
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}
