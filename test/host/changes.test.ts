/** Changes found in directories made by hand: odd names, odd types, and what a hostile container may leave. */

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findChanges } from '../../src/host/changes/changes.ts';
import { parseGetfattr, parseTar } from '../../src/host/changes/xattr-formats.ts';
import { changeWords } from '../../src/plan/changes/change.ts';
import { listLine, visibleBytes } from '../../src/ui/changes-text.ts';
import { withTempDir } from '../support/dirs.ts';
import { skipUnless } from '../support/skip.ts';
import { tarOf } from '../support/tar.ts';

const OLD = new Date('2001-01-01T00:00:00Z');

/** What tar, or getfattr, prints; the input goes through a pipe of the system. */
function run(argv: readonly string[], input: Buffer): Promise<Buffer> {
  const [program = '', ...words] = argv;
  return new Promise(resolve => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('close', () => resolve(Buffer.concat(pieces)));
    child.stdin.end(input);
  });
}

async function changesIn(dir: string, prefix: 'trusted' | 'user', details: boolean) {
  const { changes } = await findChanges({
    own: [join(dir, 'upper')],
    lower: [join(dir, 'lower')],
    prefix,
    ours: new Set(),
    root: undefined,
    only: [],
    details,
    run,
  });
  return changes;
}

async function lines(dir: string, prefix: 'trusted' | 'user' = 'user'): Promise<readonly string[]> {
  const changes = await changesIn(dir, prefix, true);
  return changes.map(change => `${listLine(change, true).toString().trimEnd()}: ${changeWords(change)}`);
}

async function withTrees(use: (dir: string, lower: string, upper: string) => Promise<void>): Promise<void> {
  await withTempDir(async dir => {
    const [lower, upper] = [join(dir, 'lower'), join(dir, 'upper')];
    for (const path of [lower, upper]) {
      mkdirSync(join(path, 'd'), { recursive: true });
      utimesSync(join(path, 'd'), OLD, OLD);
    }
    await use(dir, lower, upper);
  });
}

test('a plain list of many names of any type and any bytes is that of the list with details', () =>
  withTrees(async (dir, lower, upper) => {
    const make: Readonly<Record<string, (path: Buffer) => void>> = {
      file: path => writeFileSync(path, ''),
      directory: path => mkdirSync(path),
      symlink: path => symlinkSync('x', path),
      fifo: path => assert.is(spawnSync('mkfifo', [path.toString('latin1')]).status, 0),
      // Without root there are no whiteouts, and one thing less to compare.
      whiteout: path =>
        void spawnSync('mknod', [path.toString('latin1'), 'c', '0', '0'], { stdio: 'ignore' }),
      nothing: () => undefined,
    };
    const types = Object.keys(make);
    for (const above of types)
      for (const below of types) {
        const name = Buffer.from(
          `${above}-${below}${['file', 'symlink'].includes(above) ? '\xff\n' : ''}`,
          'latin1',
        );
        for (const [root, type] of [
          [upper, above],
          [lower, below],
        ] as const) {
          const special = type === 'fifo' || type === 'whiteout';
          // What these two programs are given is text.
          if (special && name.includes(0xff)) continue;
          make[type]?.(Buffer.concat([Buffer.from(`${root}/d/`), name]));
        }
      }
    const [plain, detailed] = [await changesIn(dir, 'user', false), await changesIn(dir, 'user', true)];
    const list = (changes: typeof plain) => changes.map(change => listLine(change, true).toString('latin1'));
    assert.ok(plain.length > 25);
    assert.equal(list(plain), list(detailed));
  }));

test('names of any bytes, sorted by them', () =>
  withTrees(async (dir, _, upper) => {
    const names = ['a\nb', 'esc\u001b[2J', 'd-x', 'é'].map(name => Buffer.from(name));
    for (const name of [...names, Buffer.from([0xff, 0x41])])
      writeFileSync(Buffer.concat([Buffer.from(`${upper}/`), name]), '');
    chmodSync(upper, 0o755);
    const found = (await lines(dir)).map(line => line.split(': ')[0]);
    assert.equal(found, ['A /a\\nb', 'A /d-x', 'A /esc\\x1b[2J', 'A /é', 'A /\\xffA']);
    assert.is(visibleBytes(Buffer.from([0xc3, 0x28, 0x1b])), '\\xc3(\\x1b');
  }));

