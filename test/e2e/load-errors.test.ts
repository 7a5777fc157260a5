/** Archives of images that are damaged, or made to attack: one sentence, and a store as it was. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { archive, emptyStore, refused } from '../support/imports.ts';
import { type Layout, type LayoutOptions, makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import type { Member } from '../support/tar.ts';

const LAYER: readonly Member[] = [{ name: '.tinydocker-image', text: 'test' }];

function layout(place: Place, options: Partial<LayoutOptions> = {}): Layout {
  return makeLayout(join(place.dir, 'layout'), { layers: [LAYER], ...options });
}

const blob = ({ path }: Layout, digest = ''): string => join(path, 'blobs/sha256', digest);

interface Case {
  readonly options?: Partial<LayoutOptions>;
  /** Damages the layout. */
  readonly damage?: (made: Layout) => void;
  readonly says: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'a layer that was changed': {
    damage: made => appendFileSync(blob(made, made.layers[0]), Buffer.alloc(1024)),
    says: /is damaged: layer 1 does not have the digest that the image's configuration names\.$/m,
  },
  'a layer that is missing': {
    damage: made => rmSync(blob(made, made.layers[0])),
    says: /layout" lacks "blobs\/sha256\/[0-9a-f]{64}", which its manifest names\.$/m,
  },
  'a layer that is a link out of the archive': {
    damage: made => {
      renameSync(blob(made, made.layers[0]), join(made.path, '../moved'));
      symlinkSync('../../../moved', blob(made, made.layers[0]));
    },
    says: /lacks "blobs\/sha256\/[0-9a-f]{64}", which its manifest names\.$/m,
  },
  'a configuration that was changed': {
    damage: made => appendFileSync(blob(made, made.config), ' '),
    says: /A blob in ".*layout" is damaged: its sha256 is not [0-9a-f]{64}\.$/m,
  },
  'a manifest that was changed': {
    damage: made => appendFileSync(blob(made, made.manifest), ' '),
    says: /is damaged: its sha256 is not/,
  },
  'a manifest that is missing': {
    damage: made => rmSync(blob(made, made.manifest)),
    says: /is damaged: the blob "sha256:[0-9a-f]{64}" is missing\.$/m,
  },
  'an index that is no JSON': {
    damage: made => writeFileSync(join(made.path, 'index.json'), '{'),
    says: /is damaged: a part of it is no JSON object\.$/m,
  },
  'an index without manifests': { options: { index: () => ({}) }, says: /an index does not have the shape/ },
  'an index of nothing': {
    options: { index: () => ({ manifests: [] }) },
    says: /holds no image for this machine/,
  },
  'a digest that climbs': {
    options: { index: () => ({ manifests: [{ digest: 'sha256:../../../etc/passwd' }] }) },
    says: /it names a blob "sha256:\.\.\/\.\.\/\.\.\/etc\/passwd", which is no sha256/,
  },
  'an index that is too large': {
    damage: made => writeFileSync(join(made.path, 'index.json'), ' '.repeat(2 << 20)),
    says: /"index\.json" in ".*" is larger than 1048576 bytes\.$/m,
  },
  'a configuration without layers': {
    options: { config: config => ({ ...config, rootfs: {} }) },
    says: /The image's configuration can not be used: it names no layers\.$/m,
  },
  'a configuration with a layer more': {
    options: {
      config: config => ({ ...config, rootfs: { diff_ids: Array(2).fill(`sha256:${'0'.repeat(64)}`) } }),
    },
    says: /is damaged: an image's manifest names 1 layers, its configuration 2\.$/m,
  },
  'a configuration whose Cmd is a number': {
    options: { config: config => ({ ...config, config: { Cmd: 7 } }) },
    says: /can not be used: its "config" does not have the shape/,
  },
  'a layer with a member outside': {
    options: { layers: [[{ name: '../evil', text: 'x' }]] },
    says: /has a member whose name contains "\.\.", "\.\.\/evil"/,
  },
  'a name that can not be one': { options: { name: '../evil:1' }, says: /can not be an image's name/ },
};

for (const [name, { options, damage, says }] of Object.entries(CASES))
  eachMode(
    test,
    `${name} is refused`,
    async place => {
      await emptyStore(place);
      const made = layout(place, options);
      damage?.(made);
      await refused(place, ['load', made.path], says);
      // As a tar, too.
      const tar = join(place.dir, 'layout.tar');
      assert.is(spawnSync('tar', ['-C', made.path, '-cf', tar, '.']).status, 0);
      await refused(place, ['load', tar], new RegExp(says.source.replace('layout"', 'layout.tar"'), 'm'));
    },
    ['root', 'single'],
  );

eachMode(
  test,
  'a docker-archive that is damaged is refused',
  async place => {
    await emptyStore(place);
    const says = async (members: readonly Member[], message: RegExp) =>
      refused(place, ['load', archive(place, members, 'docker.tar')], message);
    const manifest = (value: unknown): Member => ({ name: 'manifest.json', text: JSON.stringify(value) });
    const config = JSON.stringify({
      ...{ os: 'linux', architecture: 'amd64', config: {} },
      rootfs: { diff_ids: [`sha256:${'0'.repeat(64)}`] },
    });
    const digest = createHash('sha256').update(config).digest('hex');
    const good: Member = { name: `${digest}.json`, text: config };
    const entry = { Config: `${digest}.json`, RepoTags: ['x:1'], Layers: ['layer.tar'] };

    await says(
      [{ name: 'x', text: '' }],
      /is no archive of an image: it has neither manifest\.json nor index\.json/,
    );
    await says([manifest({})], /its manifest\.json does not have the shape/);
    await says([manifest([{ ...entry, Layers: [1] }])], /its manifest\.json does not have the shape/);
    await says([manifest([entry])], /lacks "[0-9a-f]{64}\.json", the configuration that its manifest names/);
    await says([manifest([entry]), good], /lacks "layer\.tar", which its manifest names/);
    await says([manifest([entry]), { ...good, text: `${config} ` }], /is damaged: its sha256 is not/);
    const layer: Member = { name: 'layer.tar', text: 'x'.repeat(2048) };
    await says(
      [manifest([entry]), good, layer],
      /docker\.tar" (is not a tar archive|can not be read|is damaged)/,
    );
    await says([manifest([{ ...entry, RepoTags: null }]), good, layer], /holds an image without a name/);
    // Links that lead in a circle, and out.
    const circle: Member = { name: 'layer.tar', type: 'symlink', target: './layer.tar' };
    await says([manifest([entry]), good, circle], /lacks "layer\.tar"/);
    const out: Member = { name: 'layer.tar', type: 'symlink', target: '/etc/passwd' };
    await says([manifest([entry]), good, out], /lacks "layer\.tar"/);
  },
  ['root'],
);

eachMode(
  test,
  'archives that are cut off, plain and compressed',
  async place => {
    await emptyStore(place);
    const { path } = layout(place);
    const tar = spawnSync('tar', ['-C', path, '-cf', '-', 'oci-layout', 'index.json', 'blobs']).stdout;
    const whole = join(place.dir, 'cut.tar');
    for (const [content, says] of [
      [tar.subarray(0, 4000), /cut\.tar" is truncated: the archive ends in the middle of a member\.$/m],
      [gzipSync(tar).subarray(0, 600), /cut\.tar" is truncated: its compressed data ends too early\.$/m],
    ] as const) {
      writeFileSync(whole, content);
      await refused(place, ['load', whole], says);
      await refused(place, ['image', 'import', 'x', whole], says);
    }
  },
  ['root', 'single'],
);

test.run();
