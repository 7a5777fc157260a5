/** docker's templates, as far as we take them. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fillTemplate, parseTemplate } from '../../src/plan/template.ts';

const DATA = {
  Name: 'c1',
  State: { Status: 'running', Pid: 7, OOMKilled: false },
  Args: ['-c', 'a b'],
  Labels: { b: '2', a: '1' },
  Entrypoint: null,
  Gone: undefined,
};

function filled(text: string): string {
  const template = parseTemplate(text);
  const result = template.ok ? fillTemplate(template.value, DATA) : template;
  return result.ok ? result.value : `! ${result.failures[0]?.message}`;
}

const CASES: readonly (readonly [template: string, text: string])[] = [
  ['', ''],
  ['plain } text', 'plain } text'],
  ['{{.Name}}', 'c1'],
  ['{{ .Name }}\\t{{.State.Pid}}\\n', 'c1\t7\n'],
  ['a{{.State.Status}}b{{.State.OOMKilled}}', 'arunningbfalse'],
  ['{{.Args}} {{.Labels}} {{.Entrypoint}}', '[-c a b] map[a:1 b:2] <nil>'],
  ['{{json .Args}}', '["-c","a b"]'],
  ['{{json .State}}', '{"Status":"running","Pid":7,"OOMKilled":false}'],
  ['{{json .}}', JSON.stringify(DATA)],
  ['{{upper .Name}}{{lower .Name}}', 'C1c1'],
  ['{{.Nam}}', '! There is no field ".Nam".'],
  ['{{.State.Foo}}', '! There is no field ".State.Foo".'],
  ['{{.Name.length}}', '! There is no field ".Name.length".'],
  ['{{.Gone}}', '! There is no field ".Gone".'],
  ['{{.constructor}}', '! There is no field ".constructor".'],
  ['{{range .Args}}x{{end}}', '! The template has "{{range .Args}}", which is not supported.'],
  ['{{index .Args 0}}', '! The template has "{{index .Args 0}}", which is not supported.'],
  ['{{}}', '! The template has "{{}}", which is not supported.'],
  ['{{.Name', '! The template "{{.Name" has "{{" without "}}".'],
];

for (const [template, text] of CASES) test(`template ${template}`, () => assert.is(filled(template), text));

test.run();
