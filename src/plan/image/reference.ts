/** References to images in registries, as docker spells them: [HOST[:PORT]/]PATH[:TAG][@DIGEST]. */

import { parseImageName, shown } from '../names.ts';
import { failed, ok, type Result } from '../result.ts';

export interface Reference {
  /** What skopeo's docker:// transport takes; a digest wins over a tag. */
  readonly source: string;
  /** The digest that the manifest has to have, 64 hexadecimal digits, when one was named. */
  readonly digest: string | undefined;
  /** Without tag and digest: what a digest can be added to. */
  readonly repository: string;
  /** The name that the image gets here: docker's own registry is left out, and without a tag a digest makes one. */
  readonly name: string;
}

/** Reads a reference; "docker://" in front, which is skopeo's spelling, may be there. */
export function parseReference(text: string): Result<Reference> {
  const plain = text.replace(/^docker:\/\//, '');
  const [, named = plain, digest] = /^([^@]*)@sha256:([0-9a-f]{64})$/.exec(plain) ?? [];
  const tagged = /:[^/]*$/.test(named);
  const short = named.replace(/^docker\.io\/(library\/)?/, '');
  const parsed = parseImageName(
    digest === undefined || tagged ? short : `${short}:sha256-${digest.slice(0, 12)}`,
  );
  if (!parsed.ok)
    return failed(
      ...parsed.failures.map(failure => ({
        ...failure,
        message: `${shown(text)} can not be an image's reference: ${failure.message.replace(/^.*?: /, '')}`,
        hint: 'Write debian:12, registry.example.com/team/app:1 or NAME@sha256:DIGEST.',
      })),
    );
  const repository = named.replace(/:[^/]*$/, '');
  const tag = tagged ? named.slice(repository.length + 1) : 'latest';
  return ok({
    source: digest === undefined ? `${repository}:${tag}` : `${repository}@sha256:${digest}`,
    digest,
    repository,
    name: parsed.value,
  });
}

/** Whether docker and podman take the name, tag included, of an image here: their grammar is narrower than ours (github.com/distribution/reference). */
export function isReference(name: string): boolean {
  const host = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?';
  const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
  return new RegExp(`^(?:${host}/)?${part}(?:/${part})*:\\w[\\w.-]*$`).test(name);
}

/** The name with the registry that docker means when none is given, as containerd has it: "debian:12" is "docker.io/library/debian:12". */
export function withRegistry(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  // What makes the first part a host.
  return /[.:A-Z]/.test(first) || first === 'localhost' ? name : `docker.io/${name}`;
}
