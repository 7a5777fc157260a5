/**
 * Go's templates, as docker's --format takes them, in their simple form: fields (`{{.Names}}`, `{{.State.Status}}`), `{{json .Mounts}}`, `{{upper .Name}}`, text
 * between them. Whatever else Go has is refused with a sentence. Pure.
 */

import { nearNames, shown } from './names.ts';
import { failed, ok, type Result } from './result.ts';

/** What a template is filled with: what JSON can say. */
export type Data =
  | null
  | string
  | number
  | boolean
  | readonly Data[]
  | { readonly [name: string]: Data | undefined };

type Shape = 'text' | 'json' | 'upper' | 'lower';

interface Field {
  /** Names from the outside in; none is the whole. */
  readonly path: readonly string[];
  readonly shape: Shape;
}

/** Text, and fields, in order. */
export type Template = readonly (string | Field)[];

const SHAPES: readonly Shape[] = ['json', 'upper', 'lower'];
/** `json .A.B`, or `.A.B`, or `.`, with what docker allows around it. */
const ACTION = /^(?:(\w+)\s+)?(\.|(?:\.[A-Za-z_]\w*)+)$/;
const ESCAPES: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n' };

/** The template in a text, in which `\t` and `\n` are a tab and a new line, as docker has it. */
export function parseTemplate(text: string): Result<Template> {
  const parts: (string | Field)[] = [];
  let rest = text;
  for (let at = rest.indexOf('{{'); at >= 0; at = rest.indexOf('{{')) {
    const end = rest.indexOf('}}', at);
    if (end < 0) return refused(`The template ${shown(text)} has "{{" without "}}".`);
    const field = parseAction(rest.slice(at + 2, end).trim());
    if (!field.ok) return field;
    parts.push(unescaped(rest.slice(0, at)), field.value);
    rest = rest.slice(end + 2);
  }
  return ok([...parts, unescaped(rest)].filter(part => part !== ''));
}

/** The fields that a template asks for, each as its first name; the whole is left out. */
export function fieldsOf(template: Template): readonly string[] {
  return template.flatMap(part => (typeof part === 'string' ? [] : part.path.slice(0, 1)));
}

/** The text with its fields filled in; refused when there is no such field. */
export function fillTemplate(template: Template, data: Data): Result<string> {
  let text = '';
  for (const part of template) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = lookUp(part, data);
    if (!value.ok) return value;
    text += inShape(value.value, part.shape);
  }
  return ok(text);
}

/** The failure for a field that there is not, among those that there are. */
export function noSuchField(path: string, known: readonly string[]): Result<never> {
  const near = nearNames(path.replace(/^.*\./, ''), known);
  return refused(
    `There is no field ${shown(path)}.`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are: ${known.join(', ')}.`,
  );
}

function parseAction(action: string): Result<Field> {
  const [, word, path = '.'] = ACTION.exec(action) ?? [undefined, action];
  const shape = word === undefined ? 'text' : SHAPES.find(name => name === word);
  if (shape === undefined)
    return refused(
      `The template has ${shown(`{{${action}}}`)}, which is not supported.`,
      'There are fields, {{.Name}} or {{.State.Status}}, and json, upper and lower before one: {{json .}}.',
    );
  return ok({ path: path.split('.').filter(name => name !== ''), shape });
}

function lookUp({ path }: Field, data: Data): Result<Data> {
  let value = data;
  for (const [index, name] of path.entries()) {
    const inside = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
    const found = Object.hasOwn(inside, name) ? (inside as Readonly<Record<string, Data>>)[name] : undefined;
    if (found === undefined)
      return noSuchField(`.${path.slice(0, index + 1).join('.')}`, Object.keys(inside));
    value = found;
  }
  return ok(value);
}

function inShape(value: Data, shape: Shape): string {
  switch (shape) {
    case 'json':
      return JSON.stringify(value);
    case 'upper':
      return asGo(value).toUpperCase();
    case 'lower':
      return asGo(value).toLowerCase();
    case 'text':
      return asGo(value);
  }
}

/** As Go's fmt prints a value. */
function asGo(value: Data): string {
  if (value === null) return '<nil>';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(asGo).join(' ')}]`;
  const entries = Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [] : [[name, inner] as const],
  );
  return `map[${entries
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, inner]) => `${name}:${asGo(inner)}`)
    .join(' ')}]`;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\[tn]/g, escape => ESCAPES[escape] ?? escape);
}

function refused(message: string, hint?: string): Result<never> {
  return failed({ code: 'bad-template', status: 2, message, ...(hint === undefined ? {} : { hint }) });
}
