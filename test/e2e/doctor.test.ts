/** doctor on this machine, and on machines that lack something, made in private namespaces. Every "ok" is compared with a real run. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachPreparedMode, LIMITED_MODES, limited, prepared, wrapped } from '../support/prepared.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('doctor');

interface Report {
  readonly version: number;
  readonly status: 'fine' | 'limited' | 'unable';
  readonly exitStatus: number;
  readonly checks: readonly {
    readonly id: string;
    readonly topic: string;
    readonly status: 'ok' | 'limit' | 'fail';
    readonly fact: string;
    readonly means: string;
    readonly fix?: string;
  }[];
}

async function report(place: Place, store?: string): Promise<Report> {
  const options = store === undefined ? {} : { store };
  const { status, stdout, stderr } = await tinydocker(place, ['doctor', '--json'], options);
  assert.is(stderr, '');
  const parsed = JSON.parse(stdout) as Report;
  assert.is(parsed.version, 1);
  assert.is(parsed.exitStatus, status);
  for (const check of parsed.checks) {
    assert.match(check.fact, /^[A-Z\w].*\.$/, check.id);
    assert.ok(check.means !== '' && (check.status === 'ok' || check.fix), check.id);
  }
  return parsed;
}

function problems({ checks }: Report): readonly string[] {
  return checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${status} ${id}`);
}

eachMode(test, 'says that a run works where it does, and leaves nothing behind', async place => {
  const image = makeImage(place);
  assert.is(image.version, 1);
  const before = hostState(place.store);
  const found = await report(place);
  await assertUnchanged(before, place.store);
  assert.is(
    found.checks.filter(({ status }) => status === 'fail').length,
    0,
    JSON.stringify(problems(found)),
  );
  assert.is(
    found.checks.some(({ id, status }) => id === 'id-ranges' && status === 'limit'),
    place.mode.name === 'single',
  );
  const { status } = await tinydocker(place, ['run', 'x1', '/bin/sh', '-c', 'exit 3']);
  assert.is(status, 3);
});

eachMode(test, 'needs no store, and makes none', async place => {
  const store = join(place.home, 'not', 'yet');
  const found = await report(place, store);
  assert.ok(found.checks.some(({ id, fact }) => id === 'store' && fact.includes('does not exist yet')));
  assert.equal(readdirSync(place.home), []);
});

eachMode(
  test,
  'takes no arguments',
  async place => {
    const { status, stdout, stderr } = await tinydocker(place, ['doctor', '--json', 'store']);
    assert.equal(
      [status, stdout, stderr],
      [2, '', 'tinydocker: doctor takes no arguments, and got "store".\n'],
    );
  },
  ['root'],
);

eachMode(test, 'speaks ASCII where the locale does', async place => {
  const plain = await tinydocker(place, ['doctor'], { env: { LC_ALL: 'C' } });
  assert.match(plain.stdout, /^ \+ ok {4}/m);
  assert.not.match(plain.stdout, /[^\n\x20-\x7e]/);
  const unicode = await tinydocker(place, ['doctor'], { env: { LANG: 'C.UTF-8' } });
  assert.match(unicode.stdout, /^ ✔ ok {4}/m);
  for (const line of unicode.stdout.split('\n').filter(text => !text.includes('Fix: ')))
    assert.ok(line.length <= 80, line);
});

for (const kind of ['mnt', 'uts', 'ipc', 'net', 'pid', 'cgroup'])
  eachMode(
    test,
    `finds user.max_${kind}_namespaces=0`,
    async place => {
      const found = await report(limited(place, `max_${kind}_namespaces`, 0));
      assert.is(found.exitStatus, 2);
      const check = found.checks.find(({ id }) => id === `namespace-${kind}`);
      assert.is(check?.fix, `sudo sysctl -w user.max_${kind}_namespaces=15000`);
    },
    LIMITED_MODES,
  );

eachPreparedMode(test, 'a store on an overlay', async place => {
  const program =
    'mkdir "$dir/o"; mount -t tmpfs -o mode=755 tmpfs "$dir/o"; mkdir "$dir/o/u" "$dir/o/w"; mount -t overlay -o "lowerdir=$dir/store,upperdir=$dir/o/u,workdir=$dir/o/w" overlay "$dir/store"; chown --reference="$dir/home" "$dir/store"';
  const found = await report(prepared(place, program));
  assert.is(found.status, 'unable');
  assert.match(
    found.checks.find(({ id }) => id === 'overlay')?.fact ?? '',
    /\(overlay\): an upper layer can not be/,
  );
});

eachPreparedMode(test, 'a read-only store', async place => {
  const program = 'mount --bind "$dir/store" "$dir/store"; mount -o remount,bind,ro "$dir/store"';
  const found = await report(prepared(place, program));
  assert.match(found.checks.find(({ id }) => id === 'store')?.fact ?? '', /is mounted read-only/);
  assert.is(found.exitStatus, 2);
});

eachPreparedMode(
  test,
  'a covered /proc',
  async place => {
    const found = await report(prepared(place, 'mount -t tmpfs tmpfs /proc/fs'));
    assert.match(found.checks.find(({ id }) => id === 'fresh-proc')?.fact ?? '', /mounted over \/proc\/fs/);
  },
  ['range', 'single'],
);

eachPreparedMode(
  test,
  'newuidmap that has lost its privileges',
  async place => {
    const found = await report(wrapped(place, 'setpriv', '--no-new-privs', '--'));
    assert.is(found.exitStatus, 2);
    assert.equal(problems(found), ['limit guards', 'fail id-ranges']);
  },
  ['range'],
);

eachPreparedMode(
  test,
  'works when hardly any program is there',
  async place => {
    // Node alone: empty directories in place of the system's.
    const script = `dir=$1; shift; mkdir "$dir/empty"; node=$(command -v node); cp "$node" "$dir/node"; cp "$(command -v env)" "$dir/env"; cli=; for w; do cli=$w; case $w in *cli.js) break ;; esac; done
      set -- "$dir/env" -i "TINYDOCKER_ROOT=$dir/store" HOME=/ "$dir/node" "$cli" doctor --json
      for d in /usr/local/sbin /usr/local/bin /usr/sbin /sbin /bin /usr/bin; do [ -L "$d" ] || mount --bind "$dir/empty" "$d"; [ -x "$(command -v mount)" ] || break; done
      exec "$@"`;
    const prefix = [
      'unshare',
      '--mount',
      '--propagation',
      'private',
      '--',
      'sh',
      '-ec',
      script,
      'bare',
      place.dir,
    ];
    const found = await report({ ...place, mode: { ...place.mode, prefix } });
    assert.is(found.status, 'unable');
    assert.ok(problems(found).includes('fail program-unshare'), JSON.stringify(problems(found)));
    for (const name of ['script', 'find', 'grep', 'sed'])
      assert.ok(problems(found).includes(`limit program-${name}`), name);
  },
  ['root'],
);

test.run();
