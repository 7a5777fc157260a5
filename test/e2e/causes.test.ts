/** Steps that fail because they were edited: each refusal made for real, by the kernel or the program, and its true cause said. */

import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { mountOf } from '../../src/host/mount-table.ts';
import { type Arg, arg, C, INIT, M } from '../../src/plan/arg.ts';
import { saysCause } from '../support/causes.ts';
import { before, type Edit, edited, failsEdited, replaced } from '../support/edited.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';

const test: Test = suite('causes');

interface Case {
  readonly id: string;
  /** The step that fails. */
  readonly at: string;
  readonly edits: (place: Place, link: string) => readonly Edit[];
  /** What the program says: that it fails for this reason, and for no other. */
  readonly stderr: RegExp;
  /** What was looked at last, and found guilty. */
  readonly culprit?: string;
  readonly modes?: readonly Mode['name'][];
}

const pivot = (...directories: readonly Arg[]) => [replaced('pivot-root', 'pivot_root', ...directories)];
const NEW_ROOT = arg`${M}`;
const OLD = arg`${M}/dev/.old`;

/** The overlay gets other options: each function changes the whole text, of which parts may be variables. */
const options = (change: (text: string) => string) => [
  edited('mount-overlay', argv =>
    argv.map(word => (typeof word === 'string' && word.includes('lowerdir=') ? change(word) : word)),
  ),
];
const lower = (names: string) => options(text => text.replace(/lowerdir=[^,]*/, `lowerdir=${names}`));

/** What was killed is there for another moment. */
const KILL_AND_WAIT = 'kill -KILL "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.05; done';

