/** Phase "identity": hostname and loopback. */

import { enterPrefix } from '../enter.ts';
import type { Step } from '../step.ts';
import { inside } from '../user-namespace.ts';
import { DIES_WITH_INIT, type RunInput } from './run-input.ts';

/** The hostname of the UTS namespace and the loopback interface of the network namespace. */
export function identitySteps({ spec, facts }: RunInput): readonly Step[] {
  const phase = 'identity';
  const hostname: Step = {
    id: 'set-hostname',
    phase,
    title: 'set the hostname',
    where: inside(facts, ['uts']),
    action: { type: 'run', argv: ['hostname', spec.hostname] },
    undo: DIES_WITH_INIT('the UTS namespace goes with its last process'),
    // A new UTS namespace has the name of the host, which whoever stands outside is told.
    back: {
      type: 'command',
      where: { type: 'host' },
      argv: [
        ...['sh', '-ec', 'name=$(hostname); exec "$@" "$name"', 'back'],
        ...[...enterPrefix(inside(facts, ['uts'])), 'hostname'],
      ],
    },
    why: "sethostname(2) in the container's UTS namespace. The host keeps its own name; uname(2) tells each process the name of the namespace it is in.",
    pitfalls: ['Without a UTS namespace of its own this would rename the host.'],
  };
  const loopback: Step = {
    id: 'raise-loopback',
    phase,
    title: 'raise loopback',
    where: inside(facts, ['net']),
    action: { type: 'run', argv: ['ip', 'link', 'set', 'lo', 'up'] },
    undo: DIES_WITH_INIT('the network namespace goes with its last process'),
    back: {
      type: 'command',
      argv: ['sh', '-ec', 'ip link set lo down; ip address flush dev lo'],
    },
    why: 'A new network namespace has only a loopback interface, and that is down. One netlink(7) message raises it, so that programs can talk to 127.0.0.1. There is no way to any other network.',
    pitfalls: ['ip comes from the package iproute2; without it the interface stays down.'],
  };
  return facts.ip ? [hostname, loopback] : [hostname];
}
