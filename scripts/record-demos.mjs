#!/usr/bin/env node
// npm run demos: records the demonstrations again (fixtures/recordings), as root, and makes the pictures of the README of them (docs/demos).
// With --pictures only the pictures. Recordings are what really happened: times, numbers of processes and the kernel are this machine's.
import process from 'node:process';
import { $, fs, path } from 'zx';
import { svgOf } from './svg.mjs';

const PROJECT = path.resolve(import.meta.dirname, '..');
const RECORDINGS = path.join(PROJECT, 'fixtures/recordings');
const PICTURES = path.join(PROJECT, 'docs/demos');
const CLI = [process.execPath, path.join(PROJECT, 'dist/cli.js')];

/** What is played, with the sentence that is read aloud. */
const FILMS = {
  'two-containers-1': 'A container is made step by step, runs, and is taken away again.',
  failure: 'A step fails on purpose; what was done before it is undone, newest first.',
};

/**
 * In a mount table of its own, which ends with it: the store lies in memory, where root's store is, and none of the mounts is there that are only this
 * machine's affair.
 */
const ALONE = `
awk '{ print $5 }' /proc/self/mountinfo | grep -Ev '^/($|proc|sys|dev)' | sort -r |
  while read -r target; do umount --lazy "$target"; done
mkdir -p /var/lib
mount -t tmpfs tmpfs /var/lib
exec "$@"`;

$.cwd = RECORDINGS;
$.env = { PATH: process.env.PATH, HOME: '/root', TERM: 'xterm-256color', LANG: 'C.UTF-8' };

if (process.argv.includes('--record')) await record();
else if (process.argv.includes('--pictures')) await pictures();
else {
  await alone('--record');
  await pictures();
}

async function alone(option) {
  fs.rmSync(RECORDINGS, { recursive: true, force: true });
  fs.mkdirSync(RECORDINGS, { recursive: true });
  const self = [process.execPath, import.meta.filename, option];
  await $({ stdio: 'inherit' })`unshare --mount --propagation private -- sh -eu -c ${ALONE} alone ${self}`;
  for (const file of fs.readdirSync(RECORDINGS)) {
    const text = fs.readFileSync(path.join(RECORDINGS, file), 'utf8');
    for (const own of [PROJECT, process.env.HOME, process.env.USER].filter(word => word?.length > 5))
      if (text.includes(own)) throw new Error(`${file} tells about this machine: ${own}`);
    fs.chmodSync(path.join(RECORDINGS, file), 0o644);
  }
}

async function record() {
  await $`${CLI} image ls`;
  await $`${CLI} run -q first true`;
  // Two containers of one image, at the same time: the second one does not see what the first one made.
  const first = $`${CLI} run --record two-containers-1.ndjson hello1 sh -c ${'mkdir /test; ls -d /test; sleep 2'}`;
  await waitFor(path.join(RECORDINGS, 'two-containers-1.ndjson'), '"container-started"');
  const second = await $`${CLI} run --record two-containers-2.ndjson hello2 ls /test`.nothrow();
  if (second.exitCode === 0) throw new Error('the second container saw /test');
  await first;
  await $`${CLI} run --record failure.ndjson --fail-at pivot-root hello1`.nothrow();
  // The debugger: up to the overlay, one step back, and on to the end.
  const keys = [...Array(7).fill('n'), 'N', 'c', ''].join('\n');
  await $({ input: keys })`${CLI} run --step --record debugger.ndjson hello1 true`;
}

async function waitFor(file, text) {
  for (let waited = 0; !(fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(text)); waited += 20) {
    if (waited > 20_000) throw new Error(`${file} has no ${text}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function pictures() {
  fs.mkdirSync(PICTURES, { recursive: true });
  for (const [name, title] of Object.entries(FILMS)) {
    const { stdout } = await $`${CLI} replay --format asciicast --pace 500ms ${name}.ndjson`;
    fs.writeFileSync(path.join(PICTURES, `${name}.svg`), svgOf(stdout, title));
  }
}
