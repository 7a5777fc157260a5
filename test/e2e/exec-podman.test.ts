/** podman's exec and ours, in containers of the same image: what the command gets and what comes back. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { quote } from '../../src/plan/quote.ts';
import { whileRuns } from '../support/background.ts';
import { makeImage } from '../support/image.ts';
import { MODES, type Mode, withPlace } from '../support/modes.ts';
import { podmanProgram, whyNoContainers } from '../support/podman.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('exec-podman');
const CREDENTIALS = ['grep', '-E', '^(Cap(Inh|Prm|Eff|Amb|Bnd)|Uid|Gid|Groups)', '/proc/self/status'];
const CAPABILITIES =
  'chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap';

/** Options, and the command. Not -w on a file: podman 4.3 has 255 for that. */
const CASES: readonly (readonly [options: readonly string[], command: readonly string[]])[] = [
  [[], ['sh', '-c', `${GUARD}exit 3`]],
  [[], ['sh', '-c', `${GUARD}kill -9 $$`]],
  [[], ['sh', '-c', `${GUARD}echo $PATH; umask; pwd; hostname >/dev/null`]],
  [[], ['nosuch']],
  [[], ['/etc']],
  [[], ['/etc/passwd']],
  [['-w', '/none'], ['true']],
  [['-w', '/etc'], ['pwd']],
  [
    ['-u', 'ann'],
    ['sh', '-c', `${GUARD}id; echo $HOME`],
  ],
  [['-u', '1000:44'], ['id']],
  [['-u', '77'], ['id']],
  [
    ['-e', 'A=b', '-e', 'LD_LIBRARY_PATH=/x'],
    ['sh', '-c', `${GUARD}echo $A $LD_LIBRARY_PATH`],
  ],
  [[], CREDENTIALS],
  [['-u', 'ann'], CREDENTIALS],
];

const unable = await whyNoContainers();
skipUnless(test, 'as podman', unable === undefined, unable ?? '', () =>
  withPlace(MODES[0] as Mode, async place => {
    const { layers } = makeImage(place);
    const ours: string[] = [];
    await whileRuns(place, 'box', '', async () => {
      for (const [options, command] of CASES) {
        const { status, stdout } = await tinydocker(place, ['exec', ...options, 'box', ...command]);
        ours.push(`${stdout}${status}`);
      }
    });
    const rootfs = join(place.store, 'layers', layers[0]?.digest ?? '', 'files');
    assert.is(spawnSync('tar', ['-C', rootfs, '-cf', join(place.dir, 'root.tar'), '.']).status, 0);
    const limits = '--ulimit nofile=1024:1024 --ulimit nproc=1024:1024';
    const calls = CASES.map(
      ([options, command]) =>
        `podman exec ${[...options, 'other', ...command].map(quote).join(' ')} 2>/dev/null; echo "$?="`,
    );
    const { stdout, stderr } = podmanProgram(
      place.dir,
      `podman import -q "$0/root.tar" matrix >/dev/null
      for RUNTIME in "" "--runtime runc"; do
        podman run -d --name other --network none --cap-drop all --cap-add ${CAPABILITIES} ${limits} matrix sleep 600 >/dev/null && break
        podman rm --force other >/dev/null
      done
      ${calls.join('\n')}
      podman rm --force --time 0 other >/dev/null`,
    );
    assert.equal(ours, stdout.split('=\n').slice(0, -1), stderr);
  }),
);

test.run();
