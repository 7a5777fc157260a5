/** The verbs, in the order in which help lists them. Each is loaded when it is asked for. */

import { usageError } from '../errors.ts';
import { nearNames, shown } from '../plan/names.ts';
import type { Verb } from './verb.ts';

export interface VerbEntry {
  /** One line for the list of verbs, imperative. */
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}

export const VERBS: Readonly<Record<string, VerbEntry>> = {
  run: { summary: 'run a command in a new container', load: () => import('./run.ts') },
  start: { summary: 'start kept containers again', load: () => import('./start.ts') },
  exec: { summary: 'run a command in a container that runs', load: () => import('./exec.ts') },
  ps: { summary: 'list containers', load: () => import('./ps.ts') },
  ui: { summary: 'see and steer all of it on a full screen', load: () => import('./ui.ts') },
  inspect: {
    summary: 'show everything that is known of containers and images',
    load: () => import('./inspect.ts'),
  },
  top: { summary: 'show the processes of a container', load: () => import('./top.ts') },
  stats: { summary: 'show what running containers use', load: () => import('./stats.ts') },
  stop: { summary: 'end containers: ask, wait, kill', load: () => import('./stop.ts') },
  kill: { summary: 'send a signal to containers', load: () => import('./kill.ts') },
  restart: { summary: 'stop containers, and start them again', load: () => import('./restart.ts') },
  rename: { summary: 'give a container another name', load: () => import('./rename.ts') },
  wait: { summary: 'wait until containers end; print how', load: () => import('./wait.ts') },
  events: { summary: 'tell what happens to containers and images', load: () => import('./events.ts') },
  logs: { summary: 'show what a container in the background has written', load: () => import('./logs.ts') },
  attach: { summary: 'join a container in the background', load: () => import('./attach.ts') },
  image: {
    summary: 'make an image from directories or tars: image import',
    load: () => import('./image.ts'),
  },
  pull: { summary: 'get an image from a registry', load: () => import('./pull.ts') },
  load: { summary: 'load images that docker, podman or skopeo saved', load: () => import('./load.ts') },
  save: { summary: 'save images for docker, podman or skopeo', load: () => import('./save.ts') },
  images: { summary: 'list the images', load: () => import('./images.ts') },
  tag: { summary: 'give an image another name', load: () => import('./tag.ts') },
  history: { summary: 'show the layers of an image, and what made them', load: () => import('./history.ts') },
  rmi: { summary: 'remove images', load: () => import('./rmi.ts') },
  rm: { summary: 'remove containers', load: () => import('./rm.ts') },
  commit: { summary: 'make an image of what a container changed', load: () => import('./commit.ts') },
  fork: { summary: 'make a second container of the files of a kept one', load: () => import('./fork.ts') },
  diff: { summary: 'show what a container changed in its image', load: () => import('./diff.ts') },
  why: { summary: 'show which layer supplies a file, and what it hides', load: () => import('./why.ts') },
  cp: { summary: 'copy files into a container, and out of one', load: () => import('./cp.ts') },
  export: { summary: 'write the files of a container as a tar archive', load: () => import('./export.ts') },
  df: { summary: 'show what images and containers take on disk', load: () => import('./df.ts') },
  prune: { summary: 'remove what killed runs and imports left behind', load: () => import('./prune.ts') },
  explain: { summary: 'tell what the steps of a run do, and why', load: () => import('./explain.ts') },
  ops: { summary: 'list what was done lately', load: () => import('./ops.ts') },
  replay: { summary: 'show a recording, or make a file of it', load: () => import('./replay.ts') },
  lesson: { summary: 'learn what a container is, one lesson at a time', load: () => import('./lesson.ts') },
  doctor: { summary: 'find out what this machine can do', load: () => import('./doctor.ts') },
  completion: {
    summary: 'print a script that completes command lines in your shell',
    load: () => import('./completion.ts'),
  },
  help: { summary: 'print help, about a verb too', load: () => import('./help.ts') },
};

/** Verbs that this program uses itself. */
const INTERNAL: Readonly<Record<string, VerbEntry['load']>> = { monitor: () => import('./monitor.ts') };

/** Verbs of docker that we know and refuse, and why. */
const NO_FREEZER = 'it takes a cgroup of its own, and containers here have none';
const UNSUPPORTED: Readonly<Record<string, string>> = { pause: NO_FREEZER, unpause: NO_FREEZER };

/** The verb's module. Throws a usage error that names similar verbs when there is none. */
export async function loadVerb(name: string): Promise<Verb> {
  const entry = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (entry !== undefined) return entry.load();
  const internal = Object.hasOwn(INTERNAL, name) ? INTERNAL[name] : undefined;
  if (internal !== undefined) return internal();
  const reason = Object.hasOwn(UNSUPPORTED, name) ? UNSUPPORTED[name] : undefined;
  if (reason !== undefined) throw usageError(`${name} is not supported: ${reason}.`);
  const near = nearNames(name, Object.keys(VERBS));
  throw usageError(
    `There is no verb ${shown(name)}.`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'tinydocker help lists them.',
  );
}
