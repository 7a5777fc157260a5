// @long
/** Images that buildah, podman and skopeo made: what a container sees of them is what umoci unpacks. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Archives, MAKERS, makeArchives } from '../support/archives.ts';
import { debianTar } from '../support/debian.ts';
import { newTempDir, removeTree } from '../support/dirs.ts';
import { hasProgram } from '../support/imports.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';
import { runAs, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

/**
 * Everything that tar can tell of a tree, and its digest; what the container mounts over, and what overlay keeps for itself, left out. Arguments: the tree, a
 * scratch file, options of tar.
 */
const DESCRIBE = `
tree=$1 scratch=$2; shift 2; cd -- "$tree"
tar --create --file "$scratch" --sort=name --numeric-owner --format=posix --xattrs --xattrs-include='*' --xattrs-exclude='*.overlay.*' \
  --pax-option=exthdr.name=x,delete=atime,delete=ctime --anchored --exclude=dev --exclude=proc --exclude=sys "$@" -- * .tinydocker-image
tar --list --verbose --full-time --numeric-owner --quoting-style=c --file "$scratch"
sha256sum <"$scratch"; rm -f -- "$scratch"
`;
/** Arguments: the layers, topmost first and separated by ":", the mount point, an option, what DESCRIBE takes after the tree. */
const MOUNTED = `mount -t overlay overlay -o "$3lowerdir=$1" "$2"; tree=$2; shift 3; set -- "$tree" "$@"; ${DESCRIBE}`;

const missing = MAKERS.filter(name => !hasProgram(name));
const debian = debianTar();
const reason = missing.length > 0 ? `${missing.join(', ')} is not installed` : debian.reason;

let dir = '';
let archives: Archives;

/** What umoci makes of the image, as each mode can have it. */
const expected = new Map<Mode['name'], string>();

test.before(() => {
  if (reason !== undefined || debian.reason !== undefined) return;
  dir = newTempDir();
  archives = makeArchives(dir, debian.tar);
  const bundle = join(dir, 'bundle');
  assert.is(spawnSync('umoci', ['unpack', '--image', `${archives.layout}:high`, bundle]).status, 0);
  for (const mode of ['root', 'range', 'single'] as const) {
    const words = [DESCRIBE, 'describe', join(bundle, 'rootfs'), join(dir, 'scratch'), ...owners(mode)];
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', ...words], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    assert.is(status, 0, stderr);
    expected.set(mode, stdout);
  }
});

test.after(() => {
  if (dir !== '') removeTree(dir);
});

/** Without ranges of ids, all files belong to one user. */
function owners(mode: Mode['name']): readonly string[] {
  return mode === 'single' ? ['--owner=0', '--group=0'] : [];
}

const NAMESPACES: Readonly<Record<Mode['name'], readonly string[]>> = {
  root: ['unshare', '--mount', '--'],
  range: ['unshare', '--user', '--map-root-user', '--map-auto', '--mount', '--'],
  single: ['unshare', '--user', '--map-root-user', '--mount', '--'],
};

/** The image's layers, mounted as a container has them. */
async function seen(place: Place, image: string): Promise<string> {
  const record = JSON.parse(
    readFileSync(join(place.store, 'images', `${image.replaceAll('/', '%2F')}.json`), 'utf8'),
  ) as { readonly layers: readonly { readonly digest: string }[] };
  const layers = record.layers.map(({ digest }) => join(place.store, 'layers', digest, 'files')).toReversed();
  await runAs(place, ['mkdir', '-p', join(place.home, 'tree')]);
  const { status, stdout, stderr } = await runAs(
    place,
    [
      ...NAMESPACES[place.mode.name],
      ...['sh', '-euc', MOUNTED, 'mounted', layers.join(':'), join(place.home, 'tree')],
      ...[place.mode.name === 'root' ? '' : 'userxattr,', join(place.home, 'scratch')],
      ...owners(place.mode.name),
    ],
    { timeout: 120_000 },
  );
  assert.is(status, 0, stderr);
  return stdout;
}

function eachModeWithArchives(
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
) {
  if (reason === undefined) eachMode(test, name, body, only);
  else skipUnless(test, name, false, reason, () => undefined);
}

async function succeed(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, [...args], { timeout: 180_000 });
  assert.is(status, 0, stderr);
  return stdout;
}

eachModeWithArchives('an image of two layers is what umoci unpacks', async place => {
  const { mode } = place;
  const archive = { root: archives.docker, range: archives.oci, single: archives.layout }[mode.name];
  const loaded = await succeed(place, 'load', archive);
  const image = { root: 'localhost/td:high', range: 'localhost/td:high', single: 'layout:high' }[mode.name];
  assert.is(
    loaded,
    mode.name === 'root'
      ? 'Loaded image: localhost/td:low\nLoaded image: localhost/td:high\n'
      : `Loaded image: ${image}\n`,
  );
  assert.is(await seen(place, image), expected.get(mode.name));

  // Its id is what the others call it.
  const config = JSON.parse(
    spawnSync('skopeo', ['inspect', '--raw', `oci-archive:${archives.oci}`], { encoding: 'utf8' }).stdout,
  ) as { readonly config: { readonly digest: string } };
  const [inspected] = JSON.parse(await succeed(place, 'image', 'inspect', image)) as readonly {
    readonly Id: string;
  }[];
  assert.is(inspected?.Id, config.config.digest);

  // Its configuration is the container's.
  const user = mode.name === 'single' ? ['-u', 'root'] : [];
  const run = ['run', '-q', ...user];
  assert.is(await succeed(place, ...run, '--image', image, 'x1'), 'high\n');
  const look = 'test -e /.tinydocker-image && id -un && pwd && echo $LOW$HIGH';
  const inside = await succeed(place, ...run, '--image', image, 'x1', 'sh', '-c', look);
  assert.is(inside, `${mode.name === 'single' ? 'root' : 'nobody'}\n/srv\n12\n`);

  // Again, under another name: nothing is read, and nothing stored twice.
  const layers = readdirSync(join(place.store, 'layers'));
  assert.is(layers.length, 2);
  const other = ['image', 'import', '-q', 'other', archives.oci];
  const plan = JSON.parse(await succeed(place, ...other, '--dry-run', '--format', 'json')) as {
    readonly steps: readonly { readonly id: string }[];
  };
  const ids = plan.steps.map(({ id }) => id);
  assert.ok(ids.includes('use-layer-2') && !ids.some(id => id.startsWith('unpack')), ids.join(' '));
  await succeed(place, ...other);
  assert.equal(readdirSync(join(place.store, 'layers')), layers);
  assert.is(await succeed(place, ...run, '--image', 'other', 'x1'), 'high\n');

  await succeed(place, 'rmi', '-q', 'other', image, ...(mode.name === 'root' ? ['localhost/td:low'] : []));
  assert.equal(readdirSync(join(place.store, 'layers')), []);
});

test.run();
