// @long
/** Volumes that an image declares: a copy of what it has there, outside of the writable layer, gone with the container. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { hasProgram } from '../support/imports.ts';
import { eachMode, MODES, ownDirectory, type Place, withPlace } from '../support/modes.ts';
import { hasPodman, withPodman } from '../support/podman.ts';
import { GUARD } from '../support/probe.ts';
import { assertRefused } from '../support/refusals.ts';
import { type Finished, runAs, tinydocker, withoutNotes } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

/** What the images of these tests have in their volumes. */
function fill(root: string): void {
  mkdirSync(join(root, 'data/sub'), { recursive: true });
  writeFileSync(join(root, 'data/file'), 'of the image\n');
  writeFileSync(join(root, 'data/sub/program'), 'x', { mode: 0o755 });
  symlinkSync('/etc/passwd', join(root, 'data/link'));
  symlinkSync('..', join(root, 'data/up'));
  chmodSync(join(root, 'data'), 0o2751);
  mkdirSync(join(root, 'deep/er'), { recursive: true });
  writeFileSync(join(root, 'deep/er/file'), 'deep\n');
}

function declare(...paths: readonly string[]) {
  return { Volumes: Object.fromEntries(paths.map(path => [path, {}])) };
}

async function run(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, ['run', ...args]);
  assert.equal([status, withoutNotes(stderr)], [0, ''], args.join(' '));
  return stdout;
}

/** As the run and as the printed script. Nothing may be left. */
async function bothWays(place: Place, args: readonly string[]): Promise<readonly Finished[]> {
  const before = hostState(place.store);
  const ran = await tinydocker(place, ['run', ...args]);
  await assertUnchanged(before, place.store);
  const dry = await tinydocker(place, ['run', '--dry-run', ...args]);
  const script = await runAs(place, ['sh'], { input: dry.stdout });
  await assertUnchanged(before, place.store);
  return [ran, script];
}

const LOOK = `${GUARD}find /data /new ! -name . -exec stat -c '%n %F %a %u:%g' {} + | sort; cat /data/file`;

eachMode(test, 'a copy of what the image has, in both ways, and nothing is left', async place => {
  makeImage(place, { config: declare('/data', '/new'), change: fill });
  const write = `${LOOK}; echo more >/data/file && rm /data/link && touch /new/x && cat /data/file; grep -c ' /data .*nodev' /proc/self/mountinfo`;
  for (const { status, stdout, stderr } of await bothWays(place, ['b1', 'sh', '-c', write])) {
    assert.equal([status, withoutNotes(stderr)], [0, '']);
    assert.is(
      stdout,
      [
        '/data directory 2751 0:0',
        '/data/file regular file 644 0:0',
        '/data/link symbolic link 777 0:0',
        '/data/sub directory 755 0:0',
        '/data/sub/program regular file 755 0:0',
        '/data/up symbolic link 777 0:0',
        '/new directory 755 0:0',
        'of the image',
        'more',
        '1\n',
      ].join('\n'),
    );
  }
  // The next one begins anew.
  assert.match(await run(place, 'b1', 'sh', '-c', LOOK), /of the image\n$/);
});

eachMode(test, 'it is not in the writable layer, and stays with a kept container', async place => {
  makeImage(place, { config: declare('/data', '/new/deep'), change: fill });
  await run(
    place,
    '--keep',
    'b1',
    'sh',
    '-c',
    `${GUARD}echo more >/data/file; echo x >/new/deep/x; echo y >/y`,
  );
  const { stdout } = await tinydocker(place, ['diff', 'b1']);
  assert.is(stdout, 'A /y\n');
  const container = join(place.store, 'containers/b1');
  assert.equal(readdirSync(join(container, 'volumes')).toSorted(), ['1', '2']);
  const volume = ['cat', join(container, 'volumes/1/file'), join(container, 'volumes/2/x')];
  assert.is((await runAs(place, volume)).stdout, 'more\nx\n');
  assert.is((await tinydocker(place, ['rm', 'b1'])).status, 0);
  assert.not.ok(existsSync(container));
});

