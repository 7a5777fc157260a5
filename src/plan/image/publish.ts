/** The end of an import: layers move from the workspace to their place, and the image gets its name. All or nothing. */

import { type Arg, arg, join, STORE, T, type Variable } from '../arg.ts';
import { recordFile } from '../names.ts';
import type { Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import type { ImportInput } from './import-input.ts';
import { digestOf } from './layer.ts';
import { IN_WORKSPACE } from './workspace.ts';

export const PUBLISH_SH: Variable = { var: 'PUBLISH_SH' };
export const UNPUBLISH_SH: Variable = { var: 'UNPUBLISH_SH' };
export const NAME_SH: Variable = { var: 'NAME_SH' };
export const UNNAME_SH: Variable = { var: 'UNNAME_SH' };

/** Arguments: the unpacked layer, its place. Whoever finds the place taken leaves its own copy where it is: that is how the undo knows. */
export const PUBLISH_TEXT = `
chown 0:0 -- "$1"; chmod 0755 -- "$1"
[ -d "$2" ] || mv -T -- "$1" "$2"
`.trim();

/**
 * Arguments: the unpacked layer, its place, the store, our workspace, the digest. A record in images, or one that another import is about to
 * publish (tmp/ID/image.json), that names the digest keeps the layer.
 */
export const UNPUBLISH_TEXT = `
[ ! -e "$1" ] && [ -d "$2" ] || exit 0
for record in "$3"/images/*.json "$3"/tmp/*/image.json; do
  [ -e "$record" ] && [ "$record" != "$4/image.json" ] || continue
  if grep -q -F -e "$5" -- "$record"; then exit 0; fi
done
mv -T -- "$2" "$1"
`.trim();

/** Arguments: our workspace, the record's place. Both names of one file are kept, so that the undo can tell our record from another's. */
export const NAME_TEXT = `
[ ! -e "$2" ] || ln -f -- "$2" "$1/old.json"
ln -f -- "$1/image.json" "$1/new.json"
mv -T -- "$1/new.json" "$2"
`.trim();

/** Arguments as above. */
export const UNNAME_TEXT = `
[ "$2" -ef "$1/image.json" ] || exit 0
if [ -e "$1/old.json" ]; then mv -T -- "$1/old.json" "$2"; else rm -f -- "$2"; fi
`.trim();

const HOST = { type: 'host' } as const;

/** Publishing is under a lock, because an undo that takes a layer away must not come between another import's look and its use. */
function locked(...command: readonly Arg[]): readonly Arg[] {
  return ['flock', arg`${STORE}/layers`, ...command];
}

/** The record first, in the workspace, where it tells others which layers we count on; then the layers; last of all the name. */
export function publishSteps(input: ImportInput): readonly Step[] {
  return [
    recordStep(input),
    ...input.links.flatMap((link, index) => layerSteps(input, index + 1, link)),
    nameStep(input),
  ];
}

function recordStep({ name, created, links, config }: ImportInput): Step {
  const layers = links.map((link, index) => arg`{"digest":"${digestOf(index + 1)}","link":"${link}"}`);
  const head = JSON.stringify({ version: 1, name, created }).slice(0, -1);
  return {
    id: 'write-record',
    phase: 'publish',
    title: 'write the image record',
    where: HOST,
    action: {
      type: 'write',
      path: arg`${T}/image.json`,
      text: arg`${head},"layers":[${join(layers, ',')}],"config":${JSON.stringify(config)}}\n`,
      mode: '0600',
    },
    undo: IN_WORKSPACE,
    why: 'An image is this small record: its layers, lowest first, and the command it runs by default. As long as it lies in the workspace it only tells others that these layers are about to be used.',
    pitfalls: [],
  };
}

function layerSteps({ facts }: ImportInput, number: number, link: string): readonly Step[] {
  const phase = 'publish';
  const digest = digestOf(number);
  const unpacked = arg`${T}/${String(number)}`;
  const place = arg`${STORE}/layers/${digest}`;
  const linkPath = arg`${STORE}/l/${link}`;
  return [
    {
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
    },
    {
      id: `link-layer-${number}`,
      phase,
      title: `link layer ${number}`,
      where: HOST,
      action: { type: 'run', argv: ['ln', '-s', '--', arg`../layers/${digest}`, linkPath] },
      undo: { type: 'command', argv: ['rm', '-f', '--', linkPath], when: 'failure' },
      reserves: true,
      why: "A short name for a long one, made by symlink(2): overlay's option string lists all layers of an image and has to fit in one page of memory (4096 bytes).",
      pitfalls: [],
    },
  ];
}

function nameStep({ name }: ImportInput): Step {
  const record = arg`${STORE}/images/${recordFile(name)}`;
  return {
    id: 'name-image',
    phase: 'publish',
    title: 'give the image its name',
    where: HOST,
    action: { type: 'run', argv: locked('sh', '-ec', arg`${NAME_SH}`, 'name', arg`${T}`, record) },
    undo: {
      type: 'command',
      argv: locked('sh', '-ec', arg`${UNNAME_SH}`, 'unname', arg`${T}`, record),
      when: 'failure',
    },
    why: 'rename(2) again: at any moment the name means the old image or the new one, never something in between. If the name was taken, the new image has it from now on, as with docker tag; the layers of the old one stay until they are removed.',
    pitfalls: [],
  };
}
