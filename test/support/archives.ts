/** Archives of real images, made by buildah and podman from a root file system: two layers, the upper one with every kind of change. */

import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Archives {
  /** docker-archive with the images localhost/td:low and localhost/td:high, which share a layer. */
  readonly docker: string;
  /** OCI image layout with localhost/td:high, as a tar; its layers are compressed. */
  readonly oci: string;
  /** The same as a directory, where the image has the reference "high". */
  readonly layout: string;
}

/** Programs that make them. */
export const MAKERS = ['buildah', 'podman', 'skopeo', 'umoci'] as const;

/** What the upper layer does to the root file system in the working directory. */
const CHANGES = `
umask 022
rm -rf usr/share/doc/adduser etc/issue
# Deleted and made again: nothing of the old one may show through.
rm -rf usr/share/doc/apt; mkdir usr/share/doc/apt; echo new >usr/share/doc/apt/new
# Another type.
rm -rf usr/share/man; ln -s doc usr/share/man
rm -f etc/issue.net; mkdir etc/issue.net; echo x >etc/issue.net/x
rm -f etc/debian_version; mkfifo etc/debian_version
# What an archive has to carry.
mkdir -p srv/all; cd srv/all
echo one >file; ln file hard; ln -s ../../etc/hostname soft; ln -s /nowhere dangling
cp /bin/true setuid; chmod 4755 setuid; mkdir -m 1777 sticky; mkdir -m 0700 closed; echo x >closed/x; chmod 0 closed/x
truncate -s 1M sparse; printf end >>sparse
long=$(printf '%0200d' 0); mkdir "$long"; echo long >"$long/$long"
touch -- "$(printf 'latin\\351')" "$(printf 'two\\nlines')" '-dash' 'a b' 'quo"te' 'back\\slash'
chown 1000:1001 file; chown 65534:65534 sticky; touch -d 2001-02-03T04:05:06Z file
python3 -c 'import os; os.setxattr("setuid", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000")); os.setxattr("file", "user.note", b"kept")'
`;

const OWN_STATE = `
mkdir -p /run/libpod; for d in /dev/shm /run/libpod; do mount --no-mtab -t tmpfs tmpfs $d; done`;

const MAKE = `
cd -- "$1"; umask 022
storage() { program=$1; shift; "$program" --root "$PWD/root" --runroot "$PWD/run" --storage-driver vfs "$@"; }
low=$(storage buildah from scratch); storage buildah add -q "$low" "$2" / >/dev/null
echo 'an image of a test' >mark; storage buildah copy -q "$low" mark /.tinydocker-image >/dev/null
storage buildah config --cmd '["/bin/sh"]' --env LOW=1 --workingdir /srv --label made=test --created-by 'the low layer' "$low"
storage buildah commit -q --timestamp 1600000000 "$low" td:low >/dev/null
high=$(storage buildah from td:low)
root=$(storage buildah mount "$high"); (cd -- "$root"; . "$1/changes")
storage buildah umount "$high" >/dev/null
storage buildah config --cmd '["/bin/echo","high"]' --env HIGH=2 --user nobody --created-by 'the high layer' "$high"
storage buildah commit -q --timestamp 1600000001 "$high" td:high >/dev/null
storage podman save -q -m --format docker-archive -o docker.tar td:low td:high
storage podman save -q --format oci-archive -o oci.tar td:high
skopeo copy -q --insecure-policy oci-archive:oci.tar oci:layout:high
chmod 0644 docker.tar oci.tar; rm -rf root run
`;

/** Makes them in `dir` from a tar of a root file system. Throws when that fails. */
export function makeArchives(dir: string, rootfs: string): Archives {
  writeFileSync(join(dir, 'changes'), CHANGES);
  // Every podman has its locks and its state at the same two places: these programs get ones of their own.
  const apart = ['--mount', '--propagation', 'private', '--', 'sh', '-euc', `${OWN_STATE}${MAKE}`];
  const { status, stderr } = spawnSync('unshare', [...apart, 'make', dir, rootfs], {
    encoding: 'utf8',
    timeout: 240_000,
  });
  if (status !== 0) throw new Error(`no archives: ${stderr}`);
  chmodSync(dir, 0o755);
  return { docker: join(dir, 'docker.tar'), oci: join(dir, 'oci.tar'), layout: join(dir, 'layout') };
}
