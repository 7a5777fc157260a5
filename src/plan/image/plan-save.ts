/** From images of the store to an archive that docker, podman and skopeo read: the ordered steps of a save. Pure. */

import { type Arg, arg, T } from '../arg.ts';
import { shown } from '../names.ts';
import { nameOutputStep, PART, partVariable } from '../output.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { blobFile, manifestOf, sizeOf } from './image-layout.ts';
import { DIES_WITH_US, limitedWhy } from './layer-source.ts';
import { isReference } from './reference.ts';
import type { SaveInput } from './save-input.ts';
import { imageSteps, indexSteps, type Layout } from './saved-image.ts';
import { savedLayerSteps, VERIFY_SH, VERIFY_TEXT } from './saved-layer.ts';
import { IN_WORKSPACE, PREPARE, workspaceSteps, workspaceVariables } from './workspace.ts';

const PHASES: readonly Phase[] = [
  PREPARE,
  { id: 'layers', title: 'Put the archive of each layer into an image layout, and compare its digest.' },
  { id: 'describe', title: 'Write what says how these become images.' },
  { id: 'write', title: 'Write the whole to its place.' },
];

const HOST = { type: 'host' } as const;
/** Removes what is beside the output. When the plan has succeeded, it is not there any more. */
const REMOVE_PART = {
  type: 'command',
  argv: ['rm', '-rf', '--one-file-system', '--', arg`${PART}`],
  when: 'failure',
} as const satisfies Step['undo'];

/** An archive is made of a layout in the workspace; a directory is the layout itself. */
const IN_STORE: Layout = { path: arg`${T}/layout`, undo: IN_WORKSPACE };
const AT_OUTPUT: Layout = {
  path: [PART],
  undo: { type: 'with', step: 'make-layout', reason: 'it lies in the directory that this step makes' },
};

/** The plan that saves images. Until its last step, what was at the place of the output is as it was. */
export function planSave(input: SaveInput): Plan {
  const { images, facts, id, output, format } = input;
  const names = images.flatMap(image => image.names).join(', ');
  const layout = format === 'oci-dir' ? AT_OUTPUT : IN_STORE;
  return {
    kind: 'save',
    subject: names,
    summary: `save ${names} to ${output ?? 'stdout'}`,
    variables: [...workspaceVariables(facts, id), ...variables(input)],
    phases: PHASES,
    steps: [
      ...workspaceSteps(facts),
      claimStep(input),
      layoutStep(layout),
      ...input.layers.flatMap((layer, index) =>
        savedLayerSteps(input, layer, index + 1, arg`${layout.path}/${blobFile(layer.digest)}`, layout.undo),
      ),
      ...images.flatMap((image, index) => imageSteps(input, image, index + 1, layout)),
      ...indexSteps(input, layout),
      ...writeSteps(input, layout),
    ],
    workspace: [T],
    notes: images.flatMap(image => image.names.filter(name => !isReference(name))).map(nameNote),
  };
}

function variables({ images, layers, output, id }: SaveInput): readonly PlanVariable[] {
  const manifests = images.flatMap((_, index) => {
    const { digest, size } = manifestOf(index + 1);
    return [
      { name: digest.var, meaning: `sha256 of the manifest of image ${index + 1}` },
      { name: size.var, meaning: 'its size in bytes' },
    ];
  });
  return [
    ...(output === undefined ? [] : [partVariable(output, id)]),
    ...layers.map((_, index) => ({
      name: sizeOf(index + 1).var,
      meaning: `size of layer ${index + 1} in bytes`,
    })),
    ...manifests,
    { name: VERIFY_SH.var, value: VERIFY_TEXT, meaning: 'compares the sha256 of its stdin' },
  ];
}

/** Removals look for digests in such records, see remove-image.ts. */
function claimStep({ layers }: SaveInput): Step {
  return {
    id: 'use-layers',
    phase: PREPARE.id,
    title: 'say which layers are used',
    where: HOST,
    action: {
      type: 'write',
      path: arg`${T}/image.json`,
      text: `${JSON.stringify({ layers: layers.map(({ digest }) => digest) })}\n`,
      mode: '0600',
    },
    undo: IN_WORKSPACE,
    why: 'As long as this record lies in the workspace, nobody removes the layers that it names: whoever removes images looks here too.',
    pitfalls: [],
  };
}

function layoutStep({ path, undo }: Layout): Step {
  const beside = undo !== IN_WORKSPACE;
  return {
    id: 'make-layout',
    phase: PREPARE.id,
    title: 'make the directories of the layout',
    where: HOST,
    action: { type: 'run', argv: ['mkdir', '--', path, arg`${path}/blobs`, arg`${path}/blobs/sha256`] },
    undo: beside ? REMOVE_PART : undo,
    why: `An OCI image layout has all its parts in blobs/sha256, each under its own digest, so that what images share is there once.${beside ? ' It is made beside its place and gets its name at the end. mkdir(2) fails when somebody else has the directory: its name is a random one.' : ''}`,
    pitfalls: beside ? ['Permission denied: you may not write in that directory.'] : [],
  };
}

function writeSteps({ format, output }: SaveInput, layout: Layout): readonly Step[] {
  if (output === undefined) return [packStep(format, layout, { callersStdout: true })];
  const made =
    format === 'oci-dir'
      ? [syncStep('--file-system')]
      : [packStep(format, layout, { stdout: [PART] }), syncStep()];
  return [...made, nameOutputStep(output, 'write')];
}

function syncStep(...options: readonly string[]): Step {
  return {
    id: 'sync',
    phase: 'write',
    title: 'write it to the disk',
    where: HOST,
    action: { type: 'run', argv: ['sync', ...options, '--', arg`${PART}`] },
    undo: { type: 'nothing', reason: 'it changes no file' },
    why: 'fsync(2), or syncfs(2) for a directory, waits until the disk has all of it. A rename that survives a power loss, of data that did not, would leave an empty file where a whole one was before.',
    pitfalls: ['Input/output error: the disk did not take what was written to it.'],
  };
}

function packStep(
  format: SaveInput['format'],
  { path }: Layout,
  to: { readonly stdout: Arg } | { readonly callersStdout: true },
): Step {
  return {
    id: 'write-archive',
    phase: 'write',
    title: 'write the archive',
    where: HOST,
    action: {
      type: 'run',
      argv: [
        ...DIES_WITH_US,
        ...['tar', '--create', '--file', '-', '--directory', path, '--sort=name', '--format=gnu'],
        ...['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--mode=u=rwX,go=rX', '--'],
        ...['blobs', 'index.json', ...(format === 'docker-archive' ? ['manifest.json'] : []), 'oci-layout'],
      ],
      ...to,
    },
    undo: 'stdout' in to ? REMOVE_PART : { type: 'nothing', reason: 'what was written to stdout is gone' },
    why: `One archive of the layout. Sorted, without owners, modes and times of ours, so that the same images give the same bytes whoever saves them, and whenever.${limitedWhy({})}`,
    pitfalls: ['No space left on device: the archive has all layers uncompressed.'],
  };
}

function nameNote(name: string): string {
  return `docker and podman take no image by the name ${shown(name)}: tinydocker tag gives it one of small letters, digits and single "." "_" "-" between them`;
}
