/** ps, inspect and top beside podman's, of containers in the same states. What differs on purpose is in docs/docker.md. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { quote } from '../../src/plan/quote.ts';
import { background, ended, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { MODES, type Mode, withPlace } from '../support/modes.ts';
import { podmanProgram, whyNoContainers } from '../support/podman.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('look-podman');

const FIELDS = [
  ...['.Name', '.Path', '.Args', '.State.Status', '.State.Running', '.State.Paused', '.State.ExitCode'],
  ...['.State.OOMKilled', '.State.Dead', '.State.Error', '.Config.Hostname', '.Config.WorkingDir'],
  ...['.Config.Tty', '.Config.OpenStdin', 'json .Config.Cmd', '.HostConfig.NetworkMode'],
  ...['.HostConfig.AutoRemove', '.HostConfig.ReadonlyRootfs'],
  '.Driver',
];
const TEMPLATE = FIELDS.map(field => `{{${field}}}`).join('|');

/** Command lines that both take; of those that fail podman's status is 125, and ours 1. */
const CASES: readonly (readonly string[])[] = [
  ['ps', '--format', '{{.Names}}'],
  ['ps', '-a', '--format', '{{.Names}}'],
  ['ps', '-a', '--format', '{{.Names}} {{.Status}}', '--filter', 'name=down'],
  ['ps', '-a', '--format', '{{.Names}}', '--filter', 'exited=3'],
  ['ps', '-a', '--format', '{{.Names}}', '--filter', 'status=exited', '--filter', 'status=running'],
  ['ps', '-a', '--format', '{{.Names}}', '--filter', 'before=up'],
  ['ps', '-l', '--format', '{{.Names}}'],
  ['ps', '-n', '1', '--format', '{{.Names}}'],
  ['inspect', '--format', TEMPLATE, 'up', 'down'],
  ['inspect', 'nosuch'],
  ['inspect', '--format', '{{.State.Status}}', 'down', 'nosuch'],
  ['top', 'nosuch'],
  ['top', 'down'],
  ['stats', '--no-stream', 'nosuch'],
];

/** Spans of time depend on when one looks; podman lists the oldest first, docker and we the newest. */
function comparable([verb]: readonly string[], text: string): string {
  const spans = text.replaceAll(/(Less than a|\d+|About a) (second|minute)s?/g, 'N seconds');
  return verb === 'ps' ? spans.split('\n').toSorted().join('\n') : spans;
}

const unable = await whyNoContainers();
skipUnless(test, 'as podman', unable === undefined, unable ?? '', () =>
  withPlace(MODES[0] as Mode, place =>
    withContainers(place, async () => {
      const { layers } = makeImage(place);
      const down = ['sh', '-c', `${GUARD}exit 3`];
      await background(place, ['-w', '/tmp', '-h', 'host1', 'down', ...down]);
      await ended(place, 'down');
      await background(place, ['-i', '--read-only', 'up', 'sleep', '600']);
      const ours: string[] = [];
      for (const words of CASES) {
        const { status, stdout } = await tinydocker(place, words);
        ours.push(comparable(words, `${stdout}${status === 1 ? 125 : status}`));
      }
      const rootfs = join(place.store, 'layers', layers[0]?.digest ?? '', 'files');
      assert.is(spawnSync('tar', ['-C', rootfs, '-cf', join(place.dir, 'root.tar'), '.']).status, 0);
      const limits = '--network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024';
      const { stdout, stderr } = podmanProgram(
        place.dir,
        `podman import -q "$0/root.tar" matrix >/dev/null
      for RUNTIME in "" "--runtime runc"; do
        podman run -d --name down -w /tmp -h host1 ${limits} matrix ${down.map(quote).join(' ')} >/dev/null && break
        podman rm --force down >/dev/null
      done
      podman wait down >/dev/null
      podman run -d -i --read-only -h up --name up ${limits} matrix sleep 600 >/dev/null
      ${CASES.map(words => `podman ${words.map(quote).join(' ')} 2>/dev/null; echo "$?="`).join('\n')}
      podman rm --force --time 0 up down >/dev/null`,
      );
      const outputs = stdout.split('=\n').slice(0, -1);
      assert.is(outputs.length, CASES.length, stderr);
      const theirs = CASES.map((words, index) => comparable(words, outputs[index] ?? ''));
      const told = (texts: readonly string[]) =>
        CASES.map((words, index) => `${words.join(' ')}: ${texts[index]}`);
      assert.equal(told(ours), told(theirs));
    }),
  ),
);

test.run();
