/** The verbs, in the order in which help lists them. Each is loaded when it is asked for. */

/** What the module of a verb offers. */
export interface Verb {
  /** The text of `tinydocker VERB --help`: examples first. */
  readonly help: string;
  /** Does it and returns the exit status. `commandLine` is what was typed, for headings. Throws UserError for what the user can mend. */
  run(argv: readonly string[], commandLine: string): Promise<number>;
}

export interface VerbEntry {
  /** One line for the list of verbs, imperative. */
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}

export const VERBS: Readonly<Record<string, VerbEntry>> = {
  run: { summary: 'run a command in a new container', load: () => import('./run.ts') },
  explain: { summary: 'tell what the steps of a run do, and why', load: () => import('./explain.ts') },
  doctor: { summary: 'find out what this machine can do', load: () => import('./doctor.ts') },
  help: { summary: 'print help, about a verb too', load: () => import('./help.ts') },
};
