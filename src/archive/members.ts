/** The files of an image's archive, a directory or a tar, by name. Small ones are read; of layers it is said where a plan finds them. */

import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { runCommand } from '../exec/process.ts';
import { decompressCause, listCause } from '../host/archive-causes.ts';
import { compressionOf, inspectSource } from '../host/import-source.ts';
import { sha256 } from '../host/sha256.ts';
import { type Compression, type LayerSource, memberArgv } from '../plan/image/layer-source.ts';
import { PLAIN_ARCHIVE } from '../plan/image/plan-import.ts';
import { shown } from '../plan/names.ts';

/** The most of a manifest or a configuration that is read, in bytes: many times what the largest have. */
const LARGEST = 1 << 20;

export interface Members {
  /** The archive, as the user named it. */
  readonly archive: string;
  /** Absolute, without links. */
  readonly path: string;
  /** The compression of the archive as a whole. */
  readonly compression?: Compression;
  /** A small file's text, undefined when there is none of that name. Throws a UserError when it is too large. */
  text(name: string): Promise<string | undefined>;
  /** The layer in a file. Throws a UserError when there is none, or it is compressed in a way that we do not read. */
  layer(name: string, diffId: string): Promise<LayerSource>;
}

/** The files of the archive at `path`, which the user named `archive`. Throws a UserError when it can't be read. */
export function openMembers(archive: string, storeRoot: string): Members {
  const source = inspectSource(archive, storeRoot);
  const path = source.path;
  if (source.type === 'directory') return new DirectoryMembers(archive, path);
  return new TarMembers(archive, path, source.compression);
}

/** The text, if it has the digest. Throws a UserError otherwise. */
export function verified(
  text: string,
  digest: string,
  what: string,
  hint = 'Get the archive again, or make it again.',
): string {
  if (sha256(text) === digest) return text;
  throw new UserError(`${what} is damaged: its sha256 is not ${digest}.`, { hint });
}

class DirectoryMembers implements Members {
  readonly archive: string;
  readonly path: string;

  constructor(archive: string, path: string) {
    this.archive = archive;
    this.path = path;
  }

  text(name: string): Promise<string | undefined> {
    let fd: number;
    try {
      fd = openSync(this.#inside(name), constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      return Promise.resolve(undefined);
    }
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile()) return Promise.resolve(undefined);
      if (stats.size > LARGEST) throw tooLarge(this.archive, name);
      return Promise.resolve(readFileSync(fd, 'utf8'));
    } finally {
      closeSync(fd);
    }
  }

  layer(name: string, diffId: string): Promise<LayerSource> {
    const path = this.#inside(name);
    const compression = compressionOf(`${this.archive}/${name}`, path);
    return Promise.resolve({
      type: 'tar',
      path,
      diffId,
      ...(compression === undefined ? {} : { compression }),
    });
  }

  /** The file's path without links. Throws a UserError when there is none, or when it is not in the directory: a link of a hostile archive could lead anywhere. */
  #inside(name: string): string {
    let path: string | undefined;
    try {
      path = realpathSync(join(this.path, name));
    } catch {
      // Said below.
    }
    if (path?.startsWith(`${this.path}/`)) return path;
    throw lacks(this.archive, name);
  }
}

class TarMembers implements Members {
  readonly archive: string;
  readonly compression?: Compression;
  readonly path: string;
  /** By normalised name: the name as the archive spells it, or ">" and where a link leads. */
  #names: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(archive: string, path: string, compression: Compression | undefined) {
    this.archive = archive;
    this.path = path;
    if (compression !== undefined) this.compression = compression;
  }

  async text(name: string): Promise<string | undefined> {
    const member = await this.#find(name);
    if (member === undefined) return undefined;
    // One byte more than is kept tells that there are more.
    const { stdout, exitStatus } = await runCommand([
      ...['sh', '-c', '"$@" | head -c "$0"', String(LARGEST)],
      ...memberWords(this.path, member),
    ]);
    if (Buffer.byteLength(stdout) >= LARGEST) throw tooLarge(this.archive, name);
    return exitStatus === 0 ? stdout : undefined;
  }

  async layer(name: string, diffId: string): Promise<LayerSource> {
    const member = await this.#find(name);
    if (member === undefined) throw lacks(this.archive, name);
    // In a compressed archive, looking into each member would decompress all before it; such an archive holds plain layers.
    const compression = this.compression === undefined ? await this.#compressionOf(member) : undefined;
    return {
      type: 'member',
      path: this.compression === undefined ? this.path : PLAIN_ARCHIVE,
      member,
      diffId,
      ...(compression === undefined ? {} : { compression }),
    };
  }

  async #compressionOf(member: string): Promise<Compression | undefined> {
    const { stdout } = await runCommand([
      ...['sh', '-c', '"$@" 2>/dev/null | head -c 6 | od -A n -t x1', 'head'],
      ...memberWords(this.path, member),
    ]);
    return compressionOf(`${this.archive}: ${member}`, Buffer.from(stdout.replaceAll(/\s/g, ''), 'hex'));
  }

  /** The member of that name, links followed: old dockers store a layer that occurs twice once. */
  async #find(name: string): Promise<string | undefined> {
    this.#names ??= this.#list();
    const names = await this.#names;
    let member = normalised(name);
    for (let links = 0; links < 8; links++) {
      const found = names.get(member);
      if (found === undefined) return undefined;
      if (!found.startsWith('>')) return found;
      member = normalised(join(member, '..', found.slice(1)));
    }
    return undefined;
  }

  async #list(): Promise<ReadonlyMap<string, string>> {
    const { stdout, stderr, exitStatus } = await runCommand([
      ...['tar', '--list', '--verbose', '--numeric-owner', '--quoting-style=c', '--file', this.path],
    ]);
    if (exitStatus !== 0) {
      const archive = shown(this.archive);
      const compressed = this.compression === undefined ? undefined : decompressCause(archive, stderr);
      const { cause, hint } = compressed ?? listCause(archive, stderr);
      throw new UserError(cause, { hint });
    }
    const names = new Map<string, string>();
    // Names that need an escape are none of an image's archive.
    for (const [, type, name = '', target] of stdout.matchAll(
      /^(.)[^"\n]*"([^"\\\n]*)"(?: -> "([^"\\\n]*)")?$/gm,
    )) {
      if (type === '-') names.set(normalised(name), name);
      if (type === 'l' && target !== undefined) names.set(normalised(name), `>${target}`);
    }
    return names;
  }
}

function memberWords(path: string, member: string): readonly string[] {
  return memberArgv(path, member).map(String);
}

/** "./a//b" and "a/b" are one name. */
function normalised(name: string): string {
  return join('/', name).slice(1);
}

function lacks(archive: string, name: string): UserError {
  return new UserError(`${shown(archive)} lacks ${shown(name)}, which its manifest names.`, {
    hint: 'The archive is not complete: get it again, or make it again.',
  });
}

function tooLarge(archive: string, name: string): UserError {
  return new UserError(`${shown(name)} in ${shown(archive)} is larger than ${LARGEST} bytes.`, {
    hint: 'No image has so large a manifest or configuration: the archive is damaged, or hostile.',
  });
}
