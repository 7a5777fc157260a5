/** Real root file systems: Debian's, and many containers at once. */

import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { debianTar } from '../support/debian.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Mode } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker, withoutNotes } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const MANY = 50;
const debian = debianTar();
const name = 'Debian works: apt-get, bash, dpkg, perl';

if (debian.reason !== undefined) skipUnless(test, name, false, debian.reason, () => undefined);
else {
  const { tar } = debian;
  eachMode(
    test,
    name,
    async place => {
      makeImage(place, {
        name: 'debian:latest',
        empty: true,
        change: root => unpack(place.mode, tar, root),
        owned: true,
      });
      const before = hostState(place.store);
      const run = (...command: readonly string[]) =>
        tinydocker(place, ['run', '--image', 'debian', 'deb', ...command]);
      const inside = async (text: string) => {
        const { status, stdout, stderr } = await run('bash', '-c', GUARD + text);
        assert.equal([status, withoutNotes(stderr)], [0, ''], text);
        return stdout;
      };
      assert.match((await run('apt-get', '--version')).stdout, /^apt \d/);
      assert.match(await inside('dpkg -l'), /^ii {2}bash /m);
      assert.is(await inside('dpkg --audit; dpkg --verify base-files; echo done'), 'done\n');
      assert.is(await inside('perl -e \'print 6*7, "\\n"\''), '42\n');
      // Copy-up, owners, modes, whiteouts, renames of what came from the image.
      assert.is(
        await inside(`echo x >>/etc/debian_version && rm -r /usr/share/doc/base-files && mkdir /usr/share/doc/base-files && mv /opt /opt2 && ls -A /usr/share/doc/base-files
useradd -m ann && su ann -c 'id -un; touch ~/file; ls -l ~/file | cut -d" " -f3' && stat -c '%U %a' /tmp /etc/shadow /usr/bin/passwd`),
        'ann\nann\nroot 1777\nroot 640\nroot 4755\n',
      );
      assert.is(await inside('getent passwd ann; ls -d /opt2 2>/dev/null; true'), '');
      await assertUnchanged(before, place.store);
    },
    ['root', 'range'],
  );
}

/** As root of the mode's user, so that every file has the owner that it has in the container. */
function unpack({ prefix, name: mode }: Mode, tar: string, root: string): void {
  const mapping = mode === 'root' ? [] : ['unshare', '--user', '--map-root-user', '--map-auto', '--'];
  const words = [
    ...prefix,
    ...mapping,
    'tar',
    '-xp',
    '--numeric-owner',
    '--exclude=./dev/*',
    '-C',
    root,
    '-f',
    '-',
  ];
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', 'tar=$1; shift; exec "$@" <"$tar"', 'unpack', tar, ...words],
    { encoding: 'utf8' },
  );
  assert.is(status, 0, stderr);
}

eachMode(test, `${MANY} containers at once from one image`, async place => {
  makeImage(place);
  const before = hostState(place.store);
  const text = `${GUARD}echo "$1" >/tmp/mine; sleep 1; cat /tmp/mine; hostname`;
  const numbers = Array.from({ length: MANY }, (_, index) => index);
  const ends = await Promise.all(
    numbers.map(number =>
      tinydocker(place, ['run', `many${number}`, 'sh', '-c', text, 'sh', String(number)], {
        timeout: 200_000,
      }),
    ),
  );
  ends.forEach(({ status, stdout, stderr }, number) => {
    assert.equal([status, stdout, withoutNotes(stderr)], [0, `${number}\nmany${number}\n`, '']);
  });
  await assertUnchanged(before, place.store);
});

test.run();
