#!/usr/bin/env node
// npm run bench: how long the import of an image takes, a Debian root file system in a docker-archive, paired with plain tar, podman load and umoci unpack.
// Quote the ratios, not the milliseconds.
import { join } from 'node:path';
import process from 'node:process';
import { $, fs, glob, tmpdir } from 'zx';
import { contender, installed, measure, print } from './paired.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const CLI = new URL('../dist/cli.js', import.meta.url).pathname;
const NEEDED = ['mmdebstrap', 'podman', 'skopeo'];

const missing = NEEDED.filter(name => !installed(name));
if (missing.length > 0 || process.getuid() !== 0) {
  const reason = missing.length > 0 ? `${missing.join(', ')} not installed` : 'mmdebstrap needs root';
  console.log(`import of an image: skipped: ${reason}`);
  process.exit();
}
const scratch = tmpdir();
// Certificates that NODE_EXTRA_CA_CERTS names cost every start of node 40 ms, which is not what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
const env = { ...environment, TINYDOCKER_ROOT: join(scratch, 'store') };
$.env = env;
const podman = [
  'podman',
  '--root',
  join(scratch, 'podman'),
  '--runroot',
  join(scratch, 'run'),
  '--storage-driver',
  'vfs',
];
try {
  const path = name => join(scratch, name);
  await debian(path('rootfs.tar'));
  await $`${podman} import ${path('rootfs.tar')} bench:1`.quiet();
  await $`${podman} save --format docker-archive -o ${path('image.tar')} bench:1`.quiet();
  await $`${podman} rmi bench:1`.quiet();
  await $`skopeo copy --quiet --insecure-policy docker-archive:${path('image.tar')} oci:${path('layout')}:bench`.quiet();
  const unpacked = path('unpacked');
  const plain = `mkdir "$1"; tar -xf "$2" -C "$1" --exclude='./dev/*'`;
  const contenders = [
    contender('tar -x', ['sh', '-ec', plain, 'tar', unpacked, path('rootfs.tar')], {
      before: ['rm', '-rf', unpacked],
    }),
    contender('tinydocker load', [process.execPath, CLI, 'load', '-q', path('image.tar')], {
      before: [process.execPath, CLI, 'rmi', '-q', 'localhost/bench:1'],
    }),
    contender('podman load', [...podman, 'load', '-q', '-i', path('image.tar')], {
      before: [...podman, 'rmi', 'localhost/bench:1'],
    }),
    contender('umoci unpack', ['umoci', 'unpack', '--image', `${path('layout')}:bench`, path('bundle')], {
      before: ['rm', '-rf', path('bundle')],
    }),
  ];
  measure(contenders, ROUNDS, env);
  const [tar, , load] = contenders;
  print(contenders, { 'x tar': tar, 'x podman': load });
  console.log(`\n${ROUNDS} rounds. Aim: at most 1.3 x tar, less than podman.`);
} finally {
  await $`${podman} system reset --force`.quiet().nothrow();
  fs.rmSync(scratch, { recursive: true, force: true });
}

/** A Debian root file system, from where this machine gets its own packages. */
async function debian(tar) {
  const settings = join(scratch, 'apt.conf');
  await $`apt-config dump | grep ^Acquire:: >${settings} || :`;
  const { VERSION_CODENAME: codename = 'stable' } = Object.fromEntries(
    fs
      .readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map(line => line.split('=')),
  );
  const sources = glob.globbySync(['/etc/apt/sources.list', '/etc/apt/sources.list.d/*.{list,sources}']);
  const ours = sources.filter(file => fs.readFileSync(file, 'utf8').includes('debian'));
  await $`mmdebstrap --quiet --variant=apt --aptopt=${settings} ${codename} ${tar} ${ours}`.quiet();
}
