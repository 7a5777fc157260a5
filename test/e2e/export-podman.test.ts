/** podman's export of the same tree and ours, unpacked: the same files. */

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { fill } from '../support/matrix.ts';
import { MODES, type Mode, withPlace } from '../support/modes.ts';
import { hasPodman, withPodman } from '../support/podman.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('export-podman');
const [root] = MODES;
const works = hasPodman && process.getuid?.() === 0 && root?.unavailable === undefined;

/** Besides those of the matrix: what archives lose easily. */
const MORE = `
mkdir -p more/deep && chmod 1777 more && chmod 700 more/deep
echo x >more/a && ln more/a more/b && ln -s ../nowhere more/l && mkfifo -m 640 more/p
printf '%s' x >"more/$(printf 'odd\\n\\377 name')" && chmod 4711 "more/a" && chown 1000:44 more/deep
cp more/a more/capable && chmod 755 more/capable
python3 -c 'import os; os.setxattr("more/capable", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))'
find m more -exec touch -h -d @1000000000 {} +`;

skipUnless(test, "as podman's", works, 'podman is compared as root', () =>
  withPlace(root as Mode, async place => {
    const image = makeImage(place, {
      owned: true,
      change: directory => {
        fill(directory);
        const made = spawnSync('sh', ['-ec', MORE], { cwd: directory, encoding: 'utf8' });
        assert.is(made.status, 0, made.stderr);
      },
    });
    assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true'])).status, 0);
    const ours = join(place.dir, 'ours.tar');
    assert.is((await tinydocker(place, ['export', 'c1', '-o', ours])).status, 0);
    const theirs = join(place.dir, 'theirs.tar');
    const files = join(place.store, 'layers', image.layers[0]?.digest ?? '', 'files');
    const source = join(place.dir, 'source.tar');
    assert.is(
      spawnSync('tar', ['--xattrs', '--xattrs-include=*', '-C', files, '-cf', source, '.']).status,
      0,
    );
    withPodman(place.dir, podman => {
      for (const words of [
        ['import', source, 'same'],
        ['create', '--name', 'c1', '--network', 'none', 'same', 'true'],
        ['export', '-o', theirs, 'c1'],
      ]) {
        const { status, stderr } = podman(words);
        assert.is(status, 0, stderr);
      }
    });
    // The directories that each engine makes for itself.
    const made = /^\S+ [^ ]* [^ ]* [^ ]* \S* "(\.\/(dev|proc|sys|run|etc)(\/.*)?|\.)"/;
    const [left, right] = [unpacked(place.dir, ours), unpacked(place.dir, theirs)].map(lines =>
      lines.filter(line => !made.test(line)),
    );
    assert.ok((left?.length ?? 0) > 50);
    assert.equal(left, right);
  }),
);

/** One line for each file: type, mode, owner, time, number of links, path, target, extended attributes. */
function unpacked(dir: string, archive: string): readonly string[] {
  const directory = `${archive}.files`;
  mkdirSync(directory);
  const tar = ['-xpf', archive, '-C', directory, '--numeric-owner', '--xattrs', '--xattrs-include=*'];
  assert.is(spawnSync('tar', tar).status, 0, dir);
  const { stdout } = spawnSync('python3', ['-c', LIST], { cwd: directory, encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .sort();
}

const LIST = `
import os, json
for at, names, files in os.walk(b'.'):
    for name in [b''] + [n for n in names if os.path.islink(os.path.join(at, n))] + files:
        path = os.path.join(at, name) if name else at
        s = os.lstat(path)
        attributes = {n: os.getxattr(path, n, follow_symlinks=False).hex() for n in os.listxattr(path, follow_symlinks=False)}
        print(oct(s.st_mode), '%d:%d' % (s.st_uid, s.st_gid), int(s.st_mtime), s.st_nlink, '-', json.dumps(path.decode('latin1')), os.readlink(path).decode() if os.path.islink(path) else '', attributes)
`;

test.run();
