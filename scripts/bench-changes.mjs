#!/usr/bin/env node
// npm run bench: diff of 10,000 changed files, paired with podman diff; and how much 5 images that share layers and 20 containers take on the disk, beside podman's store
// and beside separate copies. Quote the ratios, not the milliseconds.
import { join } from 'node:path';
import process from 'node:process';
import { $, fs, tmpdir } from 'zx';
import { contender, installed, measure, print } from './paired.mjs';
import { podmanBelow, podmanCleaner, podmanRun } from './podman.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const CLI = new URL('../dist/cli.js', import.meta.url).pathname;
const IMAGES = 5;
const CONTAINERS = 20;
/** Changes all 10,000 files, and only where they are a container's. */
const CHANGE = '[ -e /.bench ] || exit 9; for f in /files/*/*; do echo changed >"$f"; done';
const WRITE = '[ -e /.bench ] || exit 9; head -c 100000 /bin/busybox >/written';

if (!installed('podman') || !installed('busybox') || process.getuid() !== 0) {
  console.log('changes: skipped: podman and busybox are needed, and root');
  process.exit();
}
const scratch = tmpdir();
// Certificates that NODE_EXTRA_CA_CERTS names cost every start of node 40 ms, which is not what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
const env = { ...environment, TINYDOCKER_ROOT: join(scratch, 'store') };
$.env = env;
const tinydocker = [process.execPath, CLI];
const podman = podmanBelow(scratch);
const clean = podmanCleaner(podman);
try {
  const names = await images();
  await changes(names[0]);
  await growth(names);
} finally {
  await clean();
  fs.rmSync(scratch, { recursive: true, force: true });
}

/** Images that share a base of 10,000 files and 20 MB, each with a layer of its own; in both stores. Returns their names. */
async function images() {
  const context = join(scratch, 'context');
  for (let directory = 0; directory < 100; directory++) {
    fs.mkdirSync(join(context, `base/files/${directory}`), { recursive: true });
    for (let file = 0; file < 100; file++)
      fs.writeFileSync(join(context, `base/files/${directory}/${file}`), 'as it was\n');
  }
  await $`cd ${context}/base && mkdir bin && cp $(command -v busybox) bin/busybox && head -c 20000000 /dev/urandom >large && touch .bench`;
  for (const name of ['sh', 'true', 'head']) fs.symlinkSync('busybox', join(context, 'base/bin', name));
  fs.writeFileSync(join(context, 'base.build'), 'FROM scratch\nCOPY base /\n');
  const build = (name, file) =>
    $`${podman} build -q --layers=false --isolation chroot -t ${name} -f ${join(context, file)} ${context}`.quiet();
  await build('localhost/base:1', 'base.build');
  const names = [];
  for (let image = 1; image <= IMAGES; image++) {
    const name = `localhost/app${image}:1`;
    await $`head -c 1000000 /dev/urandom >${context}/own${image}`;
    fs.writeFileSync(join(context, 'app.build'), `FROM localhost/base:1\nCOPY own${image} /own\n`);
    await build(name, 'app.build');
    await $`${podman} save -q --format docker-archive -o ${scratch}/image.tar ${name}`.quiet();
    await $`${tinydocker} load -q ${scratch}/image.tar`.quiet();
    fs.rmSync(join(scratch, 'image.tar'));
    names.push(name);
  }
  return names;
}

async function changes(image) {
  const run = await podmanRun(podman, image);
  await $`${tinydocker} run -q --keep --image ${image} changed sh -c ${CHANGE}`;
  await $`${run} --name changed ${image} sh -c ${CHANGE}`.quiet();
  const contenders = [
    contender('tinydocker diff', [...tinydocker, 'diff', 'changed']),
    contender('podman diff', [...podman, 'diff', 'changed']),
  ];
  measure(contenders, ROUNDS, env);
  print(contenders, { 'x podman': contenders[1] });
  console.log(`\n${ROUNDS} rounds, 10,000 changed files. Aim: faster than podman.`);
  await $`${tinydocker} rm changed`.quiet();
  await $`${podman} rm changed`.quiet();
}

async function growth(names) {
  const run = await podmanRun(podman, names[0]);
  const stores = { tinydocker: env.TINYDOCKER_ROOT, podman: join(scratch, 'podman') };
  const size = async path => Number((await $`du -s --block-size=1 ${path}`.quiet()).stdout.split('\t')[0]);
  const sizes = async () => ({ ours: await size(stores.tinydocker), theirs: await size(stores.podman) });
  const before = await sizes();
  for (let container = 0; container < CONTAINERS; container++) {
    const image = names[container % IMAGES];
    await $`${tinydocker} run -q --keep --image ${image} ${`c${container}`} sh -c ${WRITE}`;
    await $`${run} ${image} sh -c ${WRITE}`.quiet();
  }
  const after = await sizes();
  const one = (await size(join(scratch, 'context/base'))) + 1_000_000;
  const copies = one * (IMAGES + CONTAINERS);
  const mb = bytes => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`
${IMAGES} images that share their base: tinydocker ${mb(before.ours)}, podman ${mb(before.theirs)}; ratio ${(before.ours / before.theirs).toFixed(2)}
and ${CONTAINERS} containers of 100 kB each: tinydocker ${mb(after.ours)}, podman ${mb(after.theirs)}, separate copies ${mb(copies)}
growth by the containers: tinydocker ${mb(after.ours - before.ours)}, podman ${mb(after.theirs - before.theirs)}; ratio ${((after.ours - before.ours) / (after.theirs - before.theirs)).toFixed(2)}`);
}
