/** replay --format html: the page of a real run, clicked through in a real browser. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exported } from '../../src/ui/export-recording.ts';
import { CHROMIUM, NO_CHROMIUM, type Page, withPage } from '../support/chromium.ts';
import { withTempDir } from '../support/dirs.ts';
import { makeImage } from '../support/image.ts';
import { MODES, withPlace } from '../support/modes.ts';
import { recordingOf } from '../support/recordings.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { EVENTS, PLAN } from '../ui/events.ts';

const test = suite('html-page');

const inBrowser = (name: string, body: () => Promise<void>) =>
  skipUnless(test, name, CHROMIUM !== undefined, NO_CHROMIUM, body);

const text = (page: Page, selector: string) =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);
const count = (page: Page, selector: string) =>
  page.evaluate<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

async function withRecording(args: readonly string[], use: (page: Page) => Promise<void>): Promise<void> {
  const [mode] = MODES;
  if (mode === undefined) return;
  await withPlace(mode, async place => {
    makeImage(place);
    await tinydocker(place, ['run', '--record', 'r.ndjson', ...args]);
    const { status, stderr } = await tinydocker(place, ['replay', '-o', 'r.html', 'r.ndjson']);
    assert.is(status, 0, stderr);
    await withPage(join(place.home, 'r.html'), use);
  });
}

const [root] = MODES;
const works = CHROMIUM !== undefined && root?.unavailable === undefined;

skipUnless(
  test,
  'a reader steps through a run with the mouse and sees the mounts change',
  works,
  root?.unavailable ?? NO_CHROMIUM,
  () =>
    withRecording(['c1', 'true'], async page => {
      const steps = await count(page, '#steps li');
      assert.ok(steps >= 18, `${steps} steps`);
      assert.is(await text(page, '#title'), 'Before the first step');
      assert.is(await page.evaluate('document.getElementById("back").disabled'), true);
      await page.click('#next');
      assert.match(await text(page, '#title'), `Step 1 of ${steps}, reserve the name: done`);
      assert.match(await text(page, '#command'), 'mkdir -m 0700 -- "$C"');
      assert.match(await text(page, '#undo'), 'rm -rf');
      assert.match(await text(page, '#why'), 'mkdir(2)');
      assert.is(await page.evaluate('document.getElementById("mounts-section").hidden'), true);

      const overlay = await page.evaluate<number>(
        `[...document.querySelectorAll('#steps button')].findIndex(row => row.textContent.includes('join the layers')) + 1`,
      );
      await page.click(`#steps li:nth-child(${overlay}) button`);
      assert.match(await text(page, '#title'), 'join the layers: done');
      assert.match(await text(page, '#changes'), /\+\s*\$M {2}overlay {2}rw/);
      assert.match(await text(page, '#mounts'), /\+\s*\$M {2}overlay {2}rw/);
      const own = await count(page, '#mounts li');
      await page.click('#copied');
      assert.ok(
        (await count(page, '#mounts li')) > own,
        'those of the host are shown when they are asked for',
      );
      await page.click('#back');
      assert.not.match(await text(page, '#mounts'), 'overlay  rw');

      await page.click('#steps li:nth-child(1) button');
      assert.match(await text(page, '#title'), 'Step 1 of');
      assert.is(await count(page, '#steps [aria-current=step]'), 1);

      await page.press('End');
      assert.match(await text(page, '#title'), /^c1: cleaned up in .*; exit status 0$/);
      assert.is(await page.evaluate('document.getElementById("next").disabled'), true);
      assert.equal([page.problems, page.requests.filter(url => !url.startsWith('file:'))], [[], []]);
    }),
);

skipUnless(
  test,
  'keys alone: a failure, its output, its undos; what changed is said aloud',
  works,
  root?.unavailable ?? NO_CHROMIUM,
  () =>
    withRecording(['--fail-at', 'pivot-root', 'c1'], async page => {
      await page.press('End');
      assert.match(
        await text(page, '#title'),
        /^c1 failed at step \d+\/\d+ \(pivot-root, exit status 1\) and was undone/,
      );
      const titles: string[] = [];
      for (let scene = 0; scene < 3; scene += 1) {
        await page.press('ArrowLeft');
        titles.push(await text(page, '#title'));
      }
      assert.match(titles[0] ?? '', /^Undo of step 1, reserve the name: undone$/);
      assert.match(titles[1] ?? '', /^Undo of step \d+, new namespaces: undone$/);
      assert.match(titles[2] ?? '', /^Step \d+ of \d+, swap the root: failed$/);
      assert.match(await text(page, '#output'), 'exit status 1');
      assert.match(await text(page, '#live'), titles[2] ?? '-');
      assert.is(await page.evaluate('document.getElementById("live").getAttribute("aria-live")'), 'polite');
      await page.press('Home');
      await page.press('Tab');
      await page.press('Tab');
      assert.is(
        await page.evaluate('document.activeElement.tagName'),
        'INPUT',
        'next is the slider: back is disabled',
      );
      await page.press('ArrowRight');
      assert.match(await text(page, '#title'), 'Step 1 of');
      assert.equal(page.problems, []);
    }),
);

const EVIL =
  '</script><script>globalThis.pwned=1</script><img src=x onerror=globalThis.pwned=1>\u001b[2J\u202e\u2028"\'&`';

inBrowser('nothing in a name runs, loads, or ends the page early', () =>
  withTempDir(async dir => {
    const [first, ...rest] = PLAN.steps;
    const plan = {
      ...PLAN,
      subject: EVIL,
      summary: EVIL,
      steps: [
        {
          ...first,
          title: EVIL,
          why: EVIL,
          action: { type: 'run', argv: ['echo', EVIL, 'http://127.0.0.1:9/'] },
        },
        ...rest,
      ],
    } as typeof PLAN;
    const [, ...more] = EVENTS.failure;
    const recording = recordingOf([{ type: 'plan-started', plan }, ...more], 0.01, {
      commandLine: ['run', EVIL],
      machine: { kernel: EVIL, user: 'root' },
    });
    const file = join(dir, 'evil.html');
    writeFileSync(file, await exported(recording, 'html', { speed: 1, pace: 0 }));
    assert.is(readFileSync(file, 'utf8').match(/<\/script>/g)?.length, 2);
    await withPage(file, async page => {
      for (let scene = 0; scene < 6; scene += 1) await page.press('ArrowRight');
      await page.click('#steps li:nth-child(1) button');
      assert.is(await page.evaluate('typeof globalThis.pwned'), 'undefined');
      assert.match(await text(page, '#why'), '</script><script>globalThis.pwned=1');
      assert.match(await text(page, '#why'), '\\x1b[2J\\u202e');
      assert.is(await count(page, 'img'), 0);
      assert.equal([page.problems, page.requests.filter(url => !url.startsWith('file:'))], [[], []]);
    });
  }),
);

inBrowser('it follows the colour scheme, and fits a narrow screen', () =>
  withTempDir(async dir => {
    const file = join(dir, 'page.html');
    writeFileSync(file, await exported(recordingOf(EVENTS.success), 'html', { speed: 1, pace: 0 }));
    await withPage(file, async page => {
      const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const seen = [];
      for (const value of ['light', 'dark']) {
        await page.send('Emulation.setEmulatedMedia', {
          features: [{ name: 'prefers-color-scheme', value }],
        });
        seen.push(await background());
      }
      assert.equal(seen, ['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
      await page.send('Emulation.setDeviceMetricsOverride', {
        width: 360,
        height: 700,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await page.press('ArrowRight');
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= 360'), 'no scrolling sideways');
      assert.is(
        await page.evaluate('document.getElementById("changes-section").hidden'),
        true,
        'nobody looked',
      );
    });
  }),
);

test.run();
