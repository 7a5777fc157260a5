/**
 * What this command line does, written down while it happens: in the store, for `ops`, and in the file that --record names. One command line is one recording, however many
 * plans it carries out.
 */

import { release } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import packageJson from '../../package.json' with { type: 'json' };
import { errorCode, UserError } from '../errors.ts';
import { newOperation } from '../exec/operation-log.ts';
import { continueRecordFile, createRecordFile, type RecordFile } from '../exec/record-file.ts';
import { thisOwner } from '../host/owner.ts';
import { storePaths, storeRoot } from '../host/store-paths.ts';
import { shown } from '../plan/names.ts';
import {
  headerText,
  lineText,
  RECORD_FORMAT,
  RECORD_VERSION,
  type RecordedEvent,
  secondsOf,
} from '../record/format.ts';
import type { Reporter } from '../ui/reporter.ts';
import { writeReason } from './write-reason.ts';

/** What another process needs to go on with a recording. */
export interface Continuation {
  /** When the recording began, in milliseconds since 1970. */
  readonly started: number;
  readonly plan: number;
  readonly files: readonly string[];
}

/** Larger than this, in characters, a recording in the store gets only what `ops` shows. */
const LARGE = 1 << 20;
const BULKY: ReadonlySet<string> = new Set(['step-progress', 'snapshot']);

interface Sink {
  /** Throws the system's error. */
  append(line: string, event: RecordedEvent): void;
  /** The file, which is made if it is not there yet. Throws the system's error. */
  file(): string | undefined;
}

let current: CommandRecording | undefined;

/** A reporter that also records: everything that it is told about one plan. */
export interface RecordingReporter extends Reporter {
  /** For whoever carries the plan out instead of us: then only what is said is recorded here. */
  handOver(): Continuation;
}

/** The same reporter, recording. Throws a UserError when the file that `record` names can't be made. */
export function recording(reporter: Reporter, record: string | undefined): RecordingReporter {
  current ??= new CommandRecording(record);
  const whole = current;
  const plan = whole.nextPlan();
  let emits = true;
  return {
    ...(reporter.errorsOnly ? { errorsOnly: true } : {}),
    emit(event) {
      if (emits) whole.write(plan, event);
      reporter.emit(event);
    },
    say(message) {
      whole.write(plan, { type: 'message', ...message });
      reporter.say(message);
    },
    beforeStep: async step => reporter.beforeStep?.(step),
    release: async () => reporter.release?.(),
    async close() {
      await reporter.close();
      const fault = whole.takeFault();
      if (fault !== undefined) reporter.say({ kind: 'note', text: fault });
    },
    handOver() {
      emits = false;
      return whole.continuation(plan);
    },
  };
}

/** Goes on with the recording of another process. What can't be written is left out: nobody listens. */
export function continueRecording({ started, plan, files }: Continuation): (event: RecordedEvent) => void {
  const sinks = files.flatMap(file => {
    try {
      return [fileSink(continueRecordFile(file))];
    } catch {
      return [];
    }
  });
  const writer = new SinkWriter(sinks, started);
  writer.write(plan, { type: 'continued', writer: thisOwner() });
  return event => writer.write(plan, event);
}

/** Writes to several files, to each until that fails. */
class SinkWriter {
  #sinks: readonly Sink[];
  readonly #started: number;
  readonly #failed: (sink: Sink, error: unknown) => void;

  constructor(
    sinks: readonly Sink[],
    started: number,
    failed: (sink: Sink, error: unknown) => void = () => undefined,
  ) {
    this.#sinks = sinks;
    this.#started = started;
    this.#failed = failed;
  }

  files(): readonly string[] {
    return this.#each(sink => sink.file()).filter(file => file !== undefined);
  }

  write(plan: number, event: RecordedEvent): void {
    if (this.#sinks.length === 0) return;
    const time = secondsOf(performance.timeOrigin + performance.now() - this.#started);
    const line = lineText({ time, plan, event });
    this.#each(sink => sink.append(line, event));
  }

  /** One that fails is given up. */
  #each<Value>(use: (sink: Sink) => Value): readonly Value[] {
    return this.#sinks.flatMap(sink => {
      try {
        return [use(sink)];
      } catch (error) {
        this.#sinks = this.#sinks.filter(other => other !== sink);
        this.#failed(sink, error);
        return [];
      }
    });
  }
}

class CommandRecording {
  /** When tinydocker was started, in milliseconds since 1970. */
  readonly #started = performance.timeOrigin;
  readonly #writer: SinkWriter;
  #plans = 0;
  #fault: string | undefined;

  constructor(record: string | undefined) {
    const header = headerText({
      format: RECORD_FORMAT,
      version: RECORD_VERSION,
      tinydocker: packageJson.version,
      commandLine: process.argv.slice(2),
      started: new Date(this.#started).toISOString(),
      machine: { kernel: release(), user: process.getuid?.() === 0 ? 'root' : 'ordinary' },
      ...terminalSize(),
      writer: thisOwner(),
    });
    const asked = record === undefined ? [] : [askedSink(record, header)];
    this.#writer = new SinkWriter(
      [...asked, storeSink(this.#started, header)],
      this.#started,
      (sink, error) => {
        if (record !== undefined && sink === asked[0])
          this.#fault = `The recording ${shown(record)} could not be written to its end: ${writeReason(error)}.`;
      },
    );
  }

  nextPlan(): number {
    this.#plans += 1;
    return this.#plans;
  }

  write(plan: number, event: RecordedEvent): void {
    this.#writer.write(plan, event);
  }

  continuation(plan: number): Continuation {
    return { started: this.#started, plan, files: this.#writer.files() };
  }

  /** What went wrong with the file that was asked for, once. */
  takeFault(): string | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }
}

function askedSink(path: string, header: string): Sink {
  try {
    const file = createRecordFile(resolve(path));
    file.append(header);
    return fileSink(file);
  } catch (error) {
    if (errorCode(error) === 'EEXIST')
      throw new UserError(`${shown(path)} exists already, and a recording replaces nothing.`, {
        hint: 'Give --record another name, or remove the file first.',
      });
    throw new UserError(`The recording ${shown(path)} can not be made: ${writeReason(error)}.`);
  }
}

function fileSink(file: RecordFile): Sink {
  return { file: () => file.path, append: line => file.append(line) };
}

/**
 * The store keeps a recording of its own. It is made as soon as there is a store: the first steps of the first plan of all may make that. Nobody asked for it, so whatever is
 * wrong with it is not said.
 */
function storeSink(started: number, header: string): Sink {
  let file: RecordFile | undefined;
  let waiting = header;
  let length = 0;
  const flush = () => {
    if (file === undefined) {
      const paths = storePaths(storeRoot(process.getuid?.() === 0));
      file = newOperation(paths.root, paths.ops, started);
    }
    file?.append(waiting);
    if (file !== undefined) waiting = '';
    return file?.path;
  };
  return {
    file: flush,
    append(line, event) {
      if (length > LARGE && BULKY.has(event.type)) return;
      length += line.length;
      waiting += line;
      flush();
    },
  };
}

function terminalSize(): { readonly terminal?: { readonly columns: number; readonly rows: number } } {
  const { isTTY, columns, rows } = process.stderr;
  return isTTY && columns > 0 && rows > 0 ? { terminal: { columns, rows } } : {};
}
