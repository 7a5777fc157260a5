/** stop, kill, wait, logs and attach beside podman's, of containers in the same states. What differs on purpose is in docs/docker.md. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { quote } from '../../src/plan/quote.ts';
import { background, ended, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { MODES, type Mode, withPlace } from '../support/modes.ts';
import { podmanProgram, whyNoContainers } from '../support/podman.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('life-podman');

const CONTAINERS: Readonly<Record<string, string>> = {
  down: 'echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three; exit 3',
  up: 'echo up; exec sleep 600',
  deaf: 'trap "" TERM; echo up; while :; do sleep 0.1; done',
  polite: 'trap "echo usr1" USR1; trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.1; done',
  guest: 'trap "echo bye; exit 5" USR1; echo up; while :; do sleep 0.1; done',
};

/** Command lines that both take, in this order: each finds what the ones before have left. `@` stands for the program. */
const CASES: readonly string[] = [
  '@ logs down',
  '@ logs --tail 1 down',
  '@ logs --tail 2 down',
  '@ logs -f down',
  '@ logs --since 1h down',
  '@ logs up',
  '@ logs nosuch',
  '@ logs',
  '@ wait down',
  '@ wait nosuch',
  '@ wait',
  '@ attach nosuch',
  '@ attach down',
  '@ attach',
  '@ kill nosuch',
  '@ kill down',
  '@ kill -s NOSUCH up',
  '@ kill -s 99 up',
  '@ kill --signal USR1 polite; sleep 0.5; @ logs polite',
  '@ kill -s SIGWINCH up',
  '@ kill',
  '@ stop nosuch',
  '@ stop down',
  '@ stop',
  '@ stop -t nosuch up',
  '@ stop polite; @ wait polite; @ logs polite',
  '@ stop polite',
  '@ stop -t 0 up; @ wait up',
  '@ stop --time 1 deaf; @ wait deaf',
  '@ kill up',
  '@ kill up nosuch',
  '(sleep 1; @ kill -s USR1 guest >/dev/null) & @ attach --no-stdin guest; wait',
  '@ wait guest; @ logs guest',
  '@ start down; @ wait down; @ logs down',
];

/** Where podman differs, and docker does what we do. */
const AS_DOCKER: Readonly<Record<string, string>> = {
  '@ logs -n 0 down': '0',
  '@ logs --until 1h down': '0',
  '@ wait down nosuch': '3\nfailed',
  '@ stop down nosuch': 'down\nfailed',
  '@ start guest >/dev/null; (sleep 1; @ kill -s USR1 guest >/dev/null) & @ attach --no-stdin guest; s=$?; wait; (exit $s)':
    'bye\n5',
};

/** The shell program in which `it` is one of the two. */
function programOf(cases: readonly string[]): string {
  return cases.map(text => `{ ${text.replaceAll('@', 'it')}; } 2>/dev/null; echo "$?="`).join('\n');
}

/** What each command line printed on stdout, and its exit status: ours for what failed is 1, and 2 for a wrong command line, podman's 125. */
function results(cases: readonly string[], output: string): readonly string[] {
  const texts = output.split('=\n').slice(0, -1);
  // podman's attach ends with an empty line of its own.
  return texts.map(
    (text, index) => `${cases[index]}: ${text.replace(/(^|\n)(1|2|125)$/, '$1failed').replace(/\n\n/, '\n')}`,
  );
}

const unable = await whyNoContainers();
skipUnless(test, 'as podman', unable === undefined, unable ?? '', () =>
  withPlace(MODES[0] as Mode, place =>
    withContainers(place, async () => {
      const { layers } = makeImage(place);
      for (const [name, text] of Object.entries(CONTAINERS))
        await background(place, [name, 'sh', '-c', `${GUARD}${text}`]);
      await ended(place, 'down');
      for (const name of ['up', 'deaf', 'polite', 'guest']) await says(place, name, 'up');
      const it = `it() { ${tinydockerProgram().map(quote).join(' ')} "$@"; }`;
      const ours = await runAs(place, ['sh', '-c', `${it}\n${programOf(CASES)}`]);
      const more = Object.keys(AS_DOCKER);
      const other = await runAs(place, ['sh', '-c', `${it}\n${programOf(more)}`]);
      assert.equal(
        results(more, other.stdout),
        more.map(text => `${text}: ${AS_DOCKER[text]}`),
      );
      const rootfs = join(place.store, 'layers', layers[0]?.digest ?? '', 'files');
      assert.is(spawnSync('tar', ['-C', rootfs, '-cf', join(place.dir, 'root.tar'), '.']).status, 0);
      const limits =
        '--network none --log-driver k8s-file --ulimit nofile=1024:1024 --ulimit nproc=1024:1024';
      const started = Object.entries(CONTAINERS).map(
        ([name, text]) =>
          `podman run -d --name ${name} ${limits} matrix sh -c ${quote(GUARD + text)} >/dev/null`,
      );
      const { stdout, stderr } = podmanProgram(
        place.dir,
        `it() { podman "$@"; }
      podman import -q "$0/root.tar" matrix >/dev/null
      for RUNTIME in "" "--runtime runc"; do
        podman run --name try ${limits} matrix true && break
        podman rm --force try >/dev/null
      done
      ${started.join('\n')}
      podman wait down >/dev/null; sleep 0.5
      ${programOf(CASES)}
      podman rm --force --time 0 try ${Object.keys(CONTAINERS).join(' ')} >/dev/null`,
      );
      const theirs = results(CASES, stdout);
      assert.is(theirs.length, CASES.length, stderr);
      assert.equal(results(CASES, ours.stdout), theirs);
    }),
  ),
);

test.run();
