/** All that is known of a container, in docker's names: what `inspect` prints. Read-only. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRecord } from '../plan/run/record.ts';
import type { SpecMount } from '../plan/spec.ts';
import type { Data } from '../plan/template.ts';
import { imageOfContainer } from './container-image.ts';
import { type ContainerLook, lossOf, stateWord } from './container-look.ts';
import { recordedLinks, type StoredContainer } from './containers.ts';
import { sha256 } from './sha256.ts';
import type { StorePaths } from './store-paths.ts';

/** Go's zero time: docker's word for "never", or "nobody knows". */
const NEVER = '0001-01-01T00:00:00Z';
/** docker's exit status of a container whose end nobody saw. */
const UNKNOWN_STATUS = 255;

/** What docker calls each fact, as far as there is one. Nothing is made up: what tinydocker does not have, has no field. */
export function containerDetails(paths: StorePaths, look: ContainerLook): Readonly<Record<string, Data>> {
  const { container, created } = look;
  const { name, directory, record } = container;
  const [path = '', ...args] = container.args;
  const log = join(directory, 'log');
  return {
    Id: name,
    Created: timeOf(created),
    Path: path,
    Args: args,
    State: stateOf(look),
    Image: imageId(paths, container),
    LogPath: existsSync(log) ? log : '',
    Name: name,
    Driver: 'overlay',
    Platform: 'linux',
    ...(record === undefined
      ? {}
      : {
          HostConfig: hostConfig(record),
          Mounts: mountsOf(record, directory),
          Config: config(record),
        }),
    GraphDriver: {
      Name: 'overlay',
      Data: {
        // Highest first, as mount(8) takes them.
        LowerDir: recordedLinks(container)
          .map(link => join(paths.links, link))
          .toReversed()
          .join(':'),
        MergedDir: join(directory, 'merged'),
        UpperDir: join(directory, 'upper'),
        WorkDir: join(directory, 'work'),
      },
    },
  };
}

function stateOf(look: ContainerLook): Data {
  const { status } = look;
  const loss = lossOf(look);
  const exited = status.type === 'exited' ? status : undefined;
  return {
    Status: stateWord(look),
    Running: status.type === 'running',
    Paused: false,
    Restarting: false,
    OOMKilled: exited?.outOfMemory ?? false,
    Dead: false,
    Pid: status.type === 'running' ? status.init.pid : 0,
    ExitCode: exited?.status ?? (loss === undefined ? 0 : UNKNOWN_STATUS),
    Error: loss ?? '',
    StartedAt: timeOf('started' in status ? status.started : undefined),
    FinishedAt: timeOf(exited?.finished),
  };
}

function hostConfig({ mounts, keep, readonly, logMax }: ContainerRecord): Data {
  const tmpfs = mounts.filter(({ type }) => type === 'tmpfs');
  return {
    Binds: mounts
      .filter(({ type }) => type === 'bind')
      .map(
        ({ source, destination, options }) =>
          `${source}:${destination}${options.includes('ro') ? ':ro' : ''}`,
      ),
    Tmpfs: Object.fromEntries(tmpfs.map(({ destination, options }) => [destination, options.join(',')])),
    NetworkMode: 'none',
    AutoRemove: !keep,
    ReadonlyRootfs: readonly,
    Privileged: false,
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    LogConfig:
      logMax === undefined
        ? { Type: 'none', Config: {} }
        : { Type: 'local', Config: { 'max-size': String(logMax) } },
  };
}

function mountsOf({ mounts, imageVolumes }: ContainerRecord, directory: string): Data {
  return [
    ...mounts.map(described),
    ...imageVolumes.map((destination, index) => ({
      Type: 'volume',
      Source: join(directory, 'volumes', String(index + 1)),
      Destination: destination,
      Mode: '',
      RW: true,
      Propagation: '',
    })),
  ];
}

function described({ type, source, destination, options }: SpecMount): Data {
  return {
    Type: type,
    Source: type === 'tmpfs' ? '' : source,
    Destination: destination,
    Mode: '',
    RW: !options.includes('ro'),
    Propagation: type === 'tmpfs' ? '' : 'rprivate',
  };
}

function config(record: ContainerRecord): Data {
  const { process, hostname, stdin, stopSignal = 'SIGTERM', image, imageVolumes } = record;
  return {
    Hostname: hostname,
    User: `${process.user.uid}:${process.user.gid}`,
    Tty: process.terminal,
    OpenStdin: stdin,
    Env: process.env,
    Cmd: process.args,
    Entrypoint: null,
    Image: image,
    Volumes: imageVolumes.length === 0 ? null : Object.fromEntries(imageVolumes.map(path => [path, {}])),
    WorkingDir: process.cwd,
    StopSignal: stopSignal,
  };
}

/** Empty when its image is there no longer: the layers, which it stands on, have no id of their own. */
function imageId(paths: StorePaths, container: StoredContainer): string {
  try {
    const { known, config: text } = imageOfContainer(paths, container, NEVER);
    return known ? `sha256:${sha256(text)}` : '';
  } catch {
    return '';
  }
}

function timeOf(date: Date | undefined): string {
  return date?.toISOString() ?? NEVER;
}
