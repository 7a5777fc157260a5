/**
 * Lessons as they are written: Markdown that reads well by itself. "```sh" is a block that is run, as one script; the "```expect" below it says what it prints, and
 * the text between the two only introduces that. "[exit 1]" as its last line is the exit status. A word behind "sh" or "expect" says whom it is for.
 * A fence of any other kind is text. It begins with its title and, as a quotation, one line that says what it is about.
 */

import { failed, ok, type PlanFailure, type Result } from '../plan/result.ts';
import {
  AUDIENCES,
  type Audience,
  type Block,
  type Expectation,
  type Lesson,
  type Part,
  type Section,
} from './lesson.ts';

const FENCE = '```';

/** A piece of the text with the number of its first line. */
type Piece =
  | { readonly type: 'heading'; readonly line: number; readonly text: string }
  | { readonly type: 'text'; readonly line: number; readonly text: string }
  | {
      readonly type: 'fence';
      readonly line: number;
      readonly info: string;
      readonly lines: readonly string[];
    };

/** Parses a lesson. What is wrong in it is told with the number of the line. */
export function parseLesson(markdown: string): Result<Lesson> {
  const pieces = split(markdown.split('\n'));
  if (!pieces.ok) return pieces;
  const sections = assemble(pieces.value);
  if (!sections.ok) return sections;
  const [first] = sections.value;
  const [lead] = first?.parts ?? [];
  const [, summary] = /^> (.+)$/m.exec(lead?.type === 'text' ? lead.text : '') ?? [];
  if (first === undefined || summary === undefined)
    return failed(wrong(1, 'a lesson begins with its title, "# ...", and what it is about, "> ..."'));
  return ok({ title: first.heading, summary, sections: sections.value });
}

/** Headings, fences, and the text between them. */
function split(lines: readonly string[]): Result<readonly Piece[]> {
  const pieces: Piece[] = [];
  let text: string[] = [];
  const flush = (line: number) => {
    const joined = text.join('\n').trim();
    const blanks = text.findIndex(candidate => candidate.trim() !== '');
    if (joined !== '') pieces.push({ type: 'text', line: line - text.length + blanks, text: joined });
    text = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const [, info] = /^```(\S.*|)$/.exec(line) ?? [];
    const [, heading] = /^#{1,2} (.+)$/.exec(line) ?? [];
    if (info !== undefined) {
      const end = lines.indexOf(FENCE, index + 1);
      if (end === -1) return failed(wrong(index + 1, 'the block has no end'));
      if (isOurs(info)) {
        flush(index + 1);
        pieces.push({ type: 'fence', line: index + 1, info, lines: lines.slice(index + 1, end) });
      } else text.push(...lines.slice(index, end + 1));
      index = end;
    } else if (heading !== undefined) {
      flush(index + 1);
      pieces.push({ type: 'heading', line: index + 1, text: heading });
    } else text.push(line);
  }
  flush(lines.length + 1);
  return ok(pieces);
}

function isOurs(info: string): boolean {
  return /^(sh|expect)( |$)/.test(info);
}

function assemble(pieces: readonly Piece[]): Result<readonly Section[]> {
  const sections: { heading: string; parts: Part[] }[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.type === 'heading') {
      sections.push({ heading: piece.text, parts: [] });
      continue;
    }
    const parts = sections.at(-1)?.parts;
    if (parts === undefined) return failed(wrong(piece.line, 'a lesson begins with a heading'));
    if (piece.type === 'text') {
      // Between a block and what is expected of it, it only introduces that.
      const next = pieces[index + 1];
      const introduces = next?.type === 'fence' && next.info.startsWith('expect');
      if (!introduces || parts.at(-1)?.type !== 'block') parts.push({ type: 'text', text: piece.text });
      continue;
    }
    const [kind = '', audience, surplus] = piece.info.split(' ');
    if (surplus !== undefined || (audience !== undefined && !isAudience(audience)))
      return failed(wrong(piece.line, `"${piece.info}" is not known`));
    const whom = audience === undefined ? {} : { audience };
    if (kind === 'sh') {
      parts.push({ type: 'block', script: piece.lines.join('\n'), ...whom, expectations: [] });
      continue;
    }
    const block = parts.at(-1);
    if (block?.type !== 'block')
      return failed(wrong(piece.line, 'there is no block that this is expected of'));
    parts[parts.length - 1] = withExpectation(block, { ...expectation(piece.lines), ...whom });
  }
  return ok(sections);
}

function withExpectation(block: Block, more: Expectation): Block {
  return { ...block, expectations: [...block.expectations, more] };
}

function expectation(lines: readonly string[]): Expectation {
  const [, status] = /^\[exit (\d{1,3})\]$/.exec(lines.at(-1) ?? '') ?? [];
  return status === undefined ? { lines, status: 0 } : { lines: lines.slice(0, -1), status: Number(status) };
}

function isAudience(word: string): word is Audience {
  return (AUDIENCES as readonly string[]).includes(word);
}

function wrong(line: number, what: string): PlanFailure {
  return { code: 'bad-lesson', message: `line ${line}: ${what}` };
}
