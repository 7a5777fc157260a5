/** One container, watched: its journal says what has happened, and is kept open, so that it can be read to its end when the container has taken itself away. */

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { FINISHED, STARTED, STATUS } from '../plan/arg.ts';
import type { StoreEvent } from '../plan/store-event.ts';
import { createdAt } from './container-status.ts';
import { JOURNAL_FILE, type JournalContents, parseJournal } from './journal-file.ts';
import { ownerLives } from './owner.ts';
import { readRecord } from './record-file.ts';

/** What of one run has been told. */
interface Told {
  readonly inode: bigint;
  readonly fd: number;
  started: boolean;
  ended: boolean;
}

export class WatchedContainer {
  #name: string;
  #directory: string;
  #image = '';
  #created = false;
  #run: Told | undefined;

  constructor(name: string, directory: string) {
    this.#name = name;
    this.#directory = directory;
  }

  /** What has happened since the last look, while the directory is there. */
  look(name: string, directory: string): readonly StoreEvent[] {
    const events: StoreEvent[] = [];
    if (name !== this.#name) {
      const oldName = this.#name;
      [this.#name, this.#directory] = [name, directory];
      events.push(this.#event('rename', Date.now(), { oldName }));
    }
    this.#image ||= readRecord(directory)?.image ?? '';
    // Each start has a journal of its own; what the one before said last is told first.
    const inode = lstatSync(join(directory, JOURNAL_FILE), { bigint: true, throwIfNoEntry: false })?.ino;
    if (this.#run !== undefined && this.#run.inode !== inode) {
      events.push(...this.#tell(true));
      this.close();
    }
    if (this.#run === undefined) this.#run = open(directory);
    return [...events, ...this.#tell(false)];
  }

  /** What is left to tell, now that the directory is gone. */
  gone(): readonly StoreEvent[] {
    const events = this.#tell(true);
    this.close();
    return this.#created ? [...events, this.#event('destroy', Date.now())] : events;
  }

  close(): void {
    if (this.#run !== undefined) closeSync(this.#run.fd);
    this.#run = undefined;
  }

  #tell(over: boolean): readonly StoreEvent[] {
    const journal = this.#run === undefined ? undefined : contents(this.#run.fd);
    const events: StoreEvent[] = [];
    const created = createdAt(this.#directory);
    if (!this.#created && (created !== undefined || journal !== undefined) && (this.#image !== '' || over)) {
      this.#created = true;
      events.push(this.#event('create', created?.getTime() ?? Date.now()));
    }
    if (journal === undefined || this.#run === undefined) return events;
    const values = journal.values;
    const started = values.get(STARTED.var);
    if (started !== undefined && !this.#run.started) {
      this.#run.started = true;
      events.push(this.#event('start', timeOf(started)));
    }
    const status = values.get(STATUS.var);
    const ended = status !== undefined || over || ownerLives(journal.head.owner) === false;
    if (ended && this.#run.started && !this.#run.ended) {
      this.#run.ended = true;
      // Without a status nobody saw how it ended.
      events.push(
        this.#event(
          'die',
          timeOf(values.get(FINISHED.var)),
          status === undefined ? {} : { exitCode: status },
        ),
      );
    }
    return events;
  }

  #event(
    action: StoreEvent['action'],
    time: number,
    attributes: Readonly<Record<string, string>> = {},
  ): StoreEvent {
    return {
      type: 'container',
      action,
      name: this.#name,
      time,
      attributes: { ...(this.#image === '' ? {} : { image: this.#image }), ...attributes },
    };
  }
}

/** The time that was written down; now, when none was. */
function timeOf(text: string | undefined): number {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}

function open(directory: string): Told | undefined {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = openSync(join(directory, JOURNAL_FILE), flags);
    return { fd, inode: fstatSync(fd, { bigint: true }).ino, started: false, ended: false };
  } catch {
    return undefined;
  }
}

/** From its beginning, wherever the descriptor stands. */
function contents(fd: number): JournalContents | undefined {
  const stats = fstatSync(fd);
  if (!stats.isFile()) return undefined;
  const bytes = Buffer.alloc(stats.size);
  return parseJournal(bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0)).toString('utf8'));
}