eachMode(test, "the user's mounts win, and nested ones are in their order", async place => {
  makeImage(place, { config: declare('/data', '/deep', '/deep/er', '/in/vol'), change: fill });
  const source = ownDirectory(place.mode, join(place.dir, 'source'));
  writeFileSync(join(source, 'file'), 'of the host\n');
  ownDirectory(place.mode, join(source, 'vol'));
  const mine = ['-v', `${source}:/data/`, '--tmpfs', '/deep/er'];
  const seen = await run(
    place,
    ...mine,
    'b1',
    'sh',
    '-c',
    `${GUARD}cat /data/file; ls /deep/er; touch /deep/x`,
  );
  assert.is(seen, 'of the host\n');
  // Both of the image's: the inner one is not covered by the outer one.
  const mounts = `${GUARD}cat /deep/er/file; grep -c ' /deep' /proc/self/mountinfo`;
  assert.is(await run(place, 'b1', 'sh', '-c', mounts), 'deep\n2\n');
  // The image's volume below a mount of the user's keeps its content to itself.
  const below = ['-v', `${source}:/in`, 'b1', 'sh', '-c', `${GUARD}ls /in; touch /in/vol/inside; ls /in/vol`];
  assert.is(await run(place, ...below), 'file\nvol\ninside\n');
  assert.equal(readdirSync(join(source, 'vol')), []);
  // Docker's own order: a mount of the user's in a volume of the image.
  const inside = ['-v', `${source}:/data/sub`, 'b1', 'sh', '-c', `${GUARD}cat /data/file /data/sub/file`];
  assert.is(await run(place, ...inside), 'of the image\nof the host\n');
});

eachMode(test, 'a read-only root has writable volumes; a working directory may be one', async place => {
  makeImage(place, { config: { ...declare('/data'), WorkingDir: '/data' }, change: fill });
  const command = `${GUARD}pwd; echo x >new && cat new; echo x 2>/dev/null >/y || echo read-only`;
  assert.is(await run(place, '--read-only', 'b1', 'sh', '-c', command), '/data\nx\nread-only\n');
});

eachMode(
  test,
  'owners are kept',
  async place => {
    if (place.mode.name !== 'root') return;
    makeImage(place, {
      config: declare('/data'),
      owned: true,
      change: root => {
        fill(root);
        chownSync(join(root, 'data'), 1000, 1001);
        chownSync(join(root, 'data/file'), 1000, 44);
        chmodSync(join(root, 'data'), 0o700);
        chmodSync(join(root, 'data/sub/program'), 0o4755);
      },
    });
    const command = `${GUARD}stat -c '%a %u:%g' /data /data/file /data/sub/program; echo x >/data/file; id -u`;
    assert.is(
      await run(place, '-u', 'ann', 'b1', 'sh', '-c', command),
      '700 1000:1001\n644 1000:44\n4755 0:0\n1000\n',
    );
  },
  ['root'],
);

eachMode(test, 'hostile declarations', async place => {
  const victim = ownDirectory(place.mode, join(place.dir, 'victim'), 0o777);
  writeFileSync(join(victim, 'file'), 'of the host\n');
  const deep = '../'.repeat(20);
  const change = (root: string) => {
    mkdirSync(join(root, 'links'));
    for (const [name, target] of Object.entries({
      absolute: victim,
      climbs: `${deep}${victim.slice(1)}`,
      loop: 'loop',
      root: '/',
      devices: '../dev',
      kernel: '/proc/sys',
      file: '/etc/passwd',
    }))
      symlinkSync(target, join(root, 'links', name));
    // What is copied is the link, not what it leads to on the host.
    mkdirSync(join(root, 'copied'));
    symlinkSync(victim, join(root, 'copied/out'));
    symlinkSync('/etc/shadow', join(root, 'copied/shadow'));
  };
  const before = treeOf(victim);
  const cases: Readonly<Record<string, RegExp>> = {
    '/links/climbs': /leads out of the container/,
    '/links/climbs/new': /leads out of the container/,
    '/links/loop': /too many symbolic links/,
    '/links/root': /leads to \/, which tinydocker makes itself/,
    '/links/devices': /leads to \/dev\/, which tinydocker makes itself/,
    '/links/devices/shm': /leads to \/dev\/shm\/, which/,
    '/links/kernel': /leads to \/proc\/sys\/, which/,
    '/links/file': /is not a directory/,
    [`/${'n'.repeat(300)}`]: /name too long/i,
  };
  for (const [index, [path, refused]] of Object.entries(cases).entries()) {
    makeImage(place, { name: `h${index}:1`, config: declare(path), change });
    for (const result of await bothWays(place, [
      '--image',
      `h${index}:1`,
      'b1',
      'sh',
      '-c',
      `${GUARD}echo ran`,
    ])) {
      assert.is(result.status, 125, path);
      assert.is(result.stdout, '');
      assert.match(result.stderr, refused);
    }
    const told = await tinydocker(place, ['run', '--image', `h${index}:1`, 'b1', 'true']);
    assertRefused(told, /A volume that the image declares can not be made: /);
  }
  // Those that lead nowhere else are made inside, or left out.
  const harmless = [
    '/',
    '/proc',
    '/sys/x',
    '/dev/shm',
    '/..',
    'relative',
    '/links/absolute',
    '/copied',
    '/a\nb',
    '/-x',
  ];
  makeImage(place, { name: 'odd:1', config: declare(...harmless), change });
  const look = `${GUARD}grep -c ' / / \\| /dev/shm ' /proc/self/mountinfo; for d in /relative /-x '/a
b'; do [ ! -d "$d" ] || echo made; done; ls -A /links/absolute; readlink /copied/out; readlink /copied/shadow; touch /links/absolute/inside`;
  const args = ['--image', 'odd:1', 'b1', 'sh', '-c', look];
  for (const { status, stdout, stderr } of await bothWays(place, args)) {
    assert.equal([status, withoutNotes(stderr)], [0, '']);
    assert.match(stdout, new RegExp(`^\\d\\n(made\\n){3}${victim}\\n/etc/shadow\\n$`));
  }
  const said = await tinydocker(place, ['run', ...args]);
  assert.match(
    said.stderr,
    /note: the image declares 4 volumes, "\/" among them, where tinydocker mounts its own/,
  );
  makeImage(place, { name: 'many:1', config: declare(...Array.from({ length: 3000 }, (_, i) => `/v${i}`)) });
  assertRefused(
    await tinydocker(place, ['run', '--image', 'many:1', 'b1', 'true']),
    /The image declares 3000 volumes, and tinydocker makes at most 100\./,
  );
  assert.equal(treeOf(victim), before, 'the host was written to');
});

