/** An image from a registry: skopeo fetches it into the workspace, and the rest is an import. Pure. */

import { arg, T } from '../arg.ts';
import type { Phase, Plan, Step } from '../step.ts';
import type { ImportInput } from './import-input.ts';
import { type LayerSource, limited } from './layer-source.ts';
import { importNotes, importParts } from './plan-import.ts';
import { IN_WORKSPACE } from './workspace.ts';

export interface PullInput extends ImportInput {
  /** What skopeo's docker:// transport takes, with the digest of the manifest that was looked at. */
  readonly reference: string;
  /** Whether the registry has to prove who it is. */
  readonly tlsVerify: boolean;
}

const FETCH: Phase = { id: 'fetch', title: 'Fetch the image from its registry into the workspace.' };
const PULLED = arg`${T}/pulled`;

/** The layer in the blob with this digest, once it has been fetched. */
export function pulledLayer(digest: string): Extract<LayerSource, { readonly type: 'tar' }> {
  return { type: 'tar', path: arg`${PULLED}/${digest}` };
}

/** The plan that gets an image from a registry. */
export function planPull(input: PullInput): Plan {
  const names = input.images.map(({ name }) => name).join(', ');
  const fetched = input.sources.some(({ type }) => type !== 'stored');
  return {
    kind: 'import',
    subject: names,
    summary: `pull ${names} from ${input.reference}`,
    ...importParts(input, fetched ? { phase: FETCH, steps: [fetchStep(input)] } : undefined),
    notes: importNotes(input.facts),
  };
}

function fetchStep(input: PullInput): Step {
  const { reference, tlsVerify } = input;
  return {
    id: 'fetch',
    phase: FETCH.id,
    title: 'fetch the image',
    where: { type: 'host' },
    action: {
      type: 'run',
      argv: [
        ...limited(input),
        ...['skopeo', 'copy', '--quiet'],
        ...(tlsVerify ? [] : ['--src-tls-verify=false']),
        ...[`docker://${reference}`, arg`dir:${PULLED}`],
      ],
      environment: 'caller',
    },
    undo: IN_WORKSPACE,
    why: "skopeo(1) speaks the registry's protocol, with your logins (containers-auth.json(5)) and proxies, and writes one file for each blob. The reference names the manifest by its digest, so that it is the image that was looked at when this plan was made.",
    pitfalls: [
      'unauthorized: skopeo login REGISTRY, or podman login, keeps a name and a password.',
      'http: server gave HTTP response to HTTPS client: a registry without TLS needs --tls-verify=false.',
    ],
  };
}
