/** One layer of a save: the very bytes of its archive as a blob of the layout, compared with its digest, and measured. */

import { type Arg, arg, STORE, type Variable } from '../arg.ts';
import type { Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import { LAYER_ARCHIVE, LAYER_FILES } from './image.ts';
import { sizeOf } from './image-layout.ts';
import { sha256 } from './layer.ts';
import { ATTRIBUTES, DIES_WITH_US, decompressor, limitedWhy, PACK } from './layer-source.ts';
import type { SavedLayer, SaveInput } from './save-input.ts';

export const VERIFY_SH: Variable = { var: 'VERIFY_SH' };

/** Arguments: the digest, the command that prints the sha256 of its stdin as its first word. */
export const VERIFY_TEXT = `
expected=$1; shift
found=$("$@")
[ "\${found%% *}" = "$expected" ] || { echo "its sha256 is \${found%% *}" >&2; exit 1; }
`.trim();

const HOST = { type: 'host' } as const;

/** The steps that make the blob of layer `number`; what they make is undone as `made` says. */
export function savedLayerSteps(
  input: Pick<SaveInput, 'format' | 'facts'>,
  layer: SavedLayer,
  number: number,
  blob: Arg,
  made: Step['undo'],
): readonly Step[] {
  const phase = 'layers';
  return [
    { ...bytesStep(input, layer, number, blob), phase, undo: made },
    {
      id: `verify-${number}`,
      phase,
      title: `compare the digest of layer ${number}`,
      where: HOST,
      action: {
        type: 'run',
        argv: ['sh', '-ec', arg`${VERIFY_SH}`, 'verify', layer.digest, ...sha256(input.facts)],
        stdin: blob,
        reads: blob,
      },
      undo: { type: 'nothing', reason: 'it only reads' },
      why: 'A layer is named by the sha256 of its plain archive. Whoever loads the image compares it too; a disk that lost a bit, or somebody who changed the store, is better noticed here.',
      pitfalls: ['its sha256 is another one: import, load or pull the image again.'],
    },
    {
      id: `measure-${number}`,
      phase,
      title: `measure layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['stat', '-c', '%s', '--', blob], capture: sizeOf(number).var },
      undo: { type: 'nothing', reason: 'it only looks' },
      why: "stat(2) tells the size, which the image's manifest gives for each of its blobs.",
      pitfalls: [],
    },
  ];
}

function bytesStep(
  input: Pick<SaveInput, 'format' | 'facts'>,
  layer: SavedLayer,
  number: number,
  blob: Arg,
): Omit<Step, 'phase' | 'undo'> {
  const { digest, archive } = layer;
  if (archive === undefined) return packedStep(input, digest, number, blob);
  const kept = arg`${STORE}/layers/${digest}/${LAYER_ARCHIVE}`;
  const pitfalls = ['No such file or directory: somebody removed the image a moment ago.'];
  if (archive.compression !== undefined)
    return {
      id: `decompress-${number}`,
      title: `decompress layer ${number}`,
      where: HOST,
      action: {
        type: 'run',
        argv: [...DIES_WITH_US, ...decompressor(input.facts, archive.compression)],
        stdin: kept,
        stdout: blob,
        reads: kept,
      },
      why: `The store keeps the archive from which it unpacked the layer, compressed: packed again, the same files could give other bytes. What is saved is plain, as podman does it, so that nothing depends on who compressed it.${limitedWhy({})}`,
      pitfalls,
    };
  const whole = input.format === 'oci-dir';
  return {
    id: `copy-${number}`,
    title: `take layer ${number}`,
    where: HOST,
    action: {
      type: 'run',
      argv: whole ? [...DIES_WITH_US, 'cp', '--reflink=auto', '--', kept, blob] : ['ln', '--', kept, blob],
      ...(whole ? { reads: kept } : {}),
    },
    why: whole
      ? `A copy of the archive from which the store unpacked the layer: it is yours from now on. On btrfs and xfs it shares its blocks (ioctl_ficlone(2)) and costs nothing.${limitedWhy({})}`
      : 'A second name, made by link(2), for the archive from which the store unpacked the layer: nothing is copied.',
    pitfalls,
  };
}

function packedStep(
  { facts }: Pick<SaveInput, 'facts'>,
  digest: string,
  number: number,
  blob: Arg,
): Omit<Step, 'phase' | 'undo'> {
  return {
    id: `pack-${number}`,
    title: `pack layer ${number} again`,
    where: HOST,
    action: {
      type: 'run',
      argv: asOwner(facts, [
        ...[...DIES_WITH_US, 'tar', '--create', '--file', blob],
        ...['--directory', arg`${STORE}/layers/${digest}/${LAYER_FILES}`, ...PACK, ...ATTRIBUTES, '.'],
      ]),
    },
    why: `The store has no archive of this layer, only its files. Packed in the way in which directories are imported (names sorted, no owners' names), they may give the same bytes as before; the next step tells.${limitedWhy({})}`,
    pitfalls: ['No such file or directory: somebody removed the image a moment ago.'],
  };
}
