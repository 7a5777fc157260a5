// @long
/** The dashboard on a real terminal: what it shows, and every key with what it does on the real kernel. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, directoryOf, exitStatus, killMonitor, says } from '../support/containers.ts';
import { DOWN, ENTER, ESCAPE, keep, onTerminal, sleeper, TAB, withUi } from '../support/dashboard.ts';
import { IMAGE_MARK_FILE, makeImage } from '../support/image.ts';
import { type Place, withPlace } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { PYTHON, text } from '../support/pty.ts';
import { tinydocker } from '../support/run.ts';
import { handedOver, onScreen } from '../support/screen.ts';
import { until } from '../support/until.ts';

const test = suite('ui');

onTerminal(test, 'what happens in the store is seen while it happens', async place => {
  await withUi(place, async pty => {
    await onScreen(pty, /There is none\. r runs one/);
    await sleeper(place, 'c1', 'echo hello; echo more >/new');
    await onScreen(pty, /▶ c1 .*● up/);
    await onScreen(pty, /A \/new .*new, 5 B/);
    await tinydocker(place, ['exec', 'c1', 'sh', '-c', `${GUARD}echo x >/later; rm /new`]);
    const screen = await onScreen(pty, /A \/later /);
    assert.not.match(screen, /\/new/);
    await onScreen(pty, /c1 +● up .* 1A/);
    await keep(place, 'c2', ':');
    await onScreen(pty, /c2 .*✔ exited 0/);
    await killMonitor(place, 'c1');
    await onScreen(pty, /c1 .*▲ lost/);
    assert.is((await tinydocker(place, ['rm', 'c1', 'c2'])).status, 0);
    await onScreen(pty, /There is none/);
  });
});

onTerminal(
  test,
  'each panel tells of the selected container, and names the command line that does',
  async place => {
    await sleeper(place, 'c1', `printf 'one\\n\\033[2Jtwo\\n' ; echo err >&2`);
    await says(place, 'c1', 'two');
    await withUi(place, async pty => {
      await onScreen(pty, /\[1 Changes\]/);
      await onScreen(pty, /Nothing differs[\s\S]*same as: +tinydocker diff --stat c1/);
      pty.write('2');
      await onScreen(pty, /\[2 Mounts\][\s\S]*\d\d mounts, as[\s\S]*\/proc +proc [\s\S]*\/mountinfo/);
      pty.write('3');
      await onScreen(pty, /is process 1 inside[\s\S]*mnt +\d+ +its own[\s\S]*lsns -p/);
      pty.write('4');
      await onScreen(pty, /processor +[\d.-]+[\s\S]*memory +[\d.]+ [kM]B[\s\S]*tinydocker stats c1/);
      pty.write('5');
      await onScreen(pty, /\bone\n?[\s\S]*\\x1b\[2Jtwo[\s\S]*err[\s\S]*tinydocker logs -f c1/);
      pty.write('6');
      await onScreen(
        pty,
        /\d+ steps[\s\S]*✔ reserve-name +reserve the name[\s\S]*✔ mount-overlay|✔ reserve-name/,
      );
      pty.write('7');
      await onScreen(pty, /container create c1[\s\S]*container start c1/);
      pty.write(`6${TAB}${TAB}`);
      await onScreen(pty, /▶ ✔ reserve-name/);
      pty.write(ENTER);
      await onScreen(pty, /\$ tinydocker explain reserve-name[\s\S]*Why\n/);
      pty.write('q');
      await onScreen(pty, /\[6 Plan\]/);
    });
  },
);

onTerminal(test, 'stop, start, kill and remove', async place => {
  await background(place, [
    '-q',
    'c1',
    'sh',
    '-c',
    `${GUARD}trap 'exit 7' TERM; while :; do sleep 0.1; done`,
  ]);
  await withUi(place, async pty => {
    await onScreen(pty, /c1 .*● up/);
    pty.write('s');
    await onScreen(pty, /● tinydocker stop c1/);
    await onScreen(pty, /✔ tinydocker stop c1/);
    await onScreen(pty, /c1 .*✖ exited 7/);
    assert.is(exitStatus(place, 'c1'), 7);
    pty.write('s');
    await onScreen(pty, /✔ tinydocker start c1[\s\S]*s stop/);
    pty.write('k');
    await onScreen(pty, /c1 .*✖ exited 137/);
    await onScreen(pty, /✔ tinydocker kill c1/);
    pty.write(`d${ENTER}`);
    await onScreen(pty, /Nothing was done/);
    assert.ok(existsSync(directoryOf(place, 'c1')));
    pty.write('d');
    await onScreen(pty, /Remove c1.*\? y\/N/);
    pty.write(`y${ENTER}`);
    await onScreen(pty, /There is none/);
    assert.not.ok(existsSync(directoryOf(place, 'c1')));
  });
});

onTerminal(test, 'commit and fork ask for a name; what goes wrong is one sentence', async place => {
  await keep(place, 'c1', 'echo x >/own');
  await withUi(place, async pty => {
    await onScreen(pty, /c1 .*exited 0 .*1A/);
    pty.write(`cmine:2${ENTER}`);
    await onScreen(pty, /✔ tinydocker commit c1 mine:2: sha256:[0-9a-f]{20}/);
    pty.write(TAB);
    await onScreen(pty, /▶ .*\n.*mine:2 +2/);
    pty.write(`${ESCAPE}`);
    pty.write(`Fc2${ENTER}`);
    await onScreen(pty, /✔ tinydocker fork c1 c2/);
    await onScreen(pty, /c2 +· created +1A/);
    pty.write(`fc2${ENTER}`);
    await onScreen(pty, /✖ The name c2 is in use: [\s\S]*tinydocker/);
    pty.write(`cBAD NAME${ENTER}`);
    await onScreen(pty, /✖ .*BAD NAME/);
  });
  assert.match((await tinydocker(place, ['images'])).stdout, /mine +2/);
  assert.is((await tinydocker(place, ['diff', 'c2'])).stdout, 'A /own\n');
});

onTerminal(test, 'attach, and a command line of one’s own; a shell that is not there', async place => {
  makeImage(place, { name: 'bare:latest', empty: true });
  await background(place, ['-it', '-q', 'c1', 'sh']);
  await withUi(place, async pty => {
    await onScreen(pty, /c1 .*● up/);
    let before = pty.output().length;
    pty.write('a');
    await handedOver(pty, before);
    pty.write('echo $((6 * 7))\n');
    await until(() => text(pty.output().slice(before)).includes('42\n'));
    pty.write('\u0010\u0011');
    await onScreen(pty, /attach c1 ended with 0/);
    before = pty.output().length;
    pty.write(`:ps -a --format 'got {{.Names}}'${ENTER}`);
    await until(() => text(pty.output().slice(before)).includes('got c1\n'));
    await until(() => /It ended with 0\. Enter goes back/.test(text(pty.output().slice(before))));
    pty.write('\n');
    await onScreen(pty, /tinydocker ps -a --format 'got \{\{\.Names\}\}' ended with 0/);
    before = pty.output().length;
    pty.write(`r\u0015--image bare -q --keep c9 /bin/none${ENTER}`);
    await until(() => /It ended with 127\. Enter goes back/.test(text(pty.output().slice(before))));
    pty.write('\n');
    await onScreen(pty, /✖ tinydocker run --image bare/);
  });
});

onTerminal(test, 'a run is stepped through, and lessons are listed', async place => {
  await withUi(place, async pty => {
    await onScreen(pty, /There is none/);
    pty.write(`D\u0015c5 true${ENTER}`);
    await onScreen(pty, /DEBUG c5[\s\S]*reserve the name/, 30_000);
    const before = pty.output().length;
    pty.write('q');
    await until(() => /It ended with \d+\. Enter goes back/.test(text(pty.output().slice(before))), 20_000);
    pty.write('\n');
    await onScreen(pty, /tinydocker run --step c5 true ended with/);
    pty.write(`L${ENTER}`);
    await onScreen(pty, /\$ tinydocker lesson\n[\s\S]*pid-1 /);
    pty.write(ESCAPE);
    await onScreen(pty, /There is none/);
  });
});

onTerminal(test, 'filter, help, copy, an image and a change', async place => {
  await keep(place, 'web', `echo x >/own; echo y >>${IMAGE_MARK_FILE}`);
  await keep(place, 'other', ':');
  await withUi(place, async pty => {
    await onScreen(pty, /other [\s\S]*web /);
    pty.write('/web');
    const filtered = await onScreen(pty, /Containers \(1, filter web\)/);
    assert.not.match(filtered, /▶ other/);
    pty.write(ENTER);
    await onScreen(pty, /▶ web [\s\S]*A \/own/);
    pty.write(`${ENTER}${DOWN}`);
    await onScreen(pty, /▶ A \/own/);
    pty.write(ENTER);
    await onScreen(pty, /\$ tinydocker diff --content web \/own[\s\S]*\+x/);
    pty.write('y');
    await until(() =>
      pty
        .output()
        .includes(
          `\u001b]52;c;${Buffer.from('tinydocker diff --content web /own').toString('base64')}\u0007`,
        ),
    );
    pty.write(ESCAPE);
    await onScreen(pty, /\[1 Changes\]/);
    pty.write('?');
    await onScreen(pty, /tinydocker fork NAME NEW/);
    pty.write('x');
    await onScreen(pty, /\[1 Changes\]/);
    pty.write(ESCAPE);
    pty.write(ESCAPE);
    await onScreen(pty, /Containers \(2\)/);
    pty.write(TAB);
    await onScreen(pty, /▶ base/);
    pty.write(ENTER);
    await onScreen(pty, /\$ tinydocker history base/);
    pty.write(ESCAPE);
    await onScreen(pty, /▶ base/);
  });
});

onTerminal(
  test,
  'what was begun is carried out to its end when one quits',
  async place => {
    await background(place, [
      '-q',
      'c1',
      'sh',
      '-c',
      `${GUARD}trap 'sleep 1; exit 9' TERM; while :; do sleep 0.1; done`,
    ]);
    await withUi(place, async pty => {
      await onScreen(pty, /c1 .*● up/);
      pty.write('s');
      await onScreen(pty, /● tinydocker stop c1/);
    });
    assert.is(exitStatus(place, 'c1'), 9);
  },
  ['root'],
);

onTerminal(
  test,
  'a store that can not be read is told of, and so is a damaged record',
  async place => {
    await keep(place, 'c1', ':');
    writeFileSync(join(directoryOf(place, 'c1'), 'container.json'), '{"layers": ["\\u001b[2J"]}');
    writeFileSync(join(place.store, 'images', 'bad:latest.json'), '{');
    await withUi(place, async pty => {
      await onScreen(pty, /c1 /);
      for (const key of '1234567') {
        pty.write(key);
        await onScreen(pty, new RegExp(`\\[${key} `));
      }
      await onScreen(pty, /\[7 Events\]/);
    });
  },
  ['root'],
);

test('200 containers: moving through them takes no time, and nothing is written while nothing happens', async () => {
  if (PYTHON === undefined) return;
  await withPlace(
    { name: 'root', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: 'me', prefix: [] },
    async place => {
      const image = makeImage(place);
      for (let number = 0; number < 200; number++)
        keptByHand(place, `c${number}`, image.layers[0]?.link ?? '');
      await withUi(place, async pty => {
        await onScreen(pty, /Containers \(200\)/);
        pty.write(DOWN.repeat(150));
        await onScreen(pty, /15\d\/200/);
        pty.write('\u001b[F');
        await onScreen(pty, /200\/200/);
        // Everything that is near has been counted when it is quiet for a while.
        for (let [length, quiet] = [0, 0]; quiet < 40; quiet++) {
          await sleep(100);
          if (pty.output().length !== length) [length, quiet] = [pty.output().length, 0];
        }
      });
    },
  );
});

test('without a terminal it names ps, and exits with 2', async () => {
  await withPlace(
    { name: 'root', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: 'me', prefix: [] },
    async place => {
      const { status, stderr } = await tinydocker(place, ['ui']);
      assert.is(status, 2);
      assert.match(stderr, /ui needs a terminal, and stdin is not a terminal\.\n.*tinydocker ps -a/);
      assert.is((await tinydocker(place, ['ui', 'x'])).status, 2);
    },
  );
});

/** A kept container as a printed script leaves one: a record, and an empty writable layer. */
function keptByHand({ store }: Place, name: string, link: string): void {
  const directory = join(store, 'containers', name);
  for (const part of ['', 'upper', 'work', 'merged']) mkdirSync(join(directory, part));
  const record = { version: 1, image: 'base:latest', layers: [link], keep: true, process: { args: ['sh'] } };
  writeFileSync(join(directory, 'container.json'), JSON.stringify(record));
}

test.run();
