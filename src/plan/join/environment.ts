/** The variables of a command that joins a container, and which of them a program of the host may not see. */

/**
 * What a loader, a C library, or nsenter(1) itself obeys: which code is loaded, where messages come from, what is written where. The last program of the
 * host that the command passes through would listen to these; all others are only passed on. See ld.so(8) and environ(7).
 */
const OBEYED =
  /^(LD_|DYLD_|GLIBC_|GCONV_|GETCONF_|MALLOC_|MUSL_|LOCPATH$|LANGUAGE$|NLSPATH$|TEXTDOMAIN|OUTPUT_CHARSET$|CHARSET$|TZDIR$|TMPDIR$|RES_OPTIONS$|HOSTALIASES$|LOCALDOMAIN$|RESOLV_|NIS_PATH$|POSIXLY_CORRECT$|LIB[A-Z]+_|UL_|ULPATH_|ASAN_|LSAN_|UBSAN_|GCOV_)/;

/** Whether a program of the host would act on the variable. */
export function isObeyed(name: string): boolean {
  return OBEYED.test(name);
}

export interface Surroundings {
  /** `NAME=value`, as the container has them. */
  readonly inherited: readonly string[];
  /** Given by the user for this command: these win. */
  readonly given: readonly (readonly [name: string, value: string])[];
  /** The caller's $TERM, when the command has a terminal of its own. */
  readonly term?: string;
  /** The home directory of the container's own user, and of the command's. */
  readonly homes: { readonly container: string; readonly command: string };
}

/**
 * One NAME=value for each name. HOME follows the user, unless the container has another one than its own user would have: then somebody chose that.
 */
export function commandEnvironment({ inherited, given, term, homes }: Surroundings): readonly string[] {
  const variables = new Map(inherited.map(entry => split(entry)));
  if (variables.get('HOME') === homes.container) variables.set('HOME', homes.command);
  if (term !== undefined) variables.set('TERM', term);
  for (const [name, value] of given) variables.set(name, value);
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

/** The name of a `NAME=value`. */
export function nameOf(entry: string): string {
  return split(entry)[0];
}

function split(entry: string): readonly [string, string] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}