eachMode(test, 'a failure in the middle leaves nothing', async place => {
  makeImage(place, { config: declare('/data', '/new'), change: fill });
  const before = hostState(place.store);
  for (const step of ['fill-volumes', 'mount-volume-1', 'mount-volume-2', 'open-gate']) {
    const { status } = await tinydocker(place, ['run', '-q', '--keep', '--fail-at', step, 'b1', 'true']);
    assert.is(status, 125, step);
    await assertUnchanged(before, place.store);
  }
});

/** An image with volumes by buildah in podman's store, as an archive. */
const BUILD = `
cd -- "$1"; umask 022
store() { buildah --root podman --runroot podman-run "$@"; }
c=$(store from scratch); store add -q "$c" root.tar / >/dev/null
store config --volume /data --volume /new --cmd /bin/sh "$c"
store commit -q "$c" volumes >/dev/null
`;

const podmanToo = 'podman makes the same of an image by buildah';
const [root] = MODES;
const missing =
  !hasPodman || !hasProgram('buildah')
    ? 'podman or buildah is not installed'
    : staticBusybox() === undefined || process.getuid?.() !== 0 || root?.unavailable !== undefined
      ? 'podman is compared as root, with a static busybox'
      : undefined;
skipUnless(test, podmanToo, missing === undefined, missing ?? '', async () => {
  assert.ok(root);
  await withPlace(root, async place => {
    const { layers } = makeImage(place, {
      owned: true,
      change: directory => {
        fill(directory);
        chownSync(join(directory, 'data'), 1000, 1001);
        chownSync(join(directory, 'data/file'), 7, 8);
      },
    });
    const rootfs = join(place.store, 'layers', layers[0]?.digest ?? '', 'files');
    assert.is(spawnSync('tar', ['-C', rootfs, '-cf', join(place.dir, 'root.tar'), '.']).status, 0);
    const look = `${GUARD}find /data -exec stat -c '%n %F %a %u:%g %Y %s' {} + | sort; stat -c '%n %F %a %u:%g' /new; touch /new/x /data/x && ls /data /new`;
    const theirs = withPodman(place.dir, podman => {
      const own = ['--mount', '--propagation', 'private', '--', 'sh', '-euc', BUILD, 'build', place.dir];
      const built = spawnSync('unshare', own, { encoding: 'utf8' });
      assert.is(built.status, 0, built.stderr);
      const archive = join(place.dir, 'volumes.tar');
      assert.is(podman(['save', '-q', '-o', archive, 'localhost/volumes:latest']).status, 0);
      const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--network', 'none'];
      for (const runtime of [[], ['--runtime', 'runc']]) {
        const ran = podman([...runtime, 'run', '--rm', ...limits, 'localhost/volumes', 'sh', '-c', look]);
        if (ran.status === 0) return ran.stdout;
      }
      return undefined;
    });
    // On a machine where podman runs nothing, there is nothing to compare with.
    if (theirs === undefined) return;
    const loaded = await tinydocker(place, ['load', '-q', join(place.dir, 'volumes.tar')]);
    assert.is(loaded.status, 0, loaded.stderr);
    const ours = await run(place, '--image', 'localhost/volumes', 'b1', 'sh', '-c', look);
    assert.is(ours, theirs);
    assert.match(ours, /^\/data directory 2751 1000:1001 /);
  });
});

test.run();
