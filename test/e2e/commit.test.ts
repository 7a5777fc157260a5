// @long
/** An image of what a container changed is what the container saw: over the matrix, with names that no shell likes, and in parts. */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { visibleBytes } from '../../src/ui/changes-text.ts';
import { treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { linesOf, packedLayer } from '../support/layer.ts';
import { CELLS, editsOf, fill } from '../support/matrix.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { editIn, sorted } from '../support/trees.ts';
import { until } from '../support/until.ts';

const hasBusybox = staticBusybox() !== undefined;

function eachWithBusybox(name: string, body: (place: Place) => Promise<void>): void {
  if (hasBusybox) eachMode(test, name, body);
  else skipUnless(test, name, false, 'there is no static busybox', () => undefined);
}

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Names that may hold any byte but "/" and NUL. */
const ODD = [
  'two\nlines',
  ' ',
  '-rf',
  '*',
  '[a-z]',
  '?',
  'quo"te',
  "it's",
  'back\\slash',
  '$HOME',
  '\xff\xfe',
  '#',
  '.wh',
  '\x1b[2J',
  'n'.repeat(251),
];
const odd = ODD.map(name => Buffer.from(name, 'latin1'));
/** For printf(1) in a shell. */
const PRINTED = odd.map(name => [...name].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join(''));

/** Below /m/odd: each name as a file that goes and one that stays, and as a directory that is made anew. */
function fillOdd(root: string): void {
  for (const name of odd) {
    for (const part of ['gone', 'stays', 'anew']) mkdirSync(join(root, 'm/odd', part), { recursive: true });
    const at = (part: string) => Buffer.concat([Buffer.from(join(root, 'm/odd', `${part}/`)), name]);
    writeFileSync(at('gone'), 'gone');
    writeFileSync(at('stays'), 'stays');
    mkdirSync(at('anew'));
    writeFileSync(Buffer.concat([at('anew'), Buffer.from('/below')]), 'below');
  }
}

const ODD_EDITS = PRINTED.map(
  name => `n=$(printf '${name}_'); n=\${n%_}; cd /m/odd/gone; rm -- "./$n"; cd ../stays; chmod 640 "./$n"; ln "./$n" "./\${n}_l"
    cd ../anew; rm -r "./$n"; mkdir "./$n"; echo x >"./$n/own"; mkdir -p /made/new; cd /made/new; mkdir "./$n"; echo y >"./$n/$n"; ln -s "$n" "./$n/link"`,
).join('\n');

/** What else a layer has to carry. */
const MORE = `cd /; mkdir -p /made/all/empty; cd /made/all; echo one >file; ln file hard; ln -s ../../etc/passwd soft; cp /bin/busybox setuid; chmod 4755 setuid
mkdir -m 1777 sticky; mkdir -m 0700 closed; echo x >closed/x; chmod 0 closed/x; mkfifo fifo; dd if=/dev/zero of=sparse bs=1 seek=1000000 count=1
chown 1000:1001 file; touch -d '2001-02-03 04:05:06' file empty; chown 1000:1000 /home/ann; touch -h -d '2001-02-03 04:05:06' soft`;

eachWithBusybox('a container of the new image sees what the committed one saw', async place => {
  makeImage(place, {
    change: root => {
      fill(root);
      fillOdd(root);
    },
  });
  const { after } = await editIn(place, 'c1', `${editsOf(CELLS)}\n${ODD_EDITS}\n${MORE}`);
  const layers = readdirSync(join(place.store, 'layers'));
  const id = await done(place, 'commit', 'c1', 'mine');
  assert.match(id, /^sha256:[0-9a-f]{64}\n$/);
  assert.is(
    readdirSync(join(place.store, 'layers')).length,
    layers.length + 1,
    'the lower layers are shared',
  );
  const { before } = await editIn(place, 'c2', '', ['--image', 'mine']);
  assert.equal(sorted(before), sorted(after));
  assert.ok(sorted(after).length > 150);
  const links = `${GUARD}stat -c %h /made/all/file /made/all/hard; stat -c %a:%u:%g /home/ann; stat -c %h:%a -- '/m/odd/stays/-rf'`;
  const told = await done(place, 'run', '-q', '--image', 'mine', 'c3', 'sh', '-c', links);
  assert.is(told, await done(place, 'run', '-q', '--image', 'mine', 'c3', 'sh', '-c', links));
  assert.match(
    told,
    place.mode.name === 'single' ? /^2\n2\n755:0:0\n2:640$/m : /^2\n2\n755:1000:1000\n2:640$/m,
  );

  // The container stays as it was, and the same changes give the same layer.
  await done(place, 'commit', 'c1', 'again');
  assert.is(readdirSync(join(place.store, 'layers')).length, layers.length + 1, 'the layer exists once');
  assert.equal(await done(place, 'diff', '-z', 'c2', '/m', '/made'), '');
  // And a second one on top of it.
  await editIn(place, 'c4', 'rm -rf /m/odd /made/all; mkdir /made/all; echo z >/made/all/z', [
    '--image',
    'mine',
  ]);
  await done(place, 'commit', 'c4', 'third');
  const third = await editIn(place, 'c5', 'true', ['--image', 'third']);
  assert.equal(
    sorted(third.before)
      .filter(line => /^\/(m\/odd|made\/all)/.test(line))
      .map(line => line.split(' ')[0]),
    ['/made/all', '/made/all/z'],
  );
});

eachWithBusybox('what the script lists is what the archive holds', async place => {
  const image = makeImage(place, {
    change: root => {
      fill(root);
      fillOdd(root);
    },
  });
  await editIn(place, 'c1', `${editsOf(CELLS)}\n${ODD_EDITS}\n${MORE}\nchmod 700 /`);
  const { contents, members, tar } = await packedLayer(place, ['c1', 'mine']);
  const list = await done(place, 'diff', '-z', 'c1');
  assert.equal(contents.length, list.split('\0').length - 1, 'the list is what diff prints');
  const lines = linesOf(members);
  assert.is(new Set(lines).size, lines.length, 'no member comes twice');
  const packed = lines.filter(line => line.startsWith('+')).map(line => line.slice(2));
  const listed = contents.filter(line => !line.startsWith('D')).map(line => line.slice(2));
  assert.equal(
    listed.filter(path => !packed.includes(path)),
    [],
    'everything that is listed is there',
  );
  const unlisted = members.filter(
    ({ name, type }) =>
      type !== 'd' &&
      !/\/\.wh\.[^/]*$/s.test(name.toString('latin1')) &&
      !listed.includes(visibleBytes(name)),
  );
  assert.equal(unlisted, [], 'but for directories on the way nothing else is');
  // A deletion has a mark, or lies in a directory that hides it.
  const below = join(place.store, 'layers', image.layers[0]?.digest ?? '');
  const marked = lines.filter(line => line.startsWith('D '));
  const opaque = lines.filter(line => line.startsWith('O ')).map(line => line.slice(2));
  const deleted = contents.filter(line => line.startsWith('D '));
  assert.equal(
    marked.filter(line => !deleted.includes(line)),
    [],
  );
  const hidden = deleted.filter(line => !marked.includes(line)).map(line => line.slice(2));
  assert.ok(hidden.length > 5);
  assert.equal(
    hidden.filter(path => !opaque.some(directory => path.startsWith(`${directory}/`))),
    [],
  );
  assert.ok(below !== '' && opaque.length > odd.length);
  // Directories first, each before what is in it; then the marks; then the rest.
  const kinds = members.map(({ type }, index) =>
    lines[index]?.startsWith('+') ? (type === 'd' ? 0 : 2) : 1,
  );
  assert.equal(kinds, kinds.toSorted());
  // The record names the digest of this very archive.
  const record = JSON.parse(readFileSync(join(place.store, 'images/mine:latest.json'), 'utf8')) as {
    readonly layers: readonly { readonly digest: string }[];
    readonly source: string;
  };
  const digest = createHash('sha256').update(readFileSync(tar)).digest('hex');
  assert.is(record.layers.at(-1)?.digest, digest);
  assert.equal((JSON.parse(record.source) as { readonly rootfs: unknown }).rootfs, {
    type: 'layers',
    diff_ids: [...image.layers.map(layer => `sha256:${layer.digest}`), `sha256:${digest}`],
  });
});

eachWithBusybox('parts of the changes, with the directories on the way', async place => {
  makeImage(place, {
    change: root => {
      mkdirSync(join(root, 'm/old/deep'), { recursive: true });
      for (const name of ['a', 'b', 'old/x', 'old/y', 'old/deep/z'])
        writeFileSync(join(root, 'm', name), name);
    },
  });
  await editIn(
    place,
    'c1',
    `rm /m/a; rm -r /m/old; mkdir /m/old; echo n >/m/old/n; mkdir -p /made/one/two '/made/st*r' /made/stair; echo 1 >/made/one/1; echo 2 >/made/one/two/2
    echo s >'/made/st*r/s'; echo s >/made/stair/s; ln -s /made/one /made/link; chmod 700 /made; echo x >/etc/x`,
  );
  const listed = async (...options: readonly string[]) => {
    const { contents, members } = await packedLayer(place, [...options, 'c1', 'part']);
    return { contents, lines: linesOf(members).toSorted() };
  };
  const whole = await listed();
  assert.equal(await listed('--only', '/'), whole);
  assert.equal(await listed('--only', 'made/one/two'), {
    contents: ['A /made', 'A /made/one', 'A /made/one/two', 'A /made/one/two/2'],
    lines: ['+ /made', '+ /made/one', '+ /made/one/two', '+ /made/one/two/2'],
  });
  // Through a link, with "..", and two of which one holds the other.
  assert.equal(await listed('--only', '/made/link/two/../1', '--only', '/etc', '--only', '/etc/x'), {
    contents: ['C /etc', 'A /etc/x', 'A /made', 'A /made/one', 'A /made/one/1'],
    lines: ['+ /etc', '+ /etc/x', '+ /made', '+ /made/one', '+ /made/one/1'],
  });
  assert.equal((await listed('--only', '/made/st*r')).lines, ['+ /made', '+ /made/st*r', '+ /made/st*r/s']);
  assert.equal((await listed('--only', '/m', '--except', '/m/a')).contents, [
    ...['C /m', 'C /m/old', 'D /m/old/deep', 'A /m/old/n', 'D /m/old/x', 'D /m/old/y'],
  ]);
  assert.equal((await listed('--only', '/m/a')).lines, ['+ /m', 'D /m/a']);
  const but = await listed(
    '--except',
    '/made/one',
    '--except',
    'm/old',
    '--except',
    '/made/st*r',
    '--except',
    '/none',
  );
  assert.equal(
    but.contents,
    whole.contents.filter(line => !/ \/(made\/one|m\/old|made\/st\*r)(\/|$)/.test(line)),
  );
  assert.ok(but.contents.includes('A /made/stair/s'));
  assert.equal(await listed('--except', '/'), { contents: [], lines: [] });

  const { before } = await editIn(place, 'c2', '', ['--image', 'base']);
  await done(place, 'commit', '--except', '/m/old', '--except', '/made', 'c1', 'part');
  const part = await editIn(place, 'c3', '', ['--image', 'part']);
  const withoutTimes = (tree: typeof before) => sorted(tree).filter(line => !/^\/m (directory)/.test(line));
  assert.equal(
    withoutTimes(part.before),
    withoutTimes(before).filter(line => !line.startsWith('/m/a ')),
  );

  const store = treeOf(place.store);
  for (const [options, says] of [
    [['--only', '/etc', '--only', '/usr'], /^tinydocker: The container "c1" changed nothing at "\/usr"\.$/m],
    [['--only', '/proc'], /changed nothing at "\/proc"/],
    [
      ['--except', '/m/old/x'],
      /^tinydocker: The deletion of "\/m\/old\/x" can not be taken alone, or left out alone: the container made "\/m\/old" anew/m,
    ],
    [['--only', '/m/old/deep'], /The deletion of "\/m\/old\/deep" can not be taken alone/],
  ] as const) {
    const { status, stderr } = await tinydocker(place, ['commit', ...options, 'c1', 'refused']);
    assert.is(status, 1);
    assert.match(stderr, says);
  }
  assert.equal(treeOf(place.store), store);
  const note = await tinydocker(place, ['commit', '--progress', 'plain', '--except', '/none', 'c1', 'part']);
  assert.match(
    note.stderr,
    /^tinydocker: note: --except "\/none" names nothing that the container changed$/m,
  );
});

eachWithBusybox(
  'mount points stay out as long as nothing is in them; a container that runs can be committed',
  async place => {
    makeImage(place);
    const volume = join(place.home, 'volume');
    mkdirSync(volume, { mode: 0o777 });
    writeFileSync(join(volume, 'file'), 'x');
    const args = [
      '-v',
      `${volume}:/data/de?p/v`,
      '-v',
      `${volume}/file:/data/f`,
      '-v',
      `${volume}:/shared/v`,
    ];
    const command = `${GUARD}echo x >/data/de?p/v/ignored; echo x >/shared/own; mv /shared /moved; ln -s /etc /shared; echo up; sleep 60`;
    const running = startTinydocker(place, [
      ...['run', '-q', ...args, '--tmpfs', '/etc/t', '-w', '/work/here', 'c1', 'sh', '-c', command],
    ]);
    try {
      await until(() => running.stdout() === 'up\n');
      const { contents, members } = await packedLayer(place, ['c1', 'mine']);
      assert.equal(contents, [
        'A /moved',
        'A /moved/own',
        'A /moved/v',
        'A /shared',
        'A /work',
        'A /work/here',
      ]);
      assert.equal(linesOf(members).toSorted(), [
        ...['+ /etc', '+ /moved', '+ /moved/own', '+ /moved/v', '+ /shared', '+ /work', '+ /work/here'],
        // Overlay marks a directory that was renamed.
        'O /moved',
      ]);
      const again = await tinydocker(place, ['commit', '--progress', 'plain', 'c1', 'mine']);
      assert.match(again.stderr, /^tinydocker: note: c1 runs, and goes on while it is read/m);
      assert.is(again.status, 0, again.stderr);
    } finally {
      running.kill('SIGTERM');
      await running.ended;
    }
    const gone = await tinydocker(place, ['commit', 'c1', 'mine']);
    assert.is(gone.status, 1);
    assert.match(gone.stderr, /^tinydocker: There is no container "c1"\.$/m);
    const used = await runAs(place, ['sh'], {
      input: await done(place, 'run', '--dry-run', '--image', 'mine', 'c2', 'cat', '/moved/own'),
    });
    assert.is(used.stdout, 'x\n');
  },
);

test.run();
