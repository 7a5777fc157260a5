/** A payload that tells everything a container can know about its surroundings, and the text of it that two runs must have in common. */

import { readlinkSync } from 'node:fs';
import { IMAGE_MARK_FILE } from './image.ts';

/** Put in front of every payload: on the host it ends at once. */
export const GUARD = `[ -e ${IMAGE_MARK_FILE} ] || exit 99; `;

/** For `sh -c`: prints sections that begin with "== NAME". Only builtins and busybox. */
export const PROBE = `${GUARD}
echo "== mounts"; cut -d' ' -f4- /proc/1/mountinfo
echo "== namespaces"; for n in mnt uts ipc net pid cgroup user; do echo "$(readlink /proc/1/ns/$n)"; done
echo "== hostname"; hostname
echo "== environment"; tr '\\0' '\\n' </proc/1/environ
echo "== status"; grep -E '^(Umask|Uid|Gid|Groups|NoNewPrivs|Cap|SigIgn|SigBlk|SigCgt|NSpid|NSsid)' /proc/1/status
echo "== descriptors"; for f in /proc/1/fd/*; do echo "\${f##*/} $(readlink $f)"; done
echo "== directory"; pwd; readlink /proc/1/cwd; readlink /proc/1/root
echo "== session"; cut -d' ' -f4-8 /proc/1/stat
echo "== limits"; ulimit -a; cat /proc/1/oom_score_adj; cut -d' ' -f18,19,40,41 /proc/1/stat
echo "== network"; cat /proc/net/dev | cut -d: -f1; ip -o addr show lo
echo "== cgroup"; cat /proc/1/cgroup
echo "== dev"; cd /dev; ls -lAR | grep -v ^total | sed 's/ [A-Z][a-z][a-z] .*[0-9] / /'
echo "== root"; ls -A /
echo "== processes"; set -- /proc/[0-9]*; echo "$#"
`;

/** The sections of PROBE's output, by name. */
export function sections(output: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    output
      .split(/^== /m)
      .slice(1)
      .map(text => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1).trimEnd()]),
  );
}

/** The output without what differs from run to run: the store's place, names of output files, numbers of devices, pipes and namespaces. */
export function normalised(output: string): Readonly<Record<string, string>> {
  const { namespaces = '', ...rest } = sections(output);
  const kinds = namespaces.split('\n').map(link => {
    const name = link.slice(0, link.indexOf(':'));
    return `${name} ${readlinkSync(`/proc/self/ns/${name}`) === link ? "the host's" : 'new'}`;
  });
  const text = Object.entries(rest).map(([name, value]) => [
    name,
    value
      .replaceAll(/\S*\/(out|err)\.\d+/g, '$1')
      .replaceAll(/\b(pipe|socket):\[\d+\]/g, '$1')
      .replaceAll(/\/pts\/\d+/g, '/pts/N'),
  ]);
  return { ...Object.fromEntries(text), namespaces: kinds.join('\n') };
}
