/** A specification as the config.json of an OCI bundle: `run --dry-run --format oci`. */

import type { IdRange, Spec } from './spec.ts';

/** The ids of a user namespace; see user_namespaces(7). */
export interface IdMappings {
  readonly uidMappings: readonly IdRange[];
  readonly gidMappings: readonly IdRange[];
}

/** Filled into config.json; runc(8) takes it with a root file system in `rootfs` beside it. Without mappings it is for root. */
export function renderOci(spec: Spec, mappings: IdMappings | undefined): string {
  return `${JSON.stringify(mappings === undefined ? spec : rootless(spec, mappings), null, 2)}\n`;
}

function rootless(spec: Spec, { uidMappings, gidMappings }: IdMappings): Spec {
  const { process, linux } = spec;
  const single = gidMappings.every(({ size }) => size === 1);
  return {
    ...spec,
    // With one id mapped, setgroups(2) is denied, and a runtime refuses groups that it could not set.
    process: single ? { ...process, user: { ...process.user, additionalGids: [] } } : process,
    linux: { ...linux, namespaces: [{ type: 'user' }, ...linux.namespaces], uidMappings, gidMappings },
  };
}
