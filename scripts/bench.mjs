#!/usr/bin/env node
// npm run bench [ROUNDS]: how long one container takes, paired with the printed script, a bare node, and the peers that are installed.
// Quote the ratios, not the milliseconds.
import { join } from 'node:path';
import process from 'node:process';
import { $, fs, tmpdir } from 'zx';
import { contender, installed, measure, median, print } from './paired.mjs';
import { podmanBelow, podmanCleaner, podmanRun } from './podman.mjs';

const ROUNDS = Number(process.argv[2] ?? 15);
const CLI = new URL('../dist/cli.js', import.meta.url).pathname;

const scratch = tmpdir();
// Certificates that NODE_EXTRA_CA_CERTS names cost every start of node 40 ms, which is not what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
const env = { ...environment, TINYDOCKER_ROOT: join(scratch, 'store') };
$.env = env;
const tinydocker = [process.execPath, CLI];
const podman = podmanBelow(scratch);
const clean = podmanCleaner(podman);
try {
  await main();
} finally {
  await clean();
  fs.rmSync(scratch, { recursive: true, force: true });
}

async function main() {
  const contenders = await prepare();
  measure(contenders, ROUNDS, env);
  const [node, script, ours] = contenders;
  print(contenders, { 'x node': node, 'x script': script });
  if (ours.problem !== undefined || script.problem !== undefined) return;
  const share = ours.samples.map((s, i) => s.wall / (node.samples[i].wall + 1.5 * script.samples[i].wall));
  console.log(
    `\n${ROUNDS} rounds. tinydocker run / (node + 1.5 x printed script): ${median(share).toFixed(2)} (aim: at most 1)`,
  );
}

/** What is compared: every one runs `true` in a container on the same root file system. */
async function prepare() {
  await $`${tinydocker} run -q warm-up true`;
  const script = join(scratch, 'plan.sh');
  await $`${tinydocker} run --dry-run x true >${script}`;
  const rootfs = layerOf(env.TINYDOCKER_ROOT);
  const bundle = await ociBundle(rootfs);
  const copy = join(bundle, 'rootfs');
  return [
    contender('node -e 0', [process.execPath, '-e', '0']),
    contender('printed script', ['sh', script]),
    contender('tinydocker run -q', [...tinydocker, 'run', '-q', 'x', 'true']),
    contender('bwrap', [
      'bwrap',
      '--unshare-all',
      '--bind',
      copy,
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      'true',
    ]),
    contender('crun', ['crun', '--root', join(scratch, 'crun'), 'run', '--bundle', bundle, 'bench-crun']),
    contender('runc', ['runc', '--root', join(scratch, 'runc'), 'run', '--bundle', bundle, 'bench-runc']),
    contender('systemd-nspawn', [
      'systemd-nspawn',
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--private-network',
      '--directory',
      copy,
      '/bin/true',
    ]),
    contender('podman', await podmanTrue(rootfs)),
  ];
}

/** The directory of the one layer that the image `base` has. */
function layerOf(store) {
  const image = fs.readJsonSync(join(store, 'images/base:latest.json'));
  return join(store, 'layers', image.layers[0].digest, 'files');
}

/** An OCI bundle on a copy of the root file system, with the specification that tinydocker prints. */
async function ociBundle(rootfs) {
  const bundle = join(scratch, 'bundle');
  await $`mkdir ${bundle} && cp -a ${rootfs} ${bundle}/rootfs`;
  // The peers want mount points in the root file system, systemd-nspawn a /usr as well.
  await $`cd ${bundle}/rootfs && mkdir -p proc sys dev usr`;
  await $`${tinydocker} run --dry-run --format oci x true >${bundle}/config.json`;
  return bundle;
}

/** podman's command, with an image of its own made from the same root file system. */
async function podmanTrue(rootfs) {
  if (!installed('podman')) return ['podman'];
  await $`tar -C ${rootfs} -cf - . | ${podman} import - bench`.quiet();
  return [...(await podmanRun(podman, 'bench', '--rm')), 'bench', 'true'];
}
