import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createSpec } from '../../src/plan/create-spec.ts';
import type { ImageConfig } from '../../src/plan/image/image.ts';
import type { RunRequest } from '../../src/plan/request.ts';
import { IMAGE, REQUEST, specOf } from '../support/plans.ts';

const spec = (request: Partial<RunRequest> = {}, config: ImageConfig = {}) => specOf(request, { config });
const codes = (request: Partial<RunRequest>) => {
  const result = createSpec({ ...REQUEST, ...request }, IMAGE);
  return result.ok ? [] : result.failures.map(failure => failure.code);
};

const COMMANDS: readonly (readonly [Partial<RunRequest>, ImageConfig, readonly string[]])[] = [
  [{}, {}, ['/bin/sh']],
  [{}, { Cmd: ['a', 'b'] }, ['a', 'b']],
  [{}, { Entrypoint: ['e'], Cmd: ['a'] }, ['e', 'a']],
  [{ command: ['c'] }, { Entrypoint: ['e'], Cmd: ['a'] }, ['e', 'c']],
  [{ command: ['c'] }, { Cmd: ['a'] }, ['c']],
  [{ entrypoint: 'x' }, { Entrypoint: ['e'], Cmd: ['a'] }, ['x']],
  [{ entrypoint: 'x', command: ['c'] }, { Entrypoint: ['e'] }, ['x', 'c']],
  [{ entrypoint: '', command: ['c'] }, { Entrypoint: ['e'] }, ['c']],
  [{ entrypoint: '' }, { Entrypoint: ['e'], Cmd: ['a'] }, ['/bin/sh']],
];

for (const [request, config, args] of COMMANDS) {
  test(`command of ${JSON.stringify([request, config])}`, () =>
    assert.equal(spec(request, config).process.args, args));
}

test('environment: docker’s, then the image’s, then the user’s, one of each name', () => {
  const { env } = spec(
    {
      env: [
        ['A', '3'],
        ['A', '4'],
        ['HOME', '/x'],
      ],
      terminal: true,
      hostname: 'h',
    },
    { Env: ['A=1', 'B==2', 'broken', '=x'] },
  ).process;
  assert.equal(env.toSorted(), [
    'A=4',
    'B==2',
    'HOME=/x',
    'HOSTNAME=h',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'TERM=xterm',
  ]);
});

test('defaults: hostname, directory, user, mounts', () => {
  const { hostname, process, root, linux } = spec();
  assert.equal(
    [hostname, process.cwd, process.user, process.noNewPrivileges],
    ['hello1', '/', { uid: 0, gid: 0, additionalGids: [], umask: 0o022 }, true],
  );
  assert.is(root.readonly, false);
  assert.equal(
    linux.namespaces.map(({ type }) => type),
    ['mount', 'uts', 'ipc', 'network', 'pid', 'cgroup'],
  );
  assert.is(spec({}, { WorkingDir: '/srv//x/./y/' }).process.cwd, '/srv/x/y');
  assert.is(spec({ workdir: '/w' }, { WorkingDir: '/srv' }).process.cwd, '/w');
  assert.is(spec({}, { User: 'ann' }).process.user.uid, 1000);
  assert.is(spec({ user: '5' }, { User: 'ann' }).process.user.uid, 5);
});

test('volumes and tmpfs become mounts', () => {
  const { mounts } = spec({
    volumes: [{ source: '/s', target: '/t//u', readOnly: true }],
    tmpfs: [{ target: '/x', options: ['exec', 'size=1m'] }],
  });
  assert.equal(mounts.slice(-2), [
    { destination: '/x', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'exec', 'size=1m'] },
    { destination: '/t/u', type: 'bind', source: '/s', options: ['rbind', 'rprivate', 'ro'] },
  ]);
});

test('the hostname is the name as far as it can be one', () => {
  const hostnames = ['my_app', 'a-', 'a._b', 'a..b', 'X.1--2'].map(name => spec({ name }).hostname);
  assert.equal(hostnames, ['my-app', 'a', 'a.b', 'a.b', 'X.1--2']);
});

test('a mount does not cover one below it that was named first', () => {
  const { mounts } = spec({
    volumes: [volume('/a/b/c'), volume('/a')],
    tmpfs: [{ target: '/a/b', options: [] }],
  });
  assert.equal(
    mounts.slice(-3).map(({ destination }) => destination),
    ['/a', '/a/b', '/a/b/c'],
  );
});

const volume = (target: string) => ({ source: '/s', target, readOnly: false });

for (const [request, expected] of [
  [{ name: '../x' }, ['bad-name']],
  [{ user: 'nobody' }, ['unknown-user']],
  [{ workdir: 'relative' }, ['bad-workdir']],
  [{ hostname: 'a b' }, ['bad-hostname']],
  [{ hostname: '-a' }, ['bad-hostname']],
  [{ hostname: 'a..b' }, ['bad-hostname']],
  [{ hostname: 'my_app' }, ['bad-hostname']],
  [{ hostname: 'x'.repeat(65) }, ['bad-hostname']],
  [{ command: ['a\0'] }, ['nul-byte']],
  [{ command: [''] }, ['empty-command']],
  [{ env: [['a-b', 'x']] }, ['bad-variable']],
  [{ volumes: [volume('/')] }, ['target-taken']],
  [{ volumes: [volume('//')] }, ['target-taken']],
  [{ volumes: [volume('/proc/x')] }, ['target-taken']],
  [{ volumes: [volume('/dev')] }, ['target-taken']],
  [{ tmpfs: [{ target: '/./sys/', options: [] }] }, ['target-taken']],
  [{ volumes: [volume('/a'), volume('/a/')] }, ['target-twice']],
  [{ volumes: [volume('/a')], tmpfs: [{ target: '/a', options: [] }] }, ['target-twice']],
  [{ volumes: [volume('/process')], hostname: 'a.b-c' }, []],
] as const satisfies readonly (readonly [Partial<RunRequest>, readonly string[]])[]) {
  test(`failures of ${JSON.stringify(request)}`, () => assert.equal(codes(request), expected));
}

test('all that is wrong is said at once', () => {
  assert.equal(codes({ name: '', user: 'x', workdir: 'y' }), ['bad-name', 'unknown-user', 'bad-workdir']);
});

test.run();
