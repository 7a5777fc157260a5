/** The caller's id mappings in numbers, as a runtime wants them; unshare(1) finds them out by itself. */

import type { Facts } from '../plan/facts.ts';
import type { IdMappings } from '../plan/oci.ts';
import type { IdRange } from '../plan/spec.ts';
import { idRanges } from './facts.ts';
import { userName } from './user-name.ts';

/** The mappings of the container's user namespace, or undefined for root, who needs none. */
export function idMappings({ mapping, uid, gid }: Facts): IdMappings | undefined {
  if (mapping === 'host') return undefined;
  const ranges = (file: string, own: number): readonly IdRange[] => [
    { containerID: 0, hostID: own, size: 1 },
    ...(mapping === 'range' ? idRanges(file, userName(uid) ?? String(uid), uid).slice(0, 1) : []).map(
      ([first, count]) => ({
        containerID: 1,
        hostID: first,
        size: count,
      }),
    ),
  ];
  return { uidMappings: ranges('/etc/subuid', uid), gidMappings: ranges('/etc/subgid', gid) };
}
