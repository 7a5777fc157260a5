/** What the user asked for, parsed and validated; no fact of the machine is in it. */

export interface Volume {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
}

export interface TmpfsMount {
  readonly target: string;
  /** Options of tmpfs(5) that the user chose, each from the list that `parseTmpfs` knows. */
  readonly options: readonly string[];
}

export interface RunRequest {
  readonly name: string;
  /** The image's name with its tag. */
  readonly image: string;
  /** Undefined: the image's command. */
  readonly command?: readonly string[];
  /** Undefined: the image's entrypoint. An empty string: none. */
  readonly entrypoint?: string;
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly workdir?: string;
  /** `user[:group]`, names or numbers. */
  readonly user?: string;
  readonly hostname?: string;
  readonly volumes: readonly Volume[];
  readonly tmpfs: readonly TmpfsMount[];
  readonly readOnly: boolean;
  /** The container reads the caller's stdin. */
  readonly interactive: boolean;
  /** The container has a pseudo terminal of its own. */
  readonly terminal: boolean;
  /** The caller's $TERM, which a terminal's programs need. */
  readonly term: string;
  readonly keep: boolean;
  /** PID 1 is a small init, which starts the command. */
  readonly init?: boolean;
  /** What stops it, by the user: a signal's name, or its number. */
  readonly stopSignal?: string;
}
