/** The vocabulary of a plan: what a step is, what it does, and how it is undone. Only data, so that the same bytes go to the script, the journal, the screen and recovery. */

import type { Arg } from './arg.ts';

/** The kinds of namespace that a step enters; see namespaces(7). */
export type NamespaceName = 'user' | 'mount' | 'uts' | 'ipc' | 'net' | 'pid' | 'cgroup';

/** Where a step's command runs. Inside means: a host program that has entered namespaces of init, see nsenter(1). */
export type Where = { readonly type: 'host' } | Inside;

export interface Inside {
  readonly type: 'inside';
  readonly namespaces: readonly NamespaceName[];
  /** Working directory, looked up inside the namespaces (`--wdns`), below the root directory that the command has. */
  readonly directory?: Arg;
  /**
   * Keep the host's root directory. After pivot_root this is what stops nsenter from looking the program up in the
   * image, whose programs must never run with the host's privileges.
   */
  readonly hostRoot?: true;
}

export type Action =
  /** One process, waited for; any status but 0 is a failure. */
  | {
      readonly type: 'run';
      readonly argv: readonly Arg[];
      /** File that receives the command's stdout. */
      readonly stdout?: Arg;
      /** The command writes to the caller's stdout: the data that was asked for. Progress goes to stderr. */
      readonly callersStdout?: true;
      /** File that the command reads as its stdin. */
      readonly stdin?: Arg;
      /** The command reads the caller's stdin. */
      readonly callersStdin?: true;
      /** Variable that receives the first word of the command's stdout. */
      readonly capture?: string;
      /** Variable that receives which file the command has made at this path: inode number and time of the last change, as `stat -c '%i %.9Z'` prints them. */
      readonly identifies?: { readonly path: Arg; readonly variable: string };
      /** Lines of the command's stdout that begin with "note: " are for the user. */
      readonly tells?: true;
      /** The caller's environment, for what a user configures there (proxies, logins); otherwise the command has a small one of ours. */
      readonly environment?: 'caller';
      /** The file that a long command reads, so that a progress bar can say how far it is. */
      readonly reads?: Arg;
      /** Likewise: the directory that it fills, and with how many bytes. */
      readonly fills?: { readonly directory: Arg; readonly bytes: number };
    }
  /** Write a file; `mode` is octal text. The file must not exist yet. */
  | { readonly type: 'write'; readonly path: Arg; readonly text: Arg; readonly mode: string }
  /** Open a fifo and hold it until the plan ends: the kernel closes it when the holder dies, so it proves that the owner lives. */
  | { readonly type: 'hold'; readonly path: Arg }
  /** Start init in the background; it reports its PID through the fifo `ready` and waits at the fifo `gate`. */
  | {
      readonly type: 'start';
      readonly argv: readonly Arg[];
      readonly gate: Arg;
      readonly ready: Arg;
      /** A fifo that is held open until the plan ends; others find out that it has by reading end of file from it. */
      readonly ended?: Arg;
      /** Whether the container reads the caller's stdin; otherwise it reads /dev/null. */
      readonly stdin: boolean;
      /** Whether `argv` runs the container on a pseudo terminal of its own. */
      readonly terminal: boolean;
      /** What it writes goes to a log, and what it reads comes from a fifo that is held open; otherwise both are the caller's. */
      readonly log?: Log;
      /** What it writes to stdout goes to the caller's stderr: stdout is somebody else's. */
      readonly toStderr?: true;
      /** What it writes goes nowhere, and it reads nothing. */
      readonly detached?: true;
      /** It is no PID 1, but one more process of a container that runs: signals without a handler do to it what they do anywhere. */
      readonly joins?: true;
    }
  /**
   * Let init through the gate: from here on it is the user's command. `time` is the variable that gets the time, RFC 3339 in UTC; `oomKills` gets how many
   * processes of our control group the kernel had killed before.
   */
  | { readonly type: 'release'; readonly gate: Arg; readonly time?: string; readonly oomKills?: string }
  /**
   * Wait for the container to end; its exit status, also the variable STATUS, is the plan's. `outOfMemory` names the variable that tells whether the kernel killed it
   * for want of memory: it ended with 137, and there are more such kills than the variable `before` says.
   */
  | {
      readonly type: 'wait';
      readonly time?: string;
      readonly outOfMemory?: { readonly variable: string; readonly before: string };
    };

