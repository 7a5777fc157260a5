/** What a container's root is made of: an overlay on the store's file system, fresh kernel file systems, pivot_root. */

import { coveredPart } from '../host/causes/covered-proc.ts';
import { NO_UPPER } from '../host/causes/overlay.ts';
import { mountOf, mountTable } from '../host/mount-table.ts';
import { readText } from '../host/text-file.ts';
import { type Check, type Machine, reason, type Topic, tryInside, withScratch } from './check.ts';

const OVERLAY = `cd "$1"; mkdir lower upper work merged; echo old >lower/changed; echo old >lower/deleted
mount --no-mtab -t overlay overlay -o "$2lowerdir=lower,upperdir=upper,workdir=work" merged
echo new >merged/changed; rm merged/deleted
[ "$(cat lower/changed merged/changed | tr '\\n' ' ')" = "old new " ] && [ ! -e merged/deleted ] && [ -e lower/deleted ]
umount --no-mtab merged; rm -rf upper work lower merged`;
const PIVOT = `cd "$1"; mount --no-mtab -t tmpfs tmpfs .; cd "$1"; mkdir old; pivot_root . old; [ -d /old/proc ]`;
const KERNEL = 'mount --no-mtab -t proc proc "$1" && mount --no-mtab -t sysfs sysfs "$1"';

export const rootFileSystem: Topic = async machine =>
  withScratch(machine, async scratch => [
    await overlay(machine, scratch),
    await kernelFileSystems(machine, scratch),
    await pivot(machine, scratch),
  ]);

async function overlay(machine: Machine, scratch: string): Promise<Check> {
  const id = 'overlay';
  const userxattr = machine.facts.mapping === 'host' ? '' : 'userxattr,';
  const tried = await tryInside(
    machine,
    ['--mount', '--propagation', 'private'],
    ['sh', '-ec', OVERLAY, 'overlay', scratch, userxattr],
  );
  const type = mountOf(scratch)?.type ?? 'unknown';
  if (tried.exitStatus === 0)
    return {
      id,
      status: 'ok',
      fact: `An overlay was mounted on the file system of the store (${type}); changing and deleting files works.`,
      means: 'Containers share the layers of their image, and each has its own writable one.',
    };
  const known = /\boverlay$/m.test(readText('/proc/filesystems'));
  return {
    id,
    status: 'fail',
    fact: `An overlay can not be mounted on the file system of the store (${type}): ${NO_UPPER[type] ?? reason(tried)}.`,
    means: 'A run fails at mount-overlay.',
    fix: known
      ? 'Put the store on a local disk or a tmpfs: export TINYDOCKER_ROOT=/another/directory'
      : 'sudo modprobe overlay',
  };
}

async function kernelFileSystems(machine: Machine, scratch: string): Promise<Check> {
  const id = 'fresh-proc';
  const tried = await tryInside(
    machine,
    ['--mount', '--propagation', 'private', '--net', '--pid', '--fork'],
    ['sh', '-ec', KERNEL, 'kernel', scratch],
  );
  if (tried.exitStatus === 0)
    return {
      id,
      status: 'ok',
      fact: 'A fresh /proc and /sys can be mounted.',
      means: 'A container sees its own processes and network only.',
    };
  const covering = coveredPart(mountTable());
  return {
    id,
    status: 'fail',
    fact: `A fresh /proc or /sys can not be mounted: ${covering === undefined ? reason(tried) : `something is mounted over ${covering.mountPoint}`}.`,
    means: 'A run fails at mount-kernel-filesystems. This is so inside of containers.',
    fix: 'Run tinydocker outside; or start docker with --security-opt systempaths=unconfined',
  };
}

async function pivot(machine: Machine, scratch: string): Promise<Check> {
  const id = 'pivot-root';
  const tried = await tryInside(
    machine,
    ['--mount', '--propagation', 'private'],
    ['sh', '-ec', PIVOT, 'pivot', scratch],
  );
  if (tried.exitStatus === 0)
    return {
      id,
      status: 'ok',
      fact: 'pivot_root works.',
      means: 'The root of the machine can be taken out of the sight of a container.',
    };
  return {
    id,
    status: 'fail',
    fact: `pivot_root does not work: ${reason(tried)}.`,
    means: 'A run fails at pivot-root. On a machine whose root is an initramfs it can not work.',
    fix: 'Boot from a disk, or run tinydocker outside of the chroot around it.',
  };
}
