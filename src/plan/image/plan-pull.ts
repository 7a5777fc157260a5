/** An image from a registry: skopeo fetches it into the workspace, and the rest is an import. Pure. */

import { arg, T } from '../arg.ts';
import type { Phase, Plan, Step } from '../step.ts';
import type { ImportInput } from './import-input.ts';
import { type LayerSource, limited } from './layer-source.ts';
import { importNotes, importParts } from './plan-import.ts';
import { IN_WORKSPACE } from './workspace.ts';

/** A layer as a registry has it. */
export interface Blob {
  /** Of what is transferred, 64 hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly diffId: string;
}

export interface PullInput extends ImportInput {
  /** What skopeo's docker:// transport takes, with the digest of the manifest that was looked at. */
  readonly reference: string;
  /** The layers of the image, lowest first. */
  readonly blobs: readonly Blob[];
  /** Whether the registry has to prove who it is. */
  readonly tlsVerify: boolean;
}

const FETCH: Phase = {
  id: 'fetch',
  title: 'Fetch what the store lacks of the image from its registry into the workspace.',
};
/** An OCI image layout. */
const LAYOUT = 'pulled';
const PULLED = arg`${T}/${LAYOUT}`;
const BLOBS = arg`${PULLED}/blobs/sha256`;

/** The layer in the blob with this digest, once it has been fetched. */
export function pulledLayer(digest: string): Extract<LayerSource, { readonly type: 'tar' }> {
  return { type: 'tar', path: arg`${BLOBS}/${digest}` };
}

/** The plan that gets an image from a registry. */
export function planPull(input: PullInput): Plan {
  const names = input.images.map(({ name }) => name).join(', ');
  const lacking = lackingBlobs(input);
  return {
    kind: 'import',
    subject: names,
    summary: `pull ${names} from ${input.reference}`,
    ...importParts(
      input,
      lacking.length > 0 ? { phase: FETCH, steps: fetchSteps(input, lacking) } : undefined,
    ),
    notes: importNotes(input.facts),
  };
}

/** The blobs that the sources are read from: one for each layer that the store lacks. */
function lackingBlobs({ sources, blobs }: PullInput): readonly Blob[] {
  return sources.flatMap(source => {
    const blob = source.type === 'tar' ? blobs.find(({ diffId }) => diffId === source.diffId) : undefined;
    return blob === undefined ? [] : [blob];
  });
}

function fetchSteps(input: PullInput, lacking: readonly Blob[]): readonly Step[] {
  const needed = new Set(lacking.map(({ digest }) => digest));
  const others = new Set(input.blobs.map(({ digest }) => digest).filter(digest => !needed.has(digest)));
  return [...leaveOutSteps([...others]), fetchStep(input, lacking)];
}

function leaveOutSteps(digests: readonly string[]): readonly Step[] {
  if (digests.length === 0) return [];
  const common = { phase: FETCH.id, where: { type: 'host' }, undo: IN_WORKSPACE, pitfalls: [] } as const;
  return [
    {
      ...common,
      id: 'make-layout',
      title: 'make a place for the blobs',
      action: { type: 'run', argv: ['mkdir', '-p', '--', BLOBS] },
      why: 'The directory in which an OCI image layout keeps its blobs, each a file named by its digest.',
    },
    {
      ...common,
      id: 'leave-out-layers',
      title: 'leave out the layers that the store has',
      action: { type: 'run', argv: ['touch', '--', ...digests.map(digest => arg`${BLOBS}/${digest}`)] },
      why: 'skopeo does not fetch a blob whose file is there already; it looks with stat(2). These layers are in the store, as directories: their files stay empty, and nothing reads them.',
    },
  ];
}

function fetchStep(input: PullInput, lacking: readonly Blob[]): Step {
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
        ...['env', '-C', arg`${T}`],
        ...['skopeo', 'copy', '--quiet', '--remove-signatures', '--dest-oci-accept-uncompressed-layers'],
        ...(tlsVerify ? [] : ['--src-tls-verify=false']),
        ...[`docker://${reference}`, `oci:${LAYOUT}`],
      ],
      environment: 'caller',
      fills: { directory: PULLED, bytes: lacking.reduce((sum, { size }) => sum + size, 0) },
    },
    undo: IN_WORKSPACE,
    why: "skopeo(1) speaks the registry's protocol, with your logins (containers-auth.json(5)), proxies and policy (containers-policy.json(5)), and writes one file for each blob. The reference names the manifest by its digest, so that it is the image that was looked at when this plan was made. A name relative to the workspace, which env enters, may have any characters in front of it.",
    pitfalls: [
      'unauthorized: skopeo login REGISTRY, or podman login, keeps a name and a password.',
      'http: server gave HTTP response to HTTPS client: a registry without TLS needs --tls-verify=false.',
    ],
  };
}
