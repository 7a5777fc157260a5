/** One more command in a container that runs: what it gets, what it returns, and that nothing stays. */

import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { GUARD } from '../support/probe.ts';
import { type Finished, runAs, startTinydocker, tinydocker, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('exec');

/** As the program does it, and, by root, as the printed script does. */
async function bothWays(place: Place, args: readonly string[], input?: string): Promise<readonly Finished[]> {
  const options = input === undefined ? {} : { input };
  const run = await tinydocker(place, ['exec', ...args], options);
  if (place.mode.name !== 'root') return [run];
  const dry = await tinydocker(place, ['exec', '--dry-run', ...args]);
  assert.is(dry.status, 0, dry.stderr);
  const script = join(place.home, 'exec.sh');
  writeFileSync(script, dry.stdout);
  return [run, await runAs(place, ['sh', script], options)];
}

const inside = (text: string): readonly string[] => ['sh', '-c', GUARD + text];

eachPreparedMode(test, 'where something is mounted below /usr', async place => {
  const odd = prepared(place, 'mount -t tmpfs tmpfs /usr/games; mount -t tmpfs -o noexec tmpfs /usr/src');
  makeImage(place);
  await whileRuns(place, 'box', '', async () => {
    const { status, stdout, stderr } = await tinydocker(odd, ['exec', 'box', ...inside('hostname')]);
    assert.equal([status, stdout, withoutNotes(stderr)], [0, 'box\n', '']);
  });
});

/** What two processes of one container have in common, and what an exec has of its own. */
const SAME =
  'for n in mnt uts ipc net pid cgroup user; do readlink /proc/$p/ns/$n; done; readlink /proc/$p/root; stat -c %d:%i /proc/$p/root/; grep -E "^(Umask|Uid|Gid|Groups|NoNewPrivs|Cap|SigIgn|SigBlk)" /proc/$p/status';

eachMode(test, 'it is in the container, as its first process is', async place => {
  makeImage(place, { config: { Env: ['COLOUR=blue'], WorkingDir: '/tmp' } });
  await whileRuns(place, 'box', '', async () => {
    const tree = readdirSync(join(place.store, 'containers/box'));
    const text = `for p in 1 self; do ${SAME}; echo; done; env; pwd; for f in /proc/$$/fd/*; do [ ! -e $f ] || echo "fd \${f##*/}"; done`;
    for (const { status, stdout, stderr } of await bothWays(place, ['box', ...inside(text)])) {
      assert.equal([status, withoutNotes(stderr)], [0, '']);
      const [first, own, rest = ''] = stdout.split('\n\n');
      assert.is(own, first);
      assert.match(rest, /^COLOUR=blue$/m);
      assert.match(rest, /^HOSTNAME=box$/m);
      assert.match(rest, /^\/tmp$/m);
      assert.equal(rest.match(/^fd \d+$/gm), ['fd 0', 'fd 1', 'fd 2']);
    }
    assert.equal(readdirSync(join(place.store, 'containers/box')), tree);
  });
});

eachMode(test, 'status, stdin, variables, directory', async place => {
  makeImage(place);
  await whileRuns(
    place,
    'box',
    'mkdir /srv; ln -s /srv /link; ln -s /proc/self/fd/1 /fd; : >/file',
    async () => {
      const cases: readonly (readonly [readonly string[], number, string | RegExp, RegExp?])[] = [
        [['box', ...inside('exit 7')], 7, ''],
        [['box', ...inside('kill -KILL $$')], 137, ''],
        [['box', ...inside('kill -TERM $$')], 143, ''],
        [['-w', '/link', 'box', 'pwd'], 0, '/srv\n'],
        [['-w', '/../srv/../link/.', 'box', 'pwd'], 0, '/srv\n'],
        [['-w', '/none', 'box', 'pwd'], 127, '', /\/none does not exist in the container/],
        [['-w', '/file', 'box', 'pwd'], 126, '', /\/file is not a directory/],
        [['-w', '/fd', 'box', 'pwd'], 127, '', /does not exist/],
        [['-w', '/proc/self/fd/0', 'box', 'pwd'], 127, '', /does not exist/],
        [['-w', 'srv', 'box', 'pwd'], 2, '', /not an absolute path/],
        [
          ['-e', 'A=1', '-e', 'B=x\ny\'"$z', '-e', 'PWD=no', 'box', 'sh', '-c', 'echo "$A$B"'],
          0,
          '1x\ny\'"$z\n',
        ],
        [['-e', 'a.b=1', 'box', 'env'], 0, /^a\.b=1$/m],
        [['-e', 'PATH=/nowhere', 'box', '/bin/busybox', 'echo', 'x'], 0, 'x\n'],
        [['box', '/bin/sh', '-c', 'umask'], 0, '0022\n'],
      ];
      for (const [args, expected, output, message] of cases) {
        const runs =
          expected === 2 ? [await tinydocker(place, ['exec', ...args])] : await bothWays(place, args);
        for (const { status, stdout, stderr } of runs) {
          assert.is(status, expected, `${args.join(' ')}\n${stderr}`);
          if (typeof output === 'string') assert.is(stdout, output, args.join(' '));
          else assert.match(stdout, output);
          if (message === undefined) assert.is(withoutNotes(stderr), '', args.join(' '));
          else assert.match(stderr, message);
        }
      }
      for (const { stdout } of await bothWays(place, ['-i', 'box', 'cat'], 'through\n'))
        assert.is(stdout, 'through\n');
      for (const { stdout } of await bothWays(place, ['box', 'cat'], 'not read\n')) assert.is(stdout, '');
      const absent: readonly (readonly [string, number, RegExp])[] = [
        ['nosuch', 127, /The command "nosuch" is not in the container/],
        ['/etc', 126, /it is a directory/],
        ['/file', 126, /no execute permission/],
      ];
      for (const [command, expected, message] of absent) {
        const [{ status, stderr } = { status: -1, stderr: '' }, script] = await bothWays(place, [
          'box',
          command,
        ]);
        assert.is(status, expected);
        assert.match(stderr, message);
        if (script !== undefined) assert.is(script.status, expected, script.stderr);
      }
    },
  );
});

eachMode(
  test,
  'another user, by the files that the container has now',
  async place => {
    makeImage(place);
    const change =
      'echo "new:x:1234:1234::/home/new:/bin/sh" >>/etc/passwd; echo "extra:x:77:new" >>/etc/group';
    await whileRuns(place, 'box', change, async () => {
      const ids =
        'id -u; id -g; id -G; echo $HOME; grep -E "^Cap(Eff|Prm|Inh|Amb)" /proc/self/status | sort -u';
      const none = ['CapAmb', 'CapEff', 'CapInh', 'CapPrm']
        .map(name => `${name}:\t0000000000000000\n`)
        .join('');
      const cases: Readonly<Record<string, string>> = {
        new: `1234\n1234\n1234 77\n/home/new\n${none}`,
        'ann:video': `1000\n44\n44\n/home/ann\n${none}`,
        '4321': `4321\n0\n0\n/\n${none}`,
      };
      for (const [user, expected] of Object.entries(cases))
        for (const { status, stdout, stderr } of await bothWays(place, ['-u', user, 'box', ...inside(ids)]))
          assert.equal([status, stdout], [0, expected], stderr);
      const { status, stderr } = await tinydocker(place, ['exec', '-u', 'nobody', 'box', 'id']);
      assert.is(status, 125);
      assert.match(stderr, /The container has no user "nobody"/);
    });
  },
  ['root', 'range'],
);

eachMode(
  test,
  'with one id mapped there is no other user',
  async place => {
    makeImage(place);
    await whileRuns(place, 'box', '', async () => {
      const { status, stderr } = await tinydocker(place, ['exec', '-u', '1000', 'box', 'id']);
      assert.is(status, 125);
      assert.match(stderr, /it has no user but root/);
    });
  },
  ['single'],
);

eachMode(
  test,
  'what does not run can not be entered',
  async place => {
    makeImage(place);
    assert.is((await tinydocker(place, ['run', '-q', '--keep', 'kept', 'true'])).status, 0);
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['kept', 'true'], 125, /The container "kept" does not run\.\nIt has ended, and was kept/],
      [['nobody', 'true'], 125, /There is no container "nobody"/],
      [['box'], 2, /exec needs a container and a command/],
      [['-d', 'kept', 'true'], 125, /The container "kept" does not run\./],
      [['--privileged', 'box', 'true'], 2, /--privileged is not supported/],
    ];
    for (const [args, expected, message] of cases) {
      const { status, stderr } = await tinydocker(place, ['exec', ...args]);
      assert.is(status, expected, args.join(' '));
      assert.match(stderr, message);
    }
  },
  ['root'],
);

