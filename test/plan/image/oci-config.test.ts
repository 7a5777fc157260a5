import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOciConfig } from '../../../src/plan/image/oci-config.ts';

const ID = `sha256:${'a'.repeat(64)}`;
const text = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [ID] }, ...changes });

test('a configuration: what is honoured is kept, and null is nothing', () => {
  const parsed = parseOciConfig(
    text({
      created: '2020-01-01T00:00:00Z',
      config: {
        ...{ Cmd: ['sh'], Entrypoint: null, Env: ['A=b'], WorkingDir: '', User: 'ann', OnBuild: null },
        ...{ Volumes: { '/data': {} }, Labels: { a: 'b' }, StopSignal: 'SIGUSR1', ArgsEscaped: true },
      },
      history: [{ created_by: 'RUN x', empty_layer: true, author: 7 }, 'junk', { comment: 'c' }],
    }),
  );
  assert.equal(parsed, {
    ok: true,
    value: {
      ...{ os: 'linux', architecture: 'amd64', created: '2020-01-01T00:00:00Z' },
      config: {
        ...{ Cmd: ['sh'], Env: ['A=b'], User: 'ann' },
        ...{ Volumes: { '/data': {} }, Labels: { a: 'b' }, StopSignal: 'SIGUSR1' },
      },
      diffIds: ['a'.repeat(64)],
      history: [{ created_by: 'RUN x', empty_layer: true }, { comment: 'c' }],
    },
  });
});

for (const [name, given, says] of [
  ['no JSON', '{', /it is no JSON/],
  ['a list', '[]', /no JSON object/],
  ['nothing about machines', text({ os: 7 }), /for which machines/],
  ['no layers', text({ rootfs: { diff_ids: [] } }), /names no layers/],
  ['a digest of another kind', text({ rootfs: { diff_ids: ['md5:0'] } }), /something else than sha256/],
  ['a digest that climbs', text({ rootfs: { diff_ids: ['sha256:../x'] } }), /something else than sha256/],
  ['an environment that is none', text({ config: { Env: { A: 'b' } } }), /does not have the shape/],
  ['a NUL in a command', text({ config: { Cmd: ['a\0b'] } }), /does not have the shape/],
  ['volumes that are a list', text({ config: { Volumes: ['/data'] } }), /does not have the shape/],
] as const)
  test(`a configuration with ${name} is refused`, () => {
    const parsed = parseOciConfig(given);
    assert.not(parsed.ok);
    assert.match(parsed.ok ? '' : (parsed.failures[0]?.message ?? ''), says);
  });

test('a time that is none is left out', () => {
  const parsed = parseOciConfig(text({ created: 'yesterday' }));
  assert.is(parsed.ok && parsed.value.created, undefined);
});

test.run();
