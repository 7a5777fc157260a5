/** The log of a container in the background: what is written to the fifos is what is in the log, in bounded space, whatever it is. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LogWriter, openLogWriter } from '../../src/exec/log-writer.ts';
import { RotatedLog } from '../../src/exec/rotated-log.ts';
import { openLogReader } from '../../src/host/log-reader.ts';
import { cutLines, type LogEntry, logLines, parseLogLine } from '../../src/plan/log-entry.ts';
import { withTempDir } from '../support/dirs.ts';
import { until } from '../support/until.ts';

const test = suite('exec/log-writer');
const MAX = 10 << 20;

/** Starts a shell program as if it were the container. */
async function writing(
  dir: string,
  program: string,
  max = MAX,
): Promise<{ child: ChildProcess; writer: LogWriter }> {
  spawnSync('mkfifo', ['in', 'out', 'err'], { cwd: dir });
  const writer = openLogWriter(dir, max);
  const child = spawn('sh', ['-c', program], { stdio: [writer.stdin, writer.stdout, writer.stderr] });
  await once(child, 'spawn');
  writer.handedOver();
  return { child, writer };
}

/** What the log has when the program has ended. */
async function logOf(dir: string, program: string, max?: number): Promise<readonly LogEntry[]> {
  const { writer } = await writing(dir, program, max);
  await writer.drained;
  writer.close();
  return entriesIn(dir);
}

function entriesIn(dir: string): readonly LogEntry[] {
  return ['log.1', 'log']
    .map(name => join(dir, name))
    .filter(existsSync)
    .flatMap(file => readFileSync(file, 'utf8').split('\n').slice(0, -1))
    .map(line => {
      const entry = parseLogLine(line);
      assert.ok(entry, `a damaged line: ${line.slice(0, 200)}`);
      return entry;
    });
}

function bytesOf(entries: readonly LogEntry[], stream: LogEntry['stream'] = 'stdout'): Buffer {
  return Buffer.concat(entries.filter(entry => entry.stream === stream).map(({ bytes }) => bytes));
}

test('lines, with their stream and the time when they were read', () =>
  withTempDir(async dir => {
    const begin = Date.now();
    const entries = await logOf(dir, 'echo one; echo two; echo bad >&2; echo; printf end');
    assert.is(bytesOf(entries).toString(), 'one\ntwo\n\nend');
    assert.is(bytesOf(entries, 'stderr').toString(), 'bad\n');
    assert.equal(
      entries.filter(({ stream }) => stream === 'stdout').map(({ bytes }) => bytes.toString()),
      ['one\n', 'two\n', '\n', 'end'],
    );
    for (const { time } of entries) assert.ok(time.getTime() >= begin && time.getTime() <= Date.now());
    assert.is(statSync(join(dir, 'log')).mode & 0o777, 0o600);
  }));

test('the beginning of a line is in the log while the rest is waited for', () =>
  withTempDir(async dir => {
    const { writer } = await writing(dir, 'printf "name? "; read -r name; echo "$name"');
    await until(() => bytesOf(entriesIn(dir)).toString() === 'name? ');
    appendFileSync(join(dir, 'in'), 'ann\n');
    await writer.drained;
    writer.close();
    assert.is(bytesOf(entriesIn(dir)).toString(), 'name? ann\n');
  }));

test('a long line is cut into pieces, but no character is', () =>
  withTempDir(async dir => {
    const line = 'é'.repeat(50_000);
    writeFileSync(join(dir, 'text'), `x${line}\nshort\n`);
    const entries = await logOf(dir, `cat '${dir}/text'`);
    assert.is(bytesOf(entries).toString(), `x${line}\nshort\n`);
    assert.is(entries.length, 8);
    assert.not.match(readFileSync(join(dir, 'log'), 'utf8'), /base64/);
  }));

test('what is no text comes back byte for byte', () =>
  withTempDir(async dir => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 256));
    writeFileSync(join(dir, 'bytes'), bytes);
    assert.ok(bytesOf(await logOf(dir, `cat '${dir}/bytes'`)).equals(bytes));
  }));

test('a flood: both files stay small, and only what is oldest is lost', () =>
  withTempDir(async dir => {
    const max = 256 << 10;
    const entries = await logOf(dir, 'seq 200000; echo last >&2', max);
    for (const name of ['log', 'log.1']) assert.ok(statSync(join(dir, name)).size <= max / 2, name);
    const numbers = bytesOf(entries).toString().trimEnd().split('\n').map(Number);
    assert.is(numbers.at(-1), 200_000);
    assert.equal(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => 200_000 - numbers.length + 1 + index),
    );
    // At most half of the room may be lost at once.
    assert.ok(numbers.length * 70 > max / 2, String(numbers.length));
    assert.is(bytesOf(entries, 'stderr').toString(), 'last\n');
  }));

test('a line that takes more than the whole log is there, and the log goes on', () =>
  withTempDir(dir => {
    const log = new RotatedLog(dir, 4096);
    const time = new Date();
    const long = Buffer.from(`${'x'.repeat(9000)}\n`);
    for (const bytes of [Buffer.from('a\n'), long, Buffer.from('b\n')])
      log.write(logLines(bytes, 'stdout', time));
    log.close();
    assert.is(bytesOf(entriesIn(dir)).toString(), `${long.toString()}b\n`);
  }));

test('a line that was broken off is the only one that is lost', () =>
  withTempDir(dir => {
    const time = new Date();
    writeFileSync(join(dir, 'log'), `${logLines(Buffer.from('one\n'), 'stdout', time)}{"log":"tw`);
    const log = new RotatedLog(dir, MAX);
    log.write(logLines(Buffer.from('three\n'), 'stdout', time));
    log.close();
    const reader = openLogReader(dir);
    assert.is(Buffer.concat((reader?.next() ?? []).map(({ bytes }) => bytes)).toString(), 'one\nthree\n');
    reader?.close();
  }));

test('whoever is attached and does not read holds nobody up', () =>
  withTempDir(async dir => {
    const { writer } = await writing(dir, 'read -r go; seq 400000; echo end');
    const program = `require('net').connect('${dir}/attach', () => console.log('up')).pause(); setInterval(() => {}, 1e6)`;
    const slow = spawn(process.execPath, ['-e', program]);
    await once(slow.stdout, 'data');
    appendFileSync(join(dir, 'in'), 'go\n');
    await writer.drained;
    writer.close();
    assert.match(bytesOf(entriesIn(dir)).toString(), /\n400000\nend\n$/);
    slow.kill('SIGKILL');
  }));

test('any output: blocks are lines or pieces of lines, and nothing gets lost', () => {
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }).map(text => Buffer.from(text)),
    fc.integer({ min: 16_000, max: 40_000 }).map(length => Buffer.alloc(length, 'xé€😀')),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (lines, ended) => {
      const bytes = Buffer.concat(lines.flatMap(part => [part, Buffer.from('\n')])).subarray(
        0,
        ended ? undefined : -1,
      );
      const { blocks, rest } = cutLines(bytes);
      assert.ok(rest.length < 16_384 && !rest.includes(10));
      const entries = [...blocks, rest]
        .map(block => (block.length === 0 ? '' : logLines(block, 'stdout', new Date(0))))
        .join('')
        .split('\n')
        .slice(0, -1)
        .map(text => parseLogLine(text)?.bytes ?? Buffer.from('damaged'));
      assert.ok(Buffer.concat(entries).equals(bytes));
      for (const entry of entries) {
        assert.ok(entry.length <= 16_384);
        assert.ok(!entry.subarray(0, -1).includes(10));
      }
    }),
    { numRuns: 60 },
  );
});

test.run();