eachMode(
  test,
  'a container that is still being made is not entered',
  async place => {
    makeImage(place);
    // Its init has the host's root, or can still walk to it.
    const slow = startTinydocker(place, ['run', '-q', '--pace', '80ms', 'box', ...inside('sleep 600')]);
    const statuses = new Set<number | undefined>();
    let last = '';
    for (let round = 0; round < 100 && !statuses.has(0); round++) {
      const { status, stdout, stderr } = await tinydocker(place, ['exec', 'box', ...inside('echo inside')]);
      statuses.add(status);
      last = `${status} ${stdout}${stderr}`;
      assert.ok(status === 125 || stdout === 'inside\n', last);
    }
    assert.ok(statuses.has(0) && statuses.has(125), last);
    slow.kill('SIGTERM');
    await slow.ended;
  },
  ['root'],
);

eachMode(test, 'the container ends: the command does, too, and nothing is left', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const container = startTinydocker(place, [
    'run',
    '-q',
    'box',
    ...inside('echo up; read x </none; sleep 600'),
  ]);
  await until(() => container.stdout() === 'up\n');
  const command = startTinydocker(place, ['exec', 'box', ...inside('echo in; sleep 600')]);
  await until(() => command.stdout() === 'in\n');
  container.kill('SIGTERM');
  await container.ended;
  assert.is((await command.ended).status, 137);
  await assertUnchanged(before, place.store);
});

