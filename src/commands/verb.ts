/** What the module of a verb offers. */
export interface Verb {
  /** The text of `tinydocker VERB --help`: examples first. */
  readonly help: string;
  /** Does it and returns the exit status. `commandLine` is what was typed, for headings. Throws UserError for what the user can mend. */
  run(argv: readonly string[], commandLine: string): Promise<number>;
  /** The verbs below this one, as those of image. */
  readonly verbs?: Readonly<Record<string, () => Promise<Verb>>>;
}
