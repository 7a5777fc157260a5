/** What the planner has to know about the machine. Probed once by src/host/facts.ts, and only ever read. */

/** How ids of the container map to ids of the host; see user_namespaces(7) and subuid(5). */
export type IdMapping =
  /** No user namespace: the caller is root. */
  | 'host'
  /** A range from /etc/subuid and /etc/subgid, set up by newuidmap(1): the container has all ids. */
  | 'range'
  /** Only the caller's own id, which is root inside: the container has one user. */
  | 'single';

export interface Facts {
  readonly mapping: IdMapping;
  /** Why the mapping is not `range`, in words, when the caller is not root. */
  readonly mappingReason?: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute path of the store. */
  readonly storeRoot: string;
  /** Whether the machine has bash, which can close descriptors above 9 (dash can't). */
  readonly bash: boolean;
  /** The absolute path of a small init of the machine that needs no library of the image's (catatonit, tini), if it has one. */
  readonly staticInit?: string | undefined;
  /** The real path of a busybox that needs no library, if the machine has one: from a root where nothing else can be started it still finds its way back. */
  readonly staticBusybox?: string | undefined;
  /** Whether the machine has ip (iproute2), which raises loopback. */
  readonly ip: boolean;
  /** Whether the machine has openssl, whose sha256 is several times as quick as that of coreutils. */
  readonly openssl: boolean;
  /** Whether the machine has zstd, which compresses what is kept of an import. */
  readonly zstd: boolean;
  /** Whether the machine has a zstd that decompresses gzip, too. */
  readonly zstdReadsGzip: boolean;
  /** The mount that holds /bin/sh, and which of the flags it has that an ordinary user may not drop: `nosuid`, `nodev`, `noexec`. */
  readonly shellMount: { readonly point: string; readonly flags: readonly string[] };
  /** Which of the kernel's files exist, of those that a container must not read or write. */
  readonly kernelPaths: ReadonlyMap<string, 'file' | 'directory'>;
}