eachMode(test, 'signals are passed on, and kill -9 takes the command along', async place => {
  makeImage(place);
  await whileRuns(place, 'box', '', async () => {
    const before = hostState(place.store);
    const user = place.mode.name === 'single' ? [] : ['-u', '1000'];
    const start = (text: string) => startTinydocker(place, ['exec', ...user, 'box', ...inside(text)]);
    for (const [signal, text, expected] of [
      ['SIGTERM', 'sleep 600', 143],
      ['SIGINT', 'trap "echo asked; exit 9" INT; while :; do sleep 0.1; done', 9],
      ['SIGHUP', 'sleep 600', 129],
    ] as const) {
      const running = start(`echo up; ${text.startsWith('trap') ? '' : 'exec '}${text}`);
      await until(() => running.stdout() === 'up\n');
      running.kill(signal);
      assert.is((await running.ended).status, expected, running.stderr());
    }
    const killed = start('echo up; sleep 600 & sleep 601');
    await until(() => killed.stdout() === 'up\n');
    killed.kill('SIGKILL');
    await killed.ended;
    const gone = () => {
      const now = hostState(place.store);
      return JSON.stringify(now.processes) === JSON.stringify(before.processes);
    };
    await until(gone);
  });
});

eachMode(test, 'an image with one static program and nothing else', async place => {
  const busybox = staticBusybox();
  if (busybox === undefined) return;
  makeImage(place, { empty: true, change: root => copyFileSync(busybox, join(root, 'busybox')) });
  const container = startTinydocker(place, [
    'run',
    '-q',
    'box',
    '/busybox',
    'sh',
    '-c',
    `${GUARD}echo up; /busybox sleep 600`,
  ]);
  try {
    await until(() => container.stdout() === 'up\n');
    for (const { status, stdout, stderr } of await bothWays(place, ['box', '/busybox', 'echo', 'alone']))
      assert.equal([status, stdout, withoutNotes(stderr)], [0, 'alone\n', '']);
    for (const { status, stdout, stderr } of await bothWays(place, [
      '-e',
      'LD_DEBUG=all',
      '-e',
      'X=1',
      'box',
      '/busybox',
      'env',
    ])) {
      assert.is(status, 0);
      assert.match(stdout, /^X=1$/m);
      assert.not.match(stdout, /LD_DEBUG/);
      assert.not.match(stderr, /calling init/);
    }
    const { stderr } = await tinydocker(place, ['exec', '-e', 'LD_DEBUG=all', 'box', '/busybox', 'true']);
    assert.match(stderr, /note: left out: LD_DEBUG; programs of the host would obey it/);
  } finally {
    container.kill('SIGTERM');
    await container.ended;
  }
});

test.run();
