/** Why skopeo could not get something from a registry, told by what it said. */

import { shown } from '../plan/names.ts';
import type { Diagnosis } from './causes/scene.ts';

/** The cause, in a sentence; what skopeo said itself when it is none that we know. */
export function registryCause(reference: string, said: string): Diagnosis {
  const image = shown(reference);
  if (/manifest unknown|name unknown|not found/i.test(said))
    return { cause: `There is no image ${image} in its registry.` };
  if (/server gave HTTP response to HTTPS client/.test(said))
    return {
      cause: `The registry of ${image} does not speak TLS, so nobody knows who it is.`,
      hint: 'If you trust the way to it: --tls-verify=false.',
    };
  if (/certificate/i.test(said))
    return {
      cause: `The registry of ${image} does not prove who it is: ${lastReason(said)}.`,
      hint: 'If you trust the way to it: --tls-verify=false.',
    };
  if (/unauthorized|authentication required|denied/i.test(said))
    return {
      cause: `The registry of ${image} does not give it to you, or it does not exist.`,
      hint: 'skopeo login REGISTRY keeps a name and a password.',
    };
  const host = /lookup ([^ :]+)/.exec(said)?.[1];
  if (host !== undefined) return { cause: `The registry ${host} can not be found: ${lastReason(said)}.` };
  if (/connection refused|unreachable|timeout|reset by peer/.test(said))
    return { cause: `The registry of ${image} can not be reached: ${lastReason(said)}.` };
  if (/no space left on device/.test(said))
    return { cause: `The disk became full while ${image} was fetched, so nothing was changed.` };
  return { cause: `${image} can not be had: ${messageOf(said)}.` };
}

/** What skopeo says last, behind all that it says of the way there. */
function lastReason(said: string): string {
  const message = messageOf(said);
  return message.split(': ').at(-1) ?? message;
}

/** The message of skopeo's line of log, without its full stop. */
function messageOf(said: string): string {
  const message = /msg="(.*)"$/m.exec(said)?.[1]?.replaceAll('\\"', '"') ?? said.trim();
  return message.replace(/\.$/, '');
}