test('a socket, a fifo and a link that leads out are told, not opened', () =>
  withTrees(async (dir, lower, upper) => {
    for (const name of ['socket', 'fifo', 'link']) writeFileSync(join(lower, name), 'x');
    const make = `require('node:net').createServer().listen(${JSON.stringify(join(upper, 'socket'))}, () => process.exit())`;
    // Ended at once, it leaves the socket behind.
    spawnSync(process.execPath, [
      '-e',
      make.replace('process.exit()', "process.kill(process.pid, 'SIGKILL')"),
    ]);
    assert.is(spawnSync('mkfifo', [join(upper, 'fifo')]).status, 0);
    symlinkSync(lower, join(upper, 'link'));
    symlinkSync('/', join(upper, 'd/root'));
    utimesSync(join(upper, 'd'), OLD, OLD);
    assert.equal(await lines(dir), [
      'C /d: changes inside',
      'A /d/root: new symlink, mode 0777, owner 0:0'.replace(
        '0:0',
        `${process.getuid?.()}:${process.getgid?.()}`,
      ),
      'C /fifo: file -> fifo',
      'C /link: file -> symlink',
      'C /socket: file -> socket',
    ]);
  }));

test('directories nested more deeply than a path is long', () =>
  withTrees(async (dir, _, upper) => {
    const deep =
      'const fs = require("fs"); for (let i = 1; i <= 600; i++) { fs.mkdirSync(`long-name-${i}`); process.chdir(`long-name-${i}`); } fs.writeFileSync("end", "x\\n")';
    assert.is(spawnSync(process.execPath, ['-e', deep], { cwd: upper }).status, 0);
    const found = await lines(dir);
    assert.is(found.length, 601);
    assert.match(found.at(-1) ?? '', /\/long-name-600\/end: new file, 2 B/);
  }));

test('an opaque directory: what is not in it is deleted; overlay knows one prefix', () =>
  withTrees(async (dir, lower, upper) => {
    for (const name of ['kept', 'lost']) writeFileSync(join(lower, 'd', name), name);
    writeFileSync(join(upper, 'd/kept'), 'kept');
    for (const path of [join(lower, 'd/kept'), join(upper, 'd/kept'), join(lower, 'd')])
      utimesSync(path, OLD, OLD);
    const pax = { 'SCHILY.xattr.user.overlay.opaque': 'y', 'SCHILY.xattr.user.mine': 'z' };
    const input = tarOf([{ name: 'd', type: 'directory', mode: 0o755, pax }]);
    const tar = ['--extract', '--xattrs', '--xattrs-include=*', '--no-same-owner', '-C', upper, '-f', '-'];
    assert.is(spawnSync('tar', tar, { input }).status, 0);
    utimesSync(join(upper, 'd'), OLD, OLD);
    assert.equal(await lines(dir, 'user'), [
      'C /d: xattr user.mine added, changes inside',
      'C /d/kept: unchanged copy',
      'D /d/lost: deleted file',
    ]);
    assert.equal(await lines(dir, 'trusted'), [
      'C /d: xattr user.mine added, changes inside',
      'C /d/kept: unchanged copy',
    ]);
  }));

skipUnless(test, 'a whiteout', process.getuid?.() === 0, 'only root makes device nodes', () =>
  withTrees(async (dir, lower, upper) => {
    writeFileSync(join(lower, 'd/gone'), 'x');
    for (const name of ['gone', 'never-was'])
      assert.is(spawnSync('mknod', [join(upper, 'd', name), 'c', '0', '0']).status, 0);
    for (const path of [lower, upper]) utimesSync(join(path, 'd'), OLD, OLD);
    assert.equal(await lines(dir), ['C /d: changes inside', 'D /d/gone: deleted file']);
  }),
);

test('the attributes that getfattr prints, and those in an archive of tar', () => {
  const printed =
    '# file: /proc/1/fd/3/a\\012b\nuser.a=0x01fF\nuser.empty\n\n# file: /x\ntrusted.overlay.opaque=0x79\n';
  assert.equal(
    [...parseGetfattr(Buffer.from(printed))].map(([path, xattrs]) => [path, ...xattrs]),
    [
      ['/proc/1/fd/3/a\nb', ['user.a', '01ff'], ['user.empty', '']],
      ['/x', ['trusted.overlay.opaque', '79']],
    ],
  );
  const archive = tarOf([
    { name: 'd/', type: 'directory', pax: { 'SCHILY.xattr.user.a': 'b=c\nd', path: '/long/d/' } },
    { name: 'f', text: 'x'.repeat(600) },
    { name: 'g', pax: { 'SCHILY.xattr.user.x': '' } },
  ]);
  assert.equal(
    [...parseTar(archive)].map(([path, xattrs]) => [path, ...xattrs]),
    [['/long/d', ['user.a', '623d630a64']], ['f'], ['g', ['user.x', '']]],
  );
});

test.run();
