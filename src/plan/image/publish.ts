/** The end of an import: layers move from the workspace to their place, and the image gets its name. All or nothing. */

import { type Arg, arg, join, partsOf, STORE, T, type Variable } from '../arg.ts';
import { recordFile } from '../names.ts';
import type { Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import { LAYER_FILES } from './image.ts';
import type { ImportedImage, ImportInput } from './import-input.ts';
import { digestOf, layerIn } from './layer.ts';
import type { LayerSource } from './layer-source.ts';
import { IN_WORKSPACE } from './workspace.ts';

export const PUBLISH_SH: Variable = { var: 'PUBLISH_SH' };
export const UNPUBLISH_SH: Variable = { var: 'UNPUBLISH_SH' };
export const NAME_SH: Variable = { var: 'NAME_SH' };
export const UNNAME_SH: Variable = { var: 'UNNAME_SH' };

/** Arguments: our directory of the layer, its place. Whoever finds the place taken leaves its own copy where it is: that is how the undo knows. */
export const PUBLISH_TEXT = `
chown 0:0 -- "$1/${LAYER_FILES}"; chmod 0755 -- "$1/${LAYER_FILES}"
[ -d "$2" ] || mv -T -- "$1" "$2"
`.trim();

/**
 * Arguments: our directory of the layer, its place, the store, our workspace, the digest. A record in images, or one that another import is about to
 * publish (tmp/ID/image*.json), that names the digest keeps the layer.
 */
export const UNPUBLISH_TEXT = `
[ ! -e "$1" ] && [ -d "$2" ] || exit 0
for record in "$3"/images/*.json "$3"/tmp/*/image*.json; do
  [ -e "$record" ] && [ "\${record%/*}" != "$4" ] || continue
  if grep -q -F -e "$5" -- "$record"; then exit 0; fi
done
mv -T -- "$2" "$1"
`.trim();

/** Arguments: our record, its place. Both names of one file are kept, so that the undo can tell our record from another's. */
export const NAME_TEXT = `
[ ! -e "$2" ] || ln -f -- "$2" "$1.old"
ln -f -- "$1" "$1.new"
mv -T -- "$1.new" "$2"
`.trim();

/** Arguments as above. */
export const UNNAME_TEXT = `
[ "$2" -ef "$1" ] || exit 0
if [ -e "$1.old" ]; then mv -T -- "$1.old" "$2"; else rm -f -- "$2"; fi
`.trim();

const HOST = { type: 'host' } as const;

/** Publishing is under a lock, because an undo that takes a layer away must not come between another import's look and its use. */
function locked(...command: readonly Arg[]): readonly Arg[] {
  return ['flock', arg`${STORE}/layers`, ...command];
}

/** The records first, in the workspace, where they tell others which layers we count on; then the layers; last of all the names. */
export function publishSteps(input: ImportInput): readonly Step[] {
  return [
    ...input.images.map((image, index) => recordStep(image, suffixOf(input, index), input.links)),
    syncStep(input),
    ...input.sources.flatMap((source, index) => layerSteps(input, source, index + 1)),
    ...input.images.map((image, index) => nameStep(image, suffixOf(input, index))),
  ];
}

/** What tells the steps and files of several images apart. */
function suffixOf({ images }: ImportInput, index: number): string {
  return images.length === 1 ? '' : `-${index + 1}`;
}

function recordStep(
  { name, created, layers: numbers, config, source }: ImportedImage,
  suffix: string,
  links: readonly string[],
): Step {
  const layers = numbers.map(
    number => arg`{"digest":"${digestOf(number)}","link":"${links[number - 1] ?? ''}"}`,
  );
  const head = JSON.stringify({ version: 1, name, created }).slice(0, -1);
  const tail = JSON.stringify({ config }).slice(1, -1);
  const last = source === undefined ? '' : arg`,"source":"${jsonText(source)}"`;
  return {
    id: `write-record${suffix}`,
    phase: 'publish',
    title: suffix === '' ? 'write the image record' : `write the record of ${name}`,
    where: HOST,
    action: {
      type: 'write',
      path: recordIn(suffix),
      text: arg`${head},"layers":[${join(layers, ',')}],${tail}${last}}\n`,
      mode: '0600',
    },
    undo: IN_WORKSPACE,
    why: 'An image is this small record: its layers, lowest first, and the command it runs by default. As long as it lies in the workspace it only tells others that these layers are about to be used.',
    pitfalls: [],
  };
}

/** What stands between the quotes of a JSON string. Variables in it are digests, which need no escapes. */
function jsonText(word: Arg): Arg {
  return partsOf(word).map(part => (typeof part === 'string' ? JSON.stringify(part).slice(1, -1) : part));
}

function recordIn(suffix: string): Arg {
  return arg`${T}/image${suffix}.json`;
}

/** Only what a power loss could leave half there has to be waited for. */
function syncStep(input: ImportInput): Step {
  const stored = input.sources.every(({ type }) => type === 'stored');
  const records = input.images.map((_, index) => recordIn(suffixOf(input, index)));
  return {
    id: 'sync',
    phase: 'publish',
    title: 'write everything to the disk',
    where: HOST,
    action: {
      type: 'run',
      argv: stored ? ['sync', '--', ...records] : ['sync', '--file-system', '--', arg`${T}`],
    },
    undo: { type: 'nothing', reason: 'it changes no file' },
    why: stored
      ? 'fsync(2) of the record waits until the disk has it. A rename that survives a power loss, of a file that did not, would leave an empty one.'
      : 'syncfs(2) waits until the disk has all files of the workspace. A rename that survives a power loss, of files that did not, would leave a layer that looks whole.',
    pitfalls: ['It waits for whatever else is to be written to this file system.'],
  };
}

function layerSteps({ facts, links }: ImportInput, source: LayerSource, number: number): readonly Step[] {
  const phase = 'publish';
  const digest = digestOf(number);
  const unpacked = layerIn(number);
  const place = arg`${STORE}/layers/${digest}`;
  const linkPath = arg`${STORE}/l/${links[number - 1] ?? ''}`;
  const own: Step = {
    id: `publish-layer-${number}`,
    phase,
    title: `move layer ${number} to its place`,
    where: HOST,
    action: {
      type: 'run',
      argv: asOwner(facts, locked('sh', '-ec', arg`${PUBLISH_SH}`, 'publish', unpacked, place)),
    },
    undo: {
      type: 'command',
      argv: asOwner(
        facts,
        locked(
          ...['sh', '-ec', arg`${UNPUBLISH_SH}`, 'unpublish', unpacked, place],
          ...[arg`${STORE}`, arg`${T}`, arg`${digest}`],
        ),
      ),
      when: 'failure',
    },
    why: 'rename(2) puts the whole layer in its place at once. If the store has this layer already, under whatever name, ours is not needed and goes with the workspace. flock(1) keeps two imports from deciding this at the same moment.',
    pitfalls: ['tmp and layers must be on one file system.'],
  };
  return [
    source.type === 'stored' ? presentStep(number, place) : own,
    {
      id: `link-layer-${number}`,
      phase,
      title: `link layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['ln', '-s', '--', arg`../layers/${digest}/${LAYER_FILES}`, linkPath] },
      undo: { type: 'command', argv: ['rm', '-f', '--', linkPath], when: 'failure' },
      reserves: true,
      why: "A short name for a long one, made by symlink(2): overlay's option string lists all layers of an image and has to fit in one page of memory (4096 bytes).",
      pitfalls: [],
    },
  ];
}

function presentStep(number: number, place: Arg): Step {
  return {
    id: `use-layer-${number}`,
    phase: 'publish',
    title: `use layer ${number} of the store`,
    where: HOST,
    action: { type: 'run', argv: locked('test', '-d', place) },
    undo: { type: 'nothing', reason: 'it only looks' },
    why: 'The store has this layer, so it was not read again. Our record names it by now, which keeps others from removing it; stat(2) under their lock tells whether somebody did so just before.',
    pitfalls: ['Somebody removed the last image with this layer a moment ago: try again.'],
  };
}

function nameStep({ name }: ImportedImage, suffix: string): Step {
  const record = recordIn(suffix);
  const place = arg`${STORE}/images/${recordFile(name)}`;
  return {
    id: `name-image${suffix}`,
    phase: 'publish',
    title: suffix === '' ? 'give the image its name' : `give ${name} its name`,
    where: HOST,
    action: { type: 'run', argv: locked('sh', '-ec', arg`${NAME_SH}`, 'name', record, place) },
    undo: {
      type: 'command',
      argv: locked('sh', '-ec', arg`${UNNAME_SH}`, 'unname', record, place),
      when: 'failure',
    },
    why: 'rename(2) again: at any moment the name means the old image or the new one, never something in between. If the name was taken, the new image has it from now on, as with docker tag; the layers of the old one stay until they are removed.',
    pitfalls: [],
  };
}
