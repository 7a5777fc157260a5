/** What `run --dry-run` prints for programs: the plan as JSON, the container as an OCI configuration that a real runtime takes. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, MODES, ownDirectory, type Place, withPlace } from '../support/modes.ts';
import { runAs, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('formats');

/** Says who and where it is; reads only. */
const LOOK =
  '[ -e /.tinydocker-image ] || exit 9; hostname; id -u; pwd; echo "$GREETING"; grep -c . /proc/sys/kernel/hostname; ls /dev/shm -d; touch /etc/x 2>&1 | grep -o Read-only';

interface JsonPlan {
  readonly version: number;
  readonly variables: readonly { readonly name: string; readonly value: unknown }[];
  readonly steps: readonly {
    readonly id: string;
    readonly why: string;
    readonly command: string;
    readonly undo: { readonly text: string };
    readonly action: { readonly type: string; readonly argv?: readonly unknown[] };
  }[];
}

eachMode(test, 'the plan as JSON names the steps and commands of the script', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const options = [
    '-t',
    '-w',
    '/new',
    '--read-only',
    '--tmpfs',
    '/a,b',
    '-e',
    'X=a "quoted" $word\n',
    'x1',
    'echo',
    "it's",
  ];
  const json = await tinydocker(place, ['run', '--dry-run', '--format', 'json', ...options]);
  const script = await tinydocker(place, ['run', '--dry-run', ...options]);
  assert.is(json.status, 0, json.stderr);
  const plan = JSON.parse(json.stdout) as JsonPlan;
  assert.is(plan.version, 1);
  let position = 0;
  for (const { id, why, command, undo } of plan.steps) {
    assert.ok(why.length > 40 && command !== '' && undo.text !== '', id);
    const next = script.stdout.indexOf(`\n# ${id}: `, position);
    assert.ok(next > position, `${id} is not in the script, or in another order`);
    position = next;
  }
  const flat = script.stdout.replaceAll(/ \\\n\s*/g, ' ');
  for (const { action, command, id } of plan.steps)
    if (action.type === 'run') assert.ok(flat.includes(command), `${id}: ${command}`);
  assert.is(plan.variables.find(({ name }) => name === 'INIT')?.value, null);
  await assertUnchanged(before, place.store);
});

test('a plan that fails on purpose says so in every format', async () => {
  const [mode] = MODES.filter(({ unavailable }) => unavailable === undefined);
  if (mode === undefined) return;
  await withPlace(mode, async place => {
    makeImage(place);
    const options = ['--fail-at', 'set-hostname', 'x1', 'echo', 'ran'];
    const { stdout } = await tinydocker(place, ['run', '--dry-run', '--format', 'json', ...options]);
    const steps = JSON.parse(stdout) as {
      readonly steps: readonly { readonly id: string; readonly failsOnPurpose: boolean }[];
    };
    assert.equal(
      steps.steps.filter(step => step.failsOnPurpose).map(({ id }) => id),
      ['set-hostname'],
    );
    const script = await tinydocker(place, ['run', '--dry-run', ...options]);
    const before = hostState(place.store);
    const ran = await runAs(place, ['sh'], { input: script.stdout });
    assert.equal([ran.status, ran.stdout], [125, '']);
    await assertUnchanged(before, place.store);
  });
});

/** crun refuses a machine that mixes cgroup v1 and v2: then it gets a mount namespace in which there is only v2. */
const HYBRID = existsSync('/sys/fs/cgroup/unified');
const ONLY_CGROUP_V2 = [
  ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
  ...['umount -R /sys/fs/cgroup; mount --no-mtab -t cgroup2 cgroup2 /sys/fs/cgroup; exec "$@"', 'only-v2'],
];

for (const [runtime, ...global] of [['runc'], ['crun', '--cgroup-manager=disabled']] as const) {
  const missing =
    spawnSync(runtime, ['--version']).status === 0
      ? undefined
      : `${runtime} is not installed (package ${runtime})`;
  const refuses = runtime === 'crun' && HYBRID;
  for (const mode of MODES) {
    const reason =
      missing ??
      mode.unavailable ??
      (refuses && process.getuid?.() !== 0 ? 'crun refuses cgroup v1 and v2 beside each other' : undefined);
    const changed = refuses ? { ...mode, prefix: [...ONLY_CGROUP_V2, ...mode.prefix] } : mode;
    skipUnless(
      test,
      `${runtime} takes the OCI configuration, as ${mode.name}`,
      reason === undefined,
      reason ?? '',
      () => withPlace(changed, place => runsIn(place, [runtime, ...global])),
    );
  }
}

/** The same container by tinydocker and by the runtime: the same output and exit status. */
async function runsIn(place: Place, runtime: readonly string[]): Promise<void> {
  const image = makeImage(place);
  const bundle = ownDirectory(place.mode, join(place.dir, 'bundle'));
  const state = ownDirectory(place.mode, join(place.dir, 'state'), 0o700);
  cpSync(join(place.store, 'layers', image.layers[0]?.digest ?? '', 'files'), join(bundle, 'rootfs'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const options = ['-e', 'GREETING=good  morning', '-w', '/tmp', '--read-only', '--tmpfs', '/scratch', 'x1'];
  const command = ['/bin/sh', '-c', `${LOOK}; exit 7`];
  const config = await tinydocker(place, ['run', '--dry-run', '--format', 'oci', ...options, ...command]);
  assert.is(config.status, 0, config.stderr);
  writeFileSync(join(bundle, 'config.json'), config.stdout);
  spawnSync('chown', ['-R', `${place.mode.uid}:${place.mode.gid}`, bundle]);
  const id = `td-${process.pid}-${place.mode.name}`;
  const theirs = await runAs(place, [...runtime, '--root', state, 'run', '--bundle', bundle, id], {
    env: { XDG_RUNTIME_DIR: state },
  });
  const ours = await tinydocker(place, ['run', ...options, ...command]);
  assert.is(ours.status, 7, ours.stderr);
  assert.equal([theirs.stdout, theirs.status], [ours.stdout, 7], theirs.stderr);
}

test.run();