/** Where the output of a container goes that nobody watches, and where its input comes from. */
export interface Log {
  /** Directory of the fifos `in`, `out` and `err`, and of the log. */
  readonly directory: Arg;
  /** The most that is kept, in bytes. */
  readonly max: number;
}

/** The inverse of a step. A command must be safe to run twice: after a crash "begun, perhaps done" is the normal case. */
export type Undo =
  /** Nothing to undo, and why. */
  | { readonly type: 'nothing'; readonly reason: string }
  /** The kernel, or another step's undo, takes this away as well. */
  | { readonly type: 'with'; readonly step: string; readonly reason: string }
  | {
      readonly type: 'command';
      readonly argv: readonly Arg[];
      /** `always`: when the plan ends, however it ends. `failure`: only when it did not succeed. */
      readonly when: 'always' | 'failure';
    }
  /** Kill init; the kernel then removes its namespaces and every mount in them. */
  | { readonly type: 'stop-init' };

/**
 * What takes back one step alone, for whoever steps back: a command that runs where the step's did, unless it says something else; or that only a new
 * start does. A step that is undone "with" another one may have it.
 */
export type StepBack =
  | { readonly type: 'command'; readonly argv: readonly Arg[]; readonly where?: Where }
  | { readonly type: 'replay'; readonly reason: string };

export interface Step {
  /** Stable kebab-case name, unique in its plan: `mount-overlay`. */
  readonly id: string;
  readonly phase: string;
  /** Imperative, a few words. */
  readonly title: string;
  readonly where: Where;
  readonly action: Action;
  readonly undo: Undo;
  readonly back?: StepBack;
  /** Two or three sentences for a learner; names the system call. */
  readonly why: string;
  /** What commonly goes wrong, for `explain`. */
  readonly pitfalls: readonly string[];
  /**
   * This step creates something exclusively, which proves that it is ours. Its undo counts only once it has succeeded: had it
   * failed, the thing would be somebody else's.
   */
  readonly reserves?: true;
  /** Its action was replaced by one that fails (--fail-at). */
  readonly failsOnPurpose?: true;
}

export interface Phase {
  readonly id: string;
  /** A sentence that heads the phase in the script. */
  readonly title: string;
}

export interface PlanVariable {
  readonly name: string;
  /** The value, or undefined when a step finds it out. */
  readonly value?: Arg;
  readonly meaning: string;
}

export type PlanKind =
  | 'run'
  | 'start'
  | 'import'
  | 'base'
  | 'tag'
  | 'commit'
  | 'save'
  | 'remove-image'
  | 'remove-container'
  | 'prune'
  | 'export'
  | 'copy'
  | 'fork'
  | 'exec'
  | 'stop'
  | 'kill'
  | 'rename'
  | 'lesson';

export interface Plan {
  readonly kind: PlanKind;
  /** What is made or removed: a container's or an image's name. */
  readonly subject: string;
  /** One line that says what the plan does. */
  readonly summary: string;
  /** Variables in the order in which the script sets them. */
  readonly variables: readonly PlanVariable[];
  readonly phases: readonly Phase[];
  readonly steps: readonly Step[];
  /** The directory that the first step creates exclusively and that keeps the plan's journal, if it has one. */
  readonly workspace?: Arg;
  /** It goes on in the background, in a session of its own, once the container has started. */
  readonly background?: true;
  /** Sentences for the user: what this machine can't do, what was left out. */
  readonly notes: readonly string[];
  /** What the plan is about, piece by piece, for whoever reads it before it is carried out. */
  readonly contents?: { readonly title: string; readonly lines: readonly string[] };
  /**
   * What is carried out when the steps are done, before the undos. When it fails, what this plan keeps is all that there is, and the exit status is 125; when
   * it succeeds, that may be needed no longer (`removesKept`), and is undone as well.
   */
  readonly afterwards?: { readonly plan: Plan; readonly removesKept: boolean };
}