const CASES: readonly Case[] = [
  {
    id: 'pivot-new-root-missing',
    at: 'pivot-root',
    edits: () => pivot(arg`${M}/none`, OLD),
    stderr: /No such file or directory/,
    culprit: '$M/none is a directory: NO <--',
  },
  {
    id: 'pivot-put-old-missing',
    at: 'pivot-root',
    edits: () => pivot(NEW_ROOT, arg`${M}/dev/none`),
    stderr: /No such file or directory/,
    culprit: '$M/dev/none is a directory: NO <--',
  },
  {
    id: 'pivot-no-mount-point',
    at: 'pivot-root',
    edits: () => pivot(arg`${C}/upper`, arg`${C}/upper/dev`),
    stderr: /Device or resource busy|Invalid argument/,
    culprit: '$C/upper is a mount point: NO <--',
  },
  {
    id: 'pivot-present-root',
    at: 'pivot-root',
    edits: () => pivot('/', '/'),
    // EINVAL in a user namespace, where the root is locked in its place besides.
    stderr: /Device or resource busy|Invalid argument/,
    culprit: '/ is the present root: YES <--',
  },
  {
    id: 'pivot-shared-parent',
    at: 'pivot-root',
    edits: ({ store }) => [
      before('pivot-root', 'mount', '--no-mtab', '--make-shared', mountOf(store)?.mountPoint ?? '/'),
    ],
    stderr: /Invalid argument/,
    culprit: 'the parent mount of $M is shared: YES <--',
  },
  {
    id: 'pivot-shared-put-old',
    at: 'pivot-root',
    edits: () => [before('pivot-root', 'mount', '--no-mtab', '--make-shared', arg`${M}/dev`)],
    stderr: /Invalid argument/,
    culprit: 'the mount of $M/dev/.old is shared: YES <--',
  },
  {
    id: 'pivot-put-old-elsewhere',
    at: 'pivot-root',
    edits: () => pivot(NEW_ROOT, arg`${C}`),
    stderr: /Device or resource busy|Invalid argument/,
    culprit: '$C is below $M: NO <--',
  },
  {
    id: 'pivot-one-directory',
    at: 'pivot-root',
    edits: () => pivot(NEW_ROOT),
    stderr: /bad usage|Usage|not enough/i,
  },
  {
    id: 'overlay-option-unknown',
    at: 'mount-overlay',
    edits: () => options(text => text.replace('lowerdir=', 'lowerdri=')),
    stderr: /wrong fs type|Invalid argument/,
    culprit: 'mount(8) or overlay has each option: NO <--',
  },
  {
    id: 'overlay-options-conflict',
    at: 'mount-overlay',
    edits: () => options(text => `redirect_dir=on,${text}`),
    stderr: /wrong fs type|Invalid argument/,
    culprit: 'redirect_dir=on beside userxattr: YES <--',
    modes: ['range', 'single'],
  },
  {
    id: 'overlay-no-lower',
    at: 'mount-overlay',
    edits: () => options(text => text.replace(/lowerdir=[^,]*,/, '')),
    stderr: /wrong fs type|Invalid argument/,
  },
  {
    id: 'overlay-lower-missing',
    at: 'mount-overlay',
    edits: () => lower('nowhere'),
    stderr: /./,
    culprit: 'each lowerdir is a directory: NO <--',
  },
  {
    id: 'overlay-lower-twice',
    at: 'mount-overlay',
    edits: (_, link) => lower(`l/${link}:l/${link}`),
    stderr: /Too many levels of symbolic links|ELOOP/i,
    culprit: 'no lowerdir is named twice: NO <--',
  },
  {
    id: 'overlay-too-many-layers',
    at: 'mount-overlay',
    edits: (_, link) => lower(Array.from({ length: 501 }, () => `l/${link}`).join(':')),
    stderr: /./,
  },
  {
    id: 'overlay-options-too-long',
    at: 'mount-overlay',
    edits: (_, link) =>
      lower(Array.from({ length: 60 }, (__, n) => `${'./'.repeat(30 + n)}l/${link}`).join(':')),
    stderr: /./,
  },
  {
    id: 'overlay-upper-missing',
    at: 'mount-overlay',
    edits: () => options(text => text.replace('/upper', '/none')),
    stderr: /./,
    culprit: 'upperdir is a directory: NO <--',
  },
  {
    id: 'overlay-no-work',
    at: 'mount-overlay',
    edits: () => options(text => text.replace(/,workdir=.*/, '')),
    stderr: /wrong fs type|Invalid argument/,
    culprit: 'a workdir is named: NO <--',
  },
  {
    id: 'overlay-work-elsewhere',
    at: 'mount-overlay',
    edits: () => [before('mount-overlay', 'mount', '--no-mtab', '-t', 'tmpfs', 'tmpfs', arg`${C}/work`)],
    stderr: /wrong fs type|Invalid argument/,
    culprit: 'workdir is on the mount of upperdir: NO <--',
  },
  {
    id: 'overlay-work-in-upper',
    at: 'mount-overlay',
    edits: () => options(text => text.replace('/work', '/upper/dev')),
    stderr: /wrong fs type|Invalid argument/,
    culprit: 'workdir is beside upperdir: NO <--',
  },
  {
    id: 'overlay-upper-in-use',
    at: 'mount-overlay',
    edits: (_, link) => [
      ...options(text => `index=on,${text}`),
      before('mount-overlay', ...otherOverlay(link)),
    ],
    stderr: /already mounted|busy/,
    culprit: 'no other overlay has this upperdir: NO <--',
  },
  {
    id: 'init-gone',
    at: 'mount-overlay',
    edits: () => [before('mount-overlay', 'sh', '-c', KILL_AND_WAIT, 'kill', arg`${INIT}`)],
    stderr: /No such file|No such process/,
  },
  {
    id: 'program-unknown',
    at: 'set-hostname',
    edits: () => [replaced('set-hostname', 'hostnme', 'x1')],
    stderr: /failed to execute hostnme/,
  },
  {
    id: 'program-no-execute',
    at: 'set-hostname',
    edits: () => [replaced('set-hostname', '/etc/passwd')],
    stderr: /Permission denied/,
  },
  {
    id: 'program-directory',
    at: 'set-hostname',
    edits: () => [replaced('set-hostname', '/etc')],
    stderr: /Permission denied/,
  },
  {
    id: 'option-unknown',
    at: 'protect-host',
    edits: () => [edited('protect-host', ([mount = '', ...more]) => [mount, '--no-such-option', ...more])],
    stderr: /unrecognized option/,
    culprit: 'mount knows --no-such-option: NO <--',
  },
  {
    id: 'unshare-option-unknown',
    at: 'start-init',
    edits: () => [
      edited('start-init', argv =>
        argv.flatMap(word => (word === 'unshare' ? [word, '--no-such-option'] : [word])),
      ),
    ],
    stderr: /unrecognized option/,
    culprit: 'unshare knows --no-such-option: NO <--',
  },
  {
    id: 'mount-point-missing',
    at: 'mount-overlay',
    edits: () => [edited('mount-overlay', argv => [...argv.slice(0, -1), arg`${M}/none`])],
    stderr: /mount point does not exist/,
    culprit: '$M/none exists: NO <--',
  },
  {
    id: 'bind-source-missing',
    at: 'protect-host',
    edits: () => [replaced('protect-host', 'mount', '--no-mtab', '--bind', arg`${C}/none`, NEW_ROOT)],
    stderr: /special device .* does not exist/,
    culprit: '$C/none exists: NO <--',
  },
  {
    id: 'not-mounted',
    at: 'protect-host',
    edits: () => [replaced('protect-host', 'umount', '--no-mtab', arg`${C}/upper`)],
    stderr: /not mounted/,
    culprit: '$C/upper is a mount point: NO <--',
  },
  {
    id: 'mount-busy',
    at: 'protect-host',
    edits: () => [replaced('protect-host', 'umount', '--no-mtab', NEW_ROOT)],
    stderr: /busy/,
    culprit: 'something is mounted below $M: YES <--',
  },
  {
    id: 'hostname-too-long',
    at: 'set-hostname',
    edits: () => [replaced('set-hostname', 'hostname', 'x'.repeat(65))],
    stderr: /too long|Invalid argument/,
    culprit: 'the hostname has at most 64 bytes: NO <--',
  },
];

for (const { id, at, edits, stderr, culprit, modes } of CASES)
  eachMode(
    test,
    id,
    async place => {
      const { layers } = makeImage(place);
      const { told, failure } = await failsEdited(place, at, ...edits(place, layers[0]?.link ?? ''));
      assert.match(told, saysCause(id));
      assert.match(failure.stderr, stderr);
      const guilty = failure.diagnosis?.checked?.filter(check => check.culprit);
      const [found] = guilty ?? [];
      if (culprit !== undefined)
        assert.is(`${found?.what}: ${found?.holds ? 'YES' : 'NO'} <--`, culprit, JSON.stringify(guilty));
    },
    modes,
  );

/** An overlay with the upper directory of the container, in the place of its own. */
function otherOverlay(link: string): readonly Arg[] {
  const text = `index=on,lowerdir=l/${link},upperdir=containers/x1/upper,workdir=containers/x1/work`;
  return ['mount', '--no-mtab', '-t', 'overlay', 'overlay', '-o', text, NEW_ROOT];
}

test.run();
