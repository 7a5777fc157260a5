/** A real Debian root file system, made once a day by mmdebstrap with the machine's own sources and settings of apt. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { newTempDir, removeTree } from './dirs.ts';

/** The tar, or why there is none. */
export function debianTar():
  | { readonly tar: string; readonly reason?: undefined }
  | { readonly reason: string } {
  if (process.getuid?.() !== 0) return { reason: 'mmdebstrap needs root here' };
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) return { reason: 'mmdebstrap is not installed' };
  const day = new Date().toISOString().slice(0, 10);
  const tar = join(tmpdir(), `tinydocker-test-debian-${day}.tar`);
  // What is in /tmp may be anybody's: only a file of our own is believed.
  if (existsSync(tar) && statSync(tar).uid === process.getuid()) return { tar };
  const problem = make(tar);
  return problem === undefined ? { tar } : { reason: problem };
}

function make(tar: string): string | undefined {
  const dir = newTempDir();
  try {
    const settings = spawnSync('apt-config', ['dump'], { encoding: 'utf8' }).stdout.split('\n');
    writeFileSync(join(dir, 'apt.conf'), settings.filter(line => line.startsWith('Acquire::')).join('\n'));
    const made = join(dir, 'debian.tar');
    const { status, stderr } = spawnSync(
      // Its mounts are in a table of their own: tests that run meanwhile look whether the machine's changes.
      'unshare',
      [
        ...['--mount', '--propagation', 'private', '--', 'mmdebstrap', '--quiet', '--variant=apt'],
        ...[`--aptopt=${join(dir, 'apt.conf')}`, codename(), made, ...sources()],
      ],
      { encoding: 'utf8', timeout: 240_000 },
    );
    if (status !== 0) return `mmdebstrap failed: ${stderr.trim().split('\n').at(-1)}`;
    rmSync(tar, { force: true });
    renameSync(made, tar);
    return undefined;
  } finally {
    removeTree(dir);
  }
}

function codename(): string {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
}

function sources(): readonly string[] {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map(name => join(folder, name)) : []),
  ];
  return files.filter(
    file =>
      /\.(list|sources)$/.test(file) && existsSync(file) && readFileSync(file, 'utf8').includes('debian'),
  );
}
